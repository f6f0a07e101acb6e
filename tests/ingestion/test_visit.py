"""visit: a poll, or what a hub sends, through to articles and state, on real Kafka."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from schemas import Article
from schemas.state import OpenIncident, SourceState, WebSubLease
from services.backbone.addresses import LOOPBACK
from services.backbone.clients import Writer
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import decode
from services.backbone.settings import Settings
from services.backbone.topics import ARTICLES
from services.ingestion.book import Book
from services.ingestion.fetching.hosts import Hosts
from services.ingestion.fetching.robots import Robots
from services.ingestion.full_text import Pages
from services.ingestion.poll import Poller
from services.ingestion.publish import Publisher
from services.ingestion.read import Document
from services.ingestion.receiving.websub import Offer
from services.ingestion.shares import Share, ShareLost
from services.ingestion.sources import Source
from services.ingestion.visit import Means, Visits, publish_all
from services.ingestion.workers import Workers
from tests.ingestion.reading.feeds import rss
from tests.ingestion.web import Request, Web, answer
from tests.vocabulary import read_records


@dataclass
class Hubs:
    """Notes what it is told."""

    told: list[tuple[Offer | None, bool]] = field(default_factory=list)

    def polled(self, source: Source, offer: Offer | None, *, missed: bool) -> None:
        self.told.append((offer, missed))

    def removed(self, source_id: str, lease: WebSubLease | None) -> None:
        raise AssertionError


@pytest.fixture
async def means(settings: Settings, client: httpx.AsyncClient) -> AsyncIterator[Means]:
    async with AsyncExitStack() as stack:
        writer = await Writer.start(Process("ingestion", settings, stack, Progress("ingestion")))
        workers, hosts = await stack.enter_async_context(Workers()), Hosts(5)
        pages = Pages(client, workers, hosts, Robots())
        yield Means("ingestion", Poller(client, workers, hosts), pages, Publisher(writer, "ingestion"), Hubs())


def visits_of(means: Means, share: Share) -> tuple[Visits, Book]:
    book = Book(share, means.publisher, {})
    return Visits(means, share, book), book


def whole() -> Share:
    return Share(range(12), 12, 60, lambda: 0)


def source(web: Web) -> Source:
    return Source(id="one", name="One", url=f"{web.url}/feed", allow_networks=LOOPBACK)


def titled(*titles: str) -> bytes:
    return rss("".join(f"<item><title>{t}</title><link>https://news.example/{t}</link></item>" for t in titles))


async def published(settings: Settings) -> list[str]:
    articles: list[Article] = [decode(ARTICLES, record) for record in await read_records(settings.kafka, ARTICLES.name)]
    return sorted(article.title for article in articles)


async def test_what_a_hub_sent_is_not_published_again_by_the_next_poll(
    settings: Settings, means: Means, web: Web
) -> None:
    visits, book = visits_of(means, whole())
    web.answers["/feed"] = answer(titled("one"))
    await visits.poll(source(web))
    sent = Document(titled("two"), f"{web.url}/feed", None)
    await visits.content(source(web), sent)
    await visits.content(source(web), sent)
    assert await published(settings) == ["one", "two"]

    web.answers["/feed"] = answer(titled("three", "two", "one"))
    await visits.poll(source(web))
    assert await published(settings) == ["one", "three", "two"]
    state = book.state("one")
    assert state is not None
    assert state.entries == 3
    assert isinstance(means.hubs, Hubs)
    assert [missed for _, missed in means.hubs.told] == [True, True], "of polls only"


async def test_what_a_hub_sends_does_not_end_a_storm_that_other_hosts_are_in(means: Means, web: Web) -> None:
    storm = OpenIncident(kind="network", since=datetime.now(UTC) - timedelta(minutes=10))
    state = SourceState(source_id="one", url=source(web).url, polled_at=storm.since, incidents=(storm,))
    book = Book(whole(), means.publisher, {"one": state})
    await Visits(means, whole(), book).content(source(web), Document(titled("one"), f"{web.url}/feed", None))
    after = book.state("one")
    assert after is not None
    assert storm in after.incidents


async def test_what_a_hub_sent_of_a_source_of_another_process_is_published_as_it_is(
    settings: Settings, means: Means, web: Web
) -> None:
    await publish_all(means, source(web), Document(titled("one", "two"), f"{web.url}/feed", None))
    assert await published(settings) == ["one", "two"]


async def test_a_poll_whose_share_ends_meanwhile_writes_nothing(settings: Settings, means: Means, web: Web) -> None:
    share = whole()
    visits, book = visits_of(means, share)

    async def late(request: Request, writer: asyncio.StreamWriter) -> None:
        share.end()
        await answer(titled("one"))(request, writer)

    web.answers["/feed"] = late
    with pytest.raises(ShareLost):
        await visits.poll(source(web))
    assert await published(settings) == []
    assert book.states == {}


async def test_what_is_pushed_is_noted_by_the_one_process_that_can_know_of_all(means: Means) -> None:
    pushed = Source(id="wire", name="Wire", kind="push", token="0123456789abcdef")
    for share, outcome in ((whole(), "unchanged"), (Share(range(6), 12, 60, lambda: 0), None)):
        visits, book = visits_of(means, share)
        await visits.look(pushed)
        state = book.state("wire")
        assert (state and state.outcome) == outcome
