"""What an outlet takes back after it rang is told, by whichever way it is noticed: real Kafka, a real process."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from schemas import Article
from services.backbone.clients import Writer
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import decode, encode
from services.backbone.topics import ALERTS, ARTICLES
from services.cli.run import Stage
from tests.ingestion.rechecking.alerts import alert
from tests.vocabulary import Desk, Site, read_records

HOUR = timedelta(hours=1)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">{}</feed>'


def entry(site: Site, name: str) -> str:
    link = f'<link href="{site.url}/{name}"/>'
    return f"<entry><id>tag:news.example,2026:{name}</id><title>{name}</title>{link}</entry>"


def serve(site: Site, *elements: str) -> None:
    site.pages["/feed"] = ATOM.format("".join(elements)).encode()


def articles(desk: Desk) -> list[Article]:
    """The revisions so far, in the order in which they were read."""
    read = [decode(ARTICLES, record) for record in asyncio.run(read_records(desk.settings.kafka, ARTICLES.name))]
    return sorted(read, key=lambda article: article.seen_at)


def rang(desk: Desk, article: Article, ago: timedelta) -> None:
    """As if a watch had rung for it so long ago."""
    ring = alert(datetime.now(UTC) - ago, article.url, source_id=article.source.id, article_id=article.id)

    async def write() -> None:
        async with AsyncExitStack() as stack:
            writer = await Writer.start(Process("test", desk.settings, stack, Progress("test")))
            await writer.write([encode(ALERTS.name, ring, "test")])

    asyncio.run(write())


def polled(desk: Desk, site: Site, times: int = 2) -> None:
    """Wait until the feed was polled again and again."""
    before = site.requests["/feed"]
    desk.eventually(lambda: site.requests["/feed"] >= before + times, "the feed is polled")


def test_a_page_that_is_gone_withdraws_what_rang_once_and_its_return_is_a_revision(desk: Desk, site: Site) -> None:
    desk.reads(f"{site.url}/feed")
    serve(site, entry(site, "talks"), entry(site, "tea"))
    site.pages["/tea"] = b"<p>Tea</p>"
    site.gone.add("/talks")

    with desk.running(Stage.INGESTION):
        desk.eventually(lambda: len(articles(desk)) == 2, "both are published")
        talks, tea = sorted(articles(desk), key=lambda article: article.title)
        rang(desk, talks, HOUR)
        rang(desk, tea, HOUR)
        desk.eventually(lambda: len(articles(desk)) == 3, "the one that is gone is published as withdrawn")
        gone = articles(desk)[-1]
        assert (gone.id, gone.replaces, gone.title, gone.text) == (talks.id, talks.revision, "Talks", "")
        assert "withdrawn" in gone.marks
        desk.eventually(lambda: site.requests["/tea"] == 1, "the other is asked for, too")

        desk.kills(Stage.INGESTION)
        desk.starts(Stage.INGESTION)
        polled(desk, site)
        rang(desk, talks, HOUR)  # by another watch
        rang(desk, tea, HOUR)
        desk.eventually(lambda: site.requests["/tea"] == 2, "who was killed asks for the other again")
        assert site.requests["/talks"] == 1, "what is withdrawn is not asked for"
        assert len(articles(desk)) == 3, "standing in the feed all the while it does not come back"

        serve(site, entry(site, "tea"))
        polled(desk, site)
        serve(site, entry(site, "talks"), entry(site, "tea"))
        desk.eventually(lambda: len(articles(desk)) == 4, "it is there again")
        back = articles(desk)[-1]
        assert (back.id, back.revision, back.replaces) == (talks.id, talks.revision, gone.revision)


def test_a_tombstone_in_its_feed_withdraws_an_article_once(desk: Desk, site: Site) -> None:
    desk.reads(f"{site.url}/feed")
    serve(site, entry(site, "talks"))
    buried = '<at:deleted-entry ref="tag:news.example,2026:{}" when="2026-11-24T08:00:00Z"/>'

    with desk.running(Stage.INGESTION):
        desk.eventually(lambda: len(articles(desk)) == 1, "it is published")
        serve(site, buried.format("talks"), buried.format("another-outlets"))
        desk.eventually(lambda: len(articles(desk)) == 2, "it is withdrawn")
        polled(desk, site)
        first, gone = articles(desk)

    assert (gone.id, gone.replaces) == (first.id, first.revision)
    assert "withdrawn" in gone.marks


def test_who_wants_no_rechecks_has_none(desk: Desk, site: Site) -> None:
    desk.environment["TOCSIN_RECHECK"] = "false"
    desk.reads(f"{site.url}/feed")
    serve(site, entry(site, "talks"))
    site.gone.add("/talks")

    with desk.running(Stage.INGESTION):
        desk.eventually(lambda: len(articles(desk)) == 1, "it is published")
        rang(desk, articles(desk)[0], HOUR)
        polled(desk, site, 4)
    assert site.requests["/talks"] == 0
