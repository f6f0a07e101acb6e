"""`python -m tests.bench.kills [KILLS] [SOURCES]`: kill -9 ingestion while 500 sources publish, 20 times.

It fails if an article is lost or stands under two ids, and prints how many were published twice.
"""

import sys
import time

from tests.bench.kafka import kafka_and_desk
from tests.flow.test_ingestion_killed import ARTICLES_EACH, SEED, killed_while_publishing

KILLS = 20
SOURCES = 500
EVERY_SECONDS = 5


def main(kills: int = KILLS, sources: int = SOURCES) -> None:
    """Run it on a Kafka of its own."""
    began = time.monotonic()
    with kafka_and_desk() as (_, desk):
        twice = killed_while_publishing(desk, sources, kills, EVERY_SECONDS, SEED)
    print(
        f"{kills} kills, {sources} sources, {sources * ARTICLES_EACH:,} articles: none lost, none under a second id, "
        f"{twice} published twice; {time.monotonic() - began:.0f} s"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
