"""What polling costs: CPU of one poll by what it is answered, and 5,000 sources in one process.

The whole of ingestion is measured, as it is run: `tocsin run ingestion` on a real Kafka, its readers included, against
a site in a process of its own. `python -m tests.bench.polls [SOURCES] [SECONDS]` measures the many sources alone, for
five minutes where nothing else is said; as a part of `tests.bench` it is one.
"""

import asyncio
import json
import os
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from schemas.state import SourceState
from services.backbone.record import encode
from services.backbone.topics import INGESTION_STATE
from services.cli.run import Stage
from services.ingestion.identity.recognise import recognise, remember
from services.ingestion.reading.feed import parse_feed
from services.ingestion.sources import Source
from tests.bench.kafka import kafka_and_desk, produce
from tests.bench.publishing_site import TAG, feed, host, publishing_site
from tests.bench.report import Table
from tests.vocabulary import LOOPBACK, Desk

HOSTS = 500
MANY = 5_000
INTERVAL_SECONDS = 60
MEASURED_SECONDS = 300
FEW = 100
"""Sources of one kind, each on a host of its own and polled once a second."""
FEW_SECONDS = 25.0

LIMITS = """
    304: httpx, httpcore and anyio, which make a connection for each poll (four fifths); of the rest most is the
    habit. Back to back in one loop a fetch takes half of what it takes here: each poll finds cold caches. A feed to
    read: its way to a reader and back. A reader: the parser; an entry that stands as it stood costs a digest, a new one
    its sketch and its language. (cProfile on the process; bare fetches in a loop; the rows beside each other.)
"""


@dataclass(frozen=True, slots=True)
class Use:
    """What a process and its children have used so far."""

    cpu_seconds: float
    readers_cpu_seconds: float
    """Of those that ended, too."""
    rss_bytes: int
    readers_rss_bytes: int


def polls() -> list[Table]:
    """The tables of this part."""
    return [costs(), many(MANY, INTERVAL_SECONDS)]


def costs() -> Table:
    """CPU of one poll, by what it is answered."""
    rows: list[tuple[str, float, float, float]] = []
    with publishing_site(FEW) as port:
        idle = _cost_of(port, "unchanged", sources=0)
        for kind, what in (
            ("unchanged", "answered 304"),
            ("touched", "50 entries, none new"),
            ("new", "50 entries, one new: published"),
        ):
            main, readers, count = _cost_of(port, kind, FEW)
            rows.append((what, (main - idle[0]) / count * 1e3, readers / count * 1e3, count / FEW_SECONDS))
    columns = ("a poll", "ms CPU", "ms CPU of its reader", "polls a second")
    return Table("polls", "One poll, of ingestion as it is run", columns, rows, LIMITS)


def _cost_of(port: int, kind: str, sources: int) -> tuple[float, float, int]:
    """CPU seconds of ingestion and of its readers, and polls, in `FEW_SECONDS`."""
    with running(port, kind, sources, interval=1) as desk:
        time.sleep(8)  # the first round, and what is loaded with it
        before, served = used(desk), counts(port)
        time.sleep(FEW_SECONDS)
        after, polled = used(desk), counts(port)
        count = sum(polled["served"].values()) - sum(served["served"].values())
        return (
            after.cpu_seconds - before.cpu_seconds,
            after.readers_cpu_seconds - before.readers_cpu_seconds,
            count,
        )


def many(sources: int, seconds: int) -> Table:
    """That many sources in one process, each polled once a minute."""
    with publishing_site(HOSTS) as port, running(port, "mixed", sources, INTERVAL_SECONDS) as desk:
        restored = _seconds_between(desk, "share.assigned", "sources.followed")
        time.sleep(INTERVAL_SECONDS)  # the round in which they are spread
        before, served, late = used(desk), counts(port), _lateness(desk)
        peak = before
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(2)
            now = used(desk)
            peak = now if now.rss_bytes > peak.rss_bytes else peak
        after, polled, later = used(desk), counts(port), _lateness(desk)
    count = sum(polled["served"].values()) - sum(served["served"].values())
    cpu = after.cpu_seconds - before.cpu_seconds
    readers = after.readers_cpu_seconds - before.readers_cpu_seconds
    row = (
        sources,
        count / seconds,
        100 * cpu / seconds,
        100 * readers / seconds,
        peak.rss_bytes / 1e6,
        peak.readers_rss_bytes / 1e6,
        f"<= {quantile(late, later, 0.99):g}",
        polled["most_open"],
        restored,
    )
    columns = (
        "sources", "polls/s", "CPU %", "of readers %", "RSS MB", "of readers MB", "late p99 s", "open at most",
        "state read in s",
    )  # fmt: skip
    title = f"Sources polled each {INTERVAL_SECONDS} s, for {seconds} s: 88 % answer 304, 10 % nothing new, 2 % one new"
    return Table("many_sources", title, columns, [row], LIMITS)


@contextmanager
def running(port: int, kind: str, sources: int, interval: int) -> Iterator[Desk]:
    """Ingestion with these sources, which it has read before, on a Kafka of its own."""
    with kafka_and_desk() as (_, desk):
        described = [_source(port, kind, number, interval) for number in range(sources)]
        desk.writes("sources/bench.yaml", json.dumps({"sources": described}))
        if described:
            asyncio.run(produce(desk.settings.kafka, [encode(INGESTION_STATE.name, s, "b") for s in _read(described)]))
        desk.environment["TOCSIN_LOG_LEVEL"] = "info"
        with desk.running(Stage.INGESTION):
            desk.eventually(lambda: desk.said(Stage.INGESTION, "sources.followed"), "it begins")
            yield desk


def _source(port: int, kind: str, number: int, interval: int) -> dict[str, Any]:
    url = f"http://{host(number % HOSTS)}:{port}/{kind}/{number}"
    described = {"id": f"bench-{number}", "name": f"Bench {number}", "url": url, "allow_networks": [LOOPBACK]}
    return described | {"interval": interval, "max_interval": interval, "site": ["news.example"]}


def _read(described: Sequence[dict[str, Any]]) -> Iterator[SourceState]:
    """The states of sources whose feed was read, with as much again that stood in it before."""
    now = datetime.now(UTC)
    known = ""
    for newest in (50, 100, 100):
        source = Source(**described[0])
        state = SourceState(source_id=source.id, url=source.url, known=known, polled_at=now)
        entries = parse_feed(feed("s", newest), source.url, None, now).entries
        seen = recognise(entries, source, state, now)
        known = remember(seen, {sighting.article.id: sighting.article for sighting in seen.fresh})
    for source_ in described:
        yield SourceState(source_id=source_["id"], url=source_["url"], known=known, etag=TAG, polled_at=now)


def used(desk: Desk) -> Use:
    """What ingestion and its readers have used."""
    pid = desk.processes[Stage.INGESTION].pid
    main, ended, rss = _of(pid)
    readers = [_of(child) for child in _children(pid)]
    return Use(main, ended + sum(cpu for cpu, _, _ in readers), rss, sum(rss for _, _, rss in readers))


def _of(pid: int) -> tuple[float, float, int]:
    """CPU seconds, those of its children that ended, and memory (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    own, ended = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
    return own / ticks, ended / ticks, int(fields[21]) * os.sysconf("SC_PAGE_SIZE")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def counts(port: int) -> dict[str, Any]:
    """What the site has served."""
    with urllib.request.urlopen(f"http://{host(0)}:{port}/counts", timeout=10) as answer:
        counted: dict[str, Any] = json.load(answer)
    return counted


def _event(desk: Desk, name: str) -> dict[str, Any]:
    """The first event of this name that ingestion logged."""
    lines = desk.log(Stage.INGESTION).read_text(encoding="utf-8").splitlines()
    event: dict[str, Any] = next(json.loads(line) for line in lines if f'"{name}"' in line)
    return event


def _seconds_between(desk: Desk, first: str, then: str) -> float:
    moments = [datetime.fromisoformat(_event(desk, name)["timestamp"]) for name in (first, then)]
    return (moments[1] - moments[0]).total_seconds()


def _metrics(desk: Desk) -> list[str]:
    port = _event(desk, "health.listening")["port"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode()).splitlines()


def _lateness(desk: Desk) -> dict[float, float]:
    """Polls that began at most so many seconds late."""
    name = "tocsin_poll_lateness_seconds_bucket"
    lines = [line for line in _metrics(desk) if line.startswith(name)]
    return {float(line.split('"')[1].replace("+Inf", "inf")): float(line.split()[1]) for line in lines}


def quantile(before: dict[float, float], after: dict[float, float], part: float) -> float:
    """The bound that this part of the polls between two readings of the metric was within."""
    between = {bound: after[bound] - before.get(bound, 0) for bound in after}
    return min(bound for bound, count in between.items() if count >= part * between[float("inf")])


if __name__ == "__main__":
    console = Console()
    console.width = max(console.width, 150)
    chosen = [int(argument) for argument in sys.argv[1:]]
    many(*([*chosen, MANY, MEASURED_SECONDS][:2] if len(chosen) != 1 else (chosen[0], MEASURED_SECONDS))).show(console)
