"""`python -m tests.bench.soak [KILLS] [MENTIONS]`: kill -9 of match and decide in turn, with a broker restart midway.

Two instances of each; what must come is what the pure engine makes of the same articles in one go. The same run of a
naive Faust app with a table stands beside it. It fails if one of our alerts is lost, repeated, unexpected or out of
order.
"""

import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Final

from rich.console import Console

from services.backbone.record import encode
from services.backbone.settings import KafkaSettings
from services.broker import KafkaBroker, free_port
from tests.bench.kafka import end_of, kafka_and_desk, new_deployment, produce
from tests.bench.naive_faust import NAIVE_ALERTS, NAIVE_MENTIONS, TAGGED, WATCHED, NaiveWorker
from tests.bench.report import Table, write_json
from tests.faults.checks import Findings, findings
from tests.faults.killing import kill_while_it_flows
from tests.flow.test_decide_killed import REVISED_OF, SEED, killed_in_turn, reports
from tests.vocabulary import Desk, read_records

KILLS: Final = 100
MENTIONS: Final = 50_000
SETTLE_SECONDS: Final = 600.0
STILL_SECONDS: Final = 60.0
"""A naive app that writes nothing for so long is through, or hangs."""
Row = tuple[int, ...]

LIMITS: Final = """
    The time is that of restarts: a killed process is missed for its session of 6 s, and each start takes one to two
    seconds of CPU. What the naive app repeats lies between two commits of its consumer (2.8 s by default), and what it
    loses in a table that is ahead of its alerts: alerts, table and offsets are not written together.
"""


def soak(kills: int = KILLS, mentions: int = MENTIONS) -> list[Table]:
    """Both runs, each on a Kafka of its own."""
    count = mentions * REVISED_OF // (REVISED_OF + 1) // len(WATCHED)
    with kafka_and_desk() as (broker, desk):
        ours = _ours(broker, desk, count, kills)
    with kafka_and_desk((TAGGED, NAIVE_MENTIONS, NAIVE_ALERTS)) as (broker, desk):
        naive = _naive(broker, desk.settings.kafka, count, kills)
    columns = ("what", "kills", "broker restarts", "alerts due", "lost", "repeated", "unexpected", "s")
    title = "match and decide killed with -9 in turn, two of each, read_committed"
    table = Table("soak", title, columns, [("Tocsin", *ours[1]), ("naive Faust app, a table", *naive)], LIMITS)
    assert ours[0].good, str(ours[0])
    return [table]


def _ours(broker: KafkaBroker, desk: Desk, count: int, kills: int) -> tuple[Findings, Row]:
    began = time.monotonic()
    for file in (desk.settings.config / "watches").iterdir():
        file.unlink()
    found, due = killed_in_turn(desk, count, kills, SEED, lambda: _restart(broker), SETTLE_SECONDS)
    return found, _row(found, due, kills, began)


def _restart(broker: KafkaBroker) -> None:
    broker.stop()
    broker.start(daemon=False)


def _row(found: Findings, due: int, kills: int, began: float) -> Row:
    wrong = len(found.lost), sum(found.repeated.values()), len(found.unexpected)
    return (kills, 1, due, *wrong, round(time.monotonic() - began))


def _naive(broker: KafkaBroker, kafka: KafkaSettings, count: int, kills: int) -> Row:
    began = time.monotonic()
    given = reports(count, datetime.now(UTC) - timedelta(hours=1))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-naive-")))
        workers = [NaiveWorker(kafka, deployment := new_deployment(), free_port(), folder)]
        workers.append(NaiveWorker(kafka, deployment, free_port(), folder))
        for worker in workers:
            worker.starts()
            stack.callback(worker.kills)
        turns = cycle(workers)

        def kill() -> None:
            next(turns).kills()
            _keep_alive(workers)

        kill_while_it_flows(
            [encode(TAGGED.name, one, "bench") for one in given],
            kills,
            random.Random(SEED),
            feed=lambda some: asyncio.run(produce(kafka, some)),
            moved=lambda: asyncio.run(end_of(kafka, NAIVE_ALERTS.name)),
            kill=kill,
            midway=lambda: _restart(broker),
        )
        _until_still(lambda: asyncio.run(end_of(kafka, NAIVE_ALERTS.name)), workers)
        alerts = [json.loads(one.value or b"") for one in asyncio.run(read_records(kafka, NAIVE_ALERTS.name))]
    due = {watch: sorted({one.article.id for one in given}) for watch in WATCHED}
    words = {watch: [f"{watch}/{article}" for article in articles] for watch, articles in due.items()}
    came = [(one["watch"], f"{one['watch']}/{one['article']['id']}") for one in alerts]
    found = findings(words, came)
    return _row(found, sum(map(len, words.values())), kills, began)


def _keep_alive(workers: list[NaiveWorker]) -> None:
    """Start whoever ended, as a supervisor would: a naive worker ends by itself when the broker is away."""
    for worker in workers:
        if not worker.is_alive():
            worker.starts()


def _until_still(count: Callable[[], int], workers: list[NaiveWorker]) -> None:
    """Wait until nothing more comes."""
    end, moved_at, last = time.monotonic() + SETTLE_SECONDS, time.monotonic(), -1
    while time.monotonic() < end and time.monotonic() - moved_at < STILL_SECONDS:
        _keep_alive(workers)
        if (now := count()) != last:
            last, moved_at = now, time.monotonic()
        time.sleep(1)


def main(*arguments: str) -> None:
    """Print the table."""
    console = Console(width=140)
    tables = soak(*map(int, arguments))
    for table in tables:
        table.show(console)
    write_json(Path("build") / "soak.json", tables)


if __name__ == "__main__":
    main(*sys.argv[1:])
