"""How fast `decide` is: a backlog of mentions, half of them repeats, through the real process on Kafka."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Final

import httpx
import psutil

from schemas import Mention
from schemas.ids import article_id, mention_id, revision
from services.alerting.match.load import load_watches
from services.alerting.match.meet import match_watches
from services.backbone.record import encode
from services.backbone.settings import DEFAULT_CONFIG
from services.backbone.topics import MENTIONS
from services.cli.run import Stage
from services.tagging.pack import load_engine
from services.tagging.tag import tag
from tests.bench.articles import articles
from tests.bench.cpu import MICRO
from tests.bench.kafka import kafka_and_desk, produce
from tests.bench.limits import LIMITS
from tests.bench.report import Table
from tests.vocabulary import Desk, rings

PATTERNS: Final = 200
MENTIONS_IN_ALL: Final = 20_000
SECONDS: Final = 120.0
LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Reading:
    """What the process says of itself at one moment."""

    at: float
    cpu: float
    decided: int
    transactions: int
    lag: int
    """By the offsets that are committed."""


def decide() -> list[Table]:
    """Run it to the end of the backlog, and hold the alerts against what must have rung."""
    backlog = _backlog()
    expected = Counter((mention.watch.id, mention.article.id) for mention in set(backlog))
    with kafka_and_desk() as (_, desk):
        asyncio.run(produce(desk.settings.kafka, [encode(MENTIONS.name, mention, "bench") for mention in backlog]))
        with desk.running(Stage.DECIDE):
            first, last = _follow(desk)
            desk.stops(Stage.DECIDE)
        rung = Counter((ring.watch, ring.article.id) for ring in rings(desk))
    assert rung == expected, f"{rung.total()} alerts are readable, {expected.total()} must be"
    decided, transactions, seconds = (
        last.decided - first.decided,
        last.transactions - first.transactions,
        last.at - first.at,
    )
    row = (
        f"{len(backlog):,}",
        decided / seconds,
        transactions / seconds,
        decided / transactions,
        seconds / transactions * 1000,
        (last.cpu - first.cpu) / decided * MICRO,
        f"{rung.total():,} of {expected.total():,}",
    )
    columns = (
        "mentions, half repeats",
        "mentions/s",
        "transactions/s",
        "mentions in one",
        "ms for one",
        "CPU us/mention",
        "alerts readable",
    )
    return [Table("decide", "decide, a backlog on Kafka", columns, [row], LIMITS["decide"])]


def _backlog() -> list[Mention]:
    engine, watches, now = load_engine(DEFAULT_CONFIG), load_watches(DEFAULT_CONFIG), datetime.now(UTC)
    patterns = [mention for one in articles(PATTERNS) for mention in match_watches(tag(one, engine), watches, now)]
    new = [_of_another_article(patterns[number % len(patterns)], number) for number in range(MENTIONS_IN_ALL // 2)]
    backlog = [*new, *new]
    Random(0).shuffle(backlog)
    return backlog


def _of_another_article(mention: Mention, number: int) -> Mention:
    url = f"https://news.example/backlog/{number}"
    article = mention.article.model_copy(update={"id": article_id(url), "revision": revision(url, "")})
    return mention.model_copy(
        update={"id": mention_id(mention.watch.id, article.id, article.revision, ()), "article": article}
    )


def _follow(desk: Desk) -> tuple[Reading, Reading]:
    """The first reading at which it was at work, and the first at which all was done."""
    process = psutil.Process(desk.processes[Stage.DECIDE].pid)
    desk.eventually(lambda: bool(_ports(process)), "decide serves its metrics")
    url = f"http://127.0.0.1:{_ports(process)[0]}/metrics"
    first, end = None, time.monotonic() + SECONDS
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < end:
            reading = _reading(client.get(url).text, process)
            if reading.decided:
                first = first or reading
            if first and reading.decided >= MENTIONS_IN_ALL and not reading.lag:
                return first, reading
            time.sleep(LOOK_SECONDS)
    raise TimeoutError(f"decide was not through with {MENTIONS_IN_ALL} mentions within {SECONDS} s")


def _ports(process: psutil.Process) -> list[int]:
    return [one.laddr.port for one in process.net_connections("tcp") if one.status == psutil.CONN_LISTEN]


def _reading(metrics: str, process: psutil.Process) -> Reading:
    def total(sample: str) -> int:
        return int(sum(float(line.split()[-1]) for line in metrics.splitlines() if line.startswith(sample)))

    spent = process.cpu_times()
    return Reading(
        at=time.monotonic(),
        cpu=spent.user + spent.system,
        decided=total("tocsin_decisions_total"),
        transactions=total('tocsin_transactions_total{outcome="committed"}'),
        lag=total("tocsin_consumer_lag_records"),
    )
