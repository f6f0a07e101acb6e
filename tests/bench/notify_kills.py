"""`python -m tests.bench.notify_kills [KILLS] [DELIVERIES]`: kill -9 notify 50 times in 20,000 deliveries.

The receiver at random takes, errs, asks for patience, says nothing until it is given up on, or cuts the line. It fails
if an alert is lost or given up, or comes under two ids, with two bodies or with a signature that does not hold.
"""

import sys
import time
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.alerting.examples import SECRET
from tests.bench.kafka import kafka_and_desk
from tests.bench.report import Table, write_json
from tests.faults.fickle_receiver import FickleReceiver, Says
from tests.flow.test_notify_killed import SEED, Brought, killed_while_delivering

KILLS: Final = 50
DELIVERIES: Final = 20_000
SHARES: Final = {Says.TAKEN: 85, Says.ERROR: 8, Says.CUT: 6.6, Says.SILENT: 0.2, Says.BUSY: 0.2}
"""Each 429 asks for a second in which the channel is left alone, and each silence takes 15 s of one attempt."""
SETTLE_SECONDS: Final = 300.0

LIMITS: Final = """
    The time is that of restarts: a killed process is missed for its session of 6 s before its partitions are given to
    the next, and each start takes one to two seconds of CPU. What is repeated was under way when it was killed: taken
    by the receiver, and not written yet. The channel has 16 attempts at a time; 13 a kill were repeated.
"""


def notify_kills(kills: int = KILLS, deliveries: int = DELIVERIES) -> list[Table]:
    """The run, on a Kafka of its own."""
    began = time.monotonic()
    with FickleReceiver(SECRET, SHARES, SEED).open() as receiver, kafka_and_desk() as (_, desk):
        for file in (desk.settings.config / "watches").iterdir():
            file.unlink()
        brought = killed_while_delivering(
            desk, receiver, deliveries, kills, SEED, instances=1, settle_seconds=SETTLE_SECONDS
        )
    table = _table(kills, deliveries, receiver, brought, time.monotonic() - began)
    assert brought.good, f"{brought}\n{table.rows}"
    return [table]


def _table(kills: int, deliveries: int, receiver: FickleReceiver, brought: Brought, seconds: float) -> Table:
    said = ", ".join(f"{receiver.said[each]:,} {each.value}" for each in Says)
    rows = [
        ("kill -9", kills),
        ("alerts", deliveries),
        ("requests, each verified by standardwebhooks", brought.attempts),
        (f"answered: {said}", None),
        ("lost", len(brought.lost)),
        ("without a `delivered` record", len(brought.unrecorded)),
        ("given up", len(brought.failed)),
        ("repeated after they were taken, under the same webhook-id", brought.repeated),
        ("alerts under two webhook-ids", len(brought.under_two_ids)),
        ("webhook-ids with two bodies", len(brought.changed)),
        ("signatures that do not hold", len(brought.unsigned)),
        ("seconds", round(seconds)),
    ]
    return Table("notify_kills", "notify killed with -9 while it delivers", ("what", "count"), rows, LIMITS)


def main(*arguments: str) -> None:
    """Print the table."""
    console = Console(width=140)
    tables = notify_kills(*map(int, arguments))
    for table in tables:
        table.show(console)
    write_json(Path("build") / "notify_kills.json", tables)


if __name__ == "__main__":
    main(*sys.argv[1:])
