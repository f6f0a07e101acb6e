"""A new source is quiet about what stood there, however often its first reading is cut: real Kafka, real kills."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from schemas import Article
from services.backbone.record import decode
from services.backbone.settings import Settings
from services.backbone.topics import ARTICLES
from services.cli.run import Stage
from tests.vocabulary import LOOPBACK, Desk, Site, read_records

FEEDS, ENTRIES = 20, 25


def feed(number: int, *entries: tuple[str, timedelta]) -> bytes:
    """Entries by name, and how long ago each was published."""
    items = "".join(
        f"<item><link>https://news.example/{number}/{name}</link><title>{name}</title>"
        f"<pubDate>{format_datetime(datetime.now(UTC) - ago)}</pubDate></item>"
        for name, ago in entries
    )
    return f"<rss version='2.0'><channel><title>Site</title>{items}</channel></rss>".encode()


def described(site: Site, number: int) -> dict[str, object]:
    source = {"id": f"source-{number}", "name": f"Source {number}", "url": f"{site.url}/feed-{number}"}
    return source | {"interval": 1, "max_interval": 1, "ring_last": "1h", "allow_networks": [LOOPBACK]}


def articles(desk: Desk) -> list[Article]:
    return [decode(ARTICLES, record) for record in asyncio.run(read_records(desk.settings.kafka, ARTICLES.name))]


def test_killed_in_the_midst_of_first_readings_it_makes_no_news_of_the_rest_and_loses_none(
    settings: Settings, site: Site
) -> None:
    desk = Desk(settings)
    old = [(f"old-{number}", timedelta(hours=2)) for number in range(ENTRIES)]
    late = ("late", timedelta(minutes=10))
    for number in range(FEEDS):
        site.pages[f"/feed-{number}"] = feed(number, late, *old)
    desk.writes("sources/test.yaml", {"sources": [described(site, number) for number in range(FEEDS)]})
    everything = FEEDS * (ENTRIES + 1)

    with desk.running(Stage.INGESTION):
        desk.eventually(lambda: len(ids(desk)) > 0, "some are published")
        desk.kills(Stage.INGESTION)
        desk.starts(Stage.INGESTION)
        desk.eventually(lambda: len(ids(desk)) == everything, "all are published")
        for number in range(FEEDS):
            site.pages[f"/feed-{number}"] = feed(number, ("new", timedelta(hours=3)), late, *old)
        desk.eventually(lambda: len(ids(desk)) == everything + FEEDS, "what is new is published")

    marked = {article.title.partition("-")[0] for article in articles(desk) if "first-pass" in article.marks}
    unmarked = {article.title for article in articles(desk) if "first-pass" not in article.marks}
    assert (marked, unmarked) == ({"old"}, {"late", "new"})


def ids(desk: Desk) -> set[str]:
    return {article.id for article in articles(desk)}
