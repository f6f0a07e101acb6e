"""From an article's record produced to its alert's record readable, beside two raw Kafka hops at the same time.

All five processes run, on the default configuration. Articles, and copies of them for the raw path, are produced at a
steady rate; half of the articles ring. Where the time goes is read from the records' own timestamps afterwards.
"""

import asyncio
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median, quantiles
from typing import Any, Final

import psutil
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from services.alerting.match.load import load_watches
from services.alerting.match.meet import match_watches
from services.backbone.clients import new_consumer, new_producer, partitions_of, stop_client
from services.backbone.record import OutgoingRecord, decode, encode
from services.backbone.settings import DEFAULT_CONFIG, KafkaSettings
from services.backbone.topics import ALERTS, ARTICLES, ARTICLES_TAGGED, MENTIONS
from services.cli.run import LINE
from services.tagging.pack import load_engine
from services.tagging.tag import tag
from tests.bench.articles import articles
from tests.bench.cpu import MICRO
from tests.bench.kafka import kafka_and_desk
from tests.bench.limits import LIMITS
from tests.bench.report import Cell, Table
from tests.bench.stages import NOW
from tests.vocabulary import Desk, Item, Site, read_records

RATES: Final = (20, 100, 300)
"""Articles a second."""
SECONDS: Final = 20
WARM_UP: Final = (20, 5)
START_SECONDS: Final = 60
READ_SECONDS: Final = 60
THERE, BACK = (replace(ARTICLES, name=name) for name in ("raw.there", "raw.back"))
MEGABYTE: Final = 1024 * 1024

Stamps = defaultdict[str, list[float]]
"""Seconds since 1970 at which something happened to an article, by its id."""


def _no_stamps() -> Stamps:
    return Stamps(list)


@dataclass(frozen=True)
class Load:
    """Articles at one rate, and how often each is to ring."""

    rate: int
    records: Sequence[OutgoingRecord]
    rings: Mapping[str, int]


@dataclass
class Seen:
    """What happened, and what it cost."""

    produced: Stamps = field(default_factory=_no_stamps)
    readable: Stamps = field(default_factory=_no_stamps)
    raw_produced: Stamps = field(default_factory=_no_stamps)
    raw_readable: Stamps = field(default_factory=_no_stamps)
    cpu: dict[int, dict[str, float]] = field(default_factory=dict)
    """Seconds, by rate and process."""
    rss: dict[str, dict[str, int]] = field(default_factory=dict)
    """Bytes, by moment and process."""


def latency() -> list[Table]:
    """Latency, where it comes from, and what the processes take meanwhile."""
    warm_up, *loads = _loads([WARM_UP, *((rate, SECONDS) for rate in RATES)])
    with kafka_and_desk((THERE, BACK)) as (broker, desk), Site().open() as site:
        site.publishes("feed", [Item("quiet", "The harvest", "It was small.")])
        desk.reads(f"{site.url}/feed", every_seconds=10)
        kafka = desk.settings.kafka
        with _forwarder(kafka), desk.running(*LINE):
            running = broker.running()
            assert running is not None
            processes = {stage.value: psutil.Process(child.pid) for stage, child in desk.processes.items()}
            processes["the broker (Java)"] = psutil.Process(running.pid)
            seen = uvloop.run(_measure(kafka, warm_up, loads, processes))
            desk.stops(*LINE)
        stamps = asyncio.run(_stamps(desk))
    return [_latencies(loads, seen), _hops(loads, seen, stamps), _processes(loads, seen)]


def _loads(plan: Sequence[tuple[int, int]]) -> list[Load]:
    engine, watches = load_engine(DEFAULT_CONFIG), load_watches(DEFAULT_CONFIG)
    loads, first = [], 0
    for rate, seconds in plan:
        some = articles(rate * seconds, first)
        rings = {one.id: len(match_watches(tag(one, engine), watches, NOW)) for one in some}
        loads.append(Load(rate, [encode(ARTICLES.name, one, "bench") for one in some], rings))
        first += len(some)
    return loads


@contextmanager
def _forwarder(kafka: KafkaSettings) -> Iterator[None]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.forwarder", kafka.bootstrap_servers, THERE.name, BACK.name]
    )
    try:
        yield
    finally:
        child.kill()
        child.wait()


async def _measure(
    kafka: KafkaSettings, warm_up: Load, loads: Sequence[Load], processes: Mapping[str, psutil.Process]
) -> Seen:
    seen = Seen()

    def alert_came(record: ConsumerRecord, now: float) -> None:
        alert = decode(ALERTS, record)
        if alert.article is not None:
            seen.readable[alert.article.id].append(now)

    def copy_came(record: ConsumerRecord, now: float) -> None:
        seen.raw_readable[record.key.decode()].append(now)

    producer = new_producer(kafka)
    await producer.start()
    try:
        async with _reader(kafka, ALERTS.name, alert_came), _reader(kafka, BACK.name, copy_came):
            for load in (warm_up, *loads):
                before = _cpu(processes)
                await _produce(producer, load, seen)
                await _until_readable(load, seen, READ_SECONDS if load is not warm_up else START_SECONDS)
                seen.cpu[load.rate] = {name: spent - before[name] for name, spent in _cpu(processes).items()}
                seen.rss["idle" if load is warm_up else "after"] = _rss(processes)
    finally:
        await stop_client(producer)
    return seen


@asynccontextmanager
async def _reader(
    kafka: KafkaSettings, topic: str, note: Callable[[ConsumerRecord, float], None]
) -> AsyncIterator[None]:
    """Note every record of a topic with the time at which it could be read."""
    consumer = new_consumer(kafka)
    await consumer.start()
    consumer.assign(await partitions_of(consumer, topic))
    task = asyncio.create_task(_follow(consumer, note))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        await stop_client(consumer)


async def _follow(consumer: AIOKafkaConsumer, note: Callable[[ConsumerRecord, float], None]) -> None:
    while True:
        batches = await consumer.getmany(timeout_ms=1000)
        now = time.time()
        for records in batches.values():
            for record in records:
                note(record, now)


async def _produce(producer: AIOKafkaProducer, load: Load, seen: Seen) -> None:
    begin = time.monotonic()
    for number, record in enumerate(load.records):
        await asyncio.sleep(max(0.0, begin + number / load.rate - time.monotonic()))
        paths = [(ARTICLES.name, seen.produced), (THERE.name, seen.raw_produced)]
        for topic, stamps in paths if number % 2 else reversed(paths):
            stamps[record.key.decode()].append(time.time())
            await producer.send(topic, record.value, key=record.key, headers=record.headers)


async def _until_readable(load: Load, seen: Seen, seconds: float) -> None:
    end = time.monotonic() + seconds
    while missing := sum(
        len(seen.readable[one]) < rings or not seen.raw_readable[one] for one, rings in load.rings.items()
    ):
        if time.monotonic() > end:
            raise TimeoutError(f"of {missing} articles the alert or the copy was not readable after {seconds} s")
        await asyncio.sleep(0.1)


def _cpu(processes: Mapping[str, psutil.Process]) -> dict[str, float]:
    return {name: (spent := process.cpu_times()).user + spent.system for name, process in processes.items()}


def _rss(processes: Mapping[str, psutil.Process]) -> dict[str, int]:
    return {name: process.memory_info().rss for name, process in processes.items()}


async def _stamps(desk: Desk) -> dict[str, dict[str, float]]:
    """When the records of each topic were handed to their producers, by article id."""
    articles_of: dict[Any, Callable[[Any], str]] = {
        ARTICLES: lambda one: one.id,
        ARTICLES_TAGGED: lambda one: one.article.id,
        MENTIONS: lambda one: one.article.id,
        ALERTS: lambda one: one.article.id,
    }
    return {
        topic.name: {
            article_id(decode(topic, record)): record.timestamp / 1000  # type: ignore[attr-defined]
            for record in await read_records(desk.settings.kafka, topic.name)
        }
        for topic, article_id in articles_of.items()
    }


def _latencies(loads: Sequence[Load], seen: Seen) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for load in loads:
        rang = Counter({one: len(seen.readable[one]) for one in load.rings})
        assert rang == Counter(load.rings), "an alert is missing, or there twice"
        ours = _delays(load, seen.produced, seen.readable)
        raw = _delays(load, seen.raw_produced, seen.raw_readable)
        for path, delays in (("article to alert", ours), ("two raw hops", raw)):
            cuts = quantiles(delays, n=100, method="inclusive")
            p50, p90, p99 = (cuts[at - 1] * 1000 for at in (50, 90, 99))
            rows.append((f"{load.rate}/s", path, len(delays), p50, p90, p99, p50 / (median(raw) * 1000)))
    columns = ("articles", "path", "read", "p50 ms", "p90 ms", "p99 ms", "ratio of p50")
    return Table("latency", "From produced to readable, on Kafka", columns, rows, LIMITS["latency"])


def _delays(load: Load, produced: Stamps, readable: Stamps) -> list[float]:
    return [moment - produced[one][0] for one in load.rings for moment in readable[one]]


def _hops(loads: Sequence[Load], seen: Seen, stamps: Mapping[str, Mapping[str, float]]) -> Table:
    first, *others = stamps.values()
    rows = []
    for load in loads:
        rung = [one for one, rings in load.rings.items() if rings]
        moments = [[each[one] for each in (first, *others)] + [seen.readable[one][-1]] for one in rung]
        hops = [[(b - a) * 1000 for a, b in pairwise(one)] for one in moments]
        for name, at in (("p50", 50), ("p99", 99)):
            rows.append(
                (
                    f"{load.rate}/s",
                    name,
                    *(quantiles(hop, n=100, method="inclusive")[at - 1] for hop in zip(*hops, strict=True)),
                )
            )
    columns = ("articles", "ms", "to tagged", "to mention", "to alert, in its transaction", "to readable")
    return Table("hops", "Where the time goes", columns, rows, LIMITS["hops"])


def _processes(loads: Sequence[Load], seen: Seen) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            seen.rss["idle"][name] / MEGABYTE,
            seen.rss["after"][name] / MEGABYTE,
            *(seen.cpu[load.rate][name] / len(load.records) * MICRO for load in loads),
        )
        for name in seen.rss["idle"]
    ]
    rows.append(("all", *(sum(column) for column in zip(*(row[1:] for row in rows), strict=True))))
    columns = ("process", "MB idle", "MB after", *(f"CPU us/article at {load.rate}/s" for load in loads))
    return Table("processes", "Memory (RSS) and CPU of each process in that run", columns, rows, LIMITS["processes"])
