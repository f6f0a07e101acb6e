"""2,000 articles flow on real Kafka while each process is killed with -9: every expected alert is there, once."""

import random
import time
from collections import Counter

from services.cli.run import LINE, Stage
from tests.vocabulary import Desk, Item, Site, rings

FEEDS = 20
ARTICLES = 2_000
SEED = 20261124

KILLED = (Stage.INGESTION, Stage.TAGGING, Stage.MATCH, Stage.DECIDE)


def items(feed: int) -> list[Item]:
    """A feed's articles: every second one names the TTP, every fifth ISKP."""
    return [
        Item(
            f"{feed}-{number}",
            f"Report {number} of desk {feed}",
            f"Officials spoke of {'the TTP' if number % 2 == 0 else 'the harvest'} in report {number} of {feed}."
            + (" They also named Daesh-Khorasan." if number % 5 == 0 else ""),
        )
        for number in range(ARTICLES // FEEDS)
    ]


def test_each_process_killed_while_articles_flow(desk: Desk, site: Site) -> None:
    desk.watches(ttp={"any": [{"actor": "ttp"}]}, iskp={"any": [{"actor": "iskp"}]})
    desk.reads(*(f"{site.url}/feed-{feed}" for feed in range(FEEDS)))
    feeds = {feed: items(feed) for feed in range(FEEDS)}
    expected = Counter(
        [("ttp", item.url) for feed in feeds.values() for i, item in enumerate(feed) if i % 2 == 0]
        + [("iskp", item.url) for feed in feeds.values() for i, item in enumerate(feed) if i % 5 == 0]
    )
    order = random.Random(SEED)

    with desk.running(*LINE):
        for step in range(10):
            for feed, entries in feeds.items():
                site.publishes(f"feed-{feed}", entries[: (step + 1) * len(entries) // 10])
            for stage in order.sample(KILLED, 2):
                time.sleep(order.uniform(0.5, 2.0))
                desk.kills(stage)
                desk.starts(stage)
        desk.kills(Stage.NOTIFY)
        desk.starts(Stage.NOTIFY)
        desk.eventually(lambda: len(rings(desk)) >= expected.total(), "every expected alert rings", seconds=150)
        time.sleep(3)  # what would ring twice gets the time to do so

        rung = Counter((ring.watch, ring.article.url) for ring in rings(desk))
        assert rung == expected
        ids = {ring.alert.id for ring in rings(desk)}
        desk.eventually(
            lambda: ids <= {headers["webhook-id"] for _, headers, _ in list(site.received)}, "each is delivered"
        )
