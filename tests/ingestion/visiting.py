"""Visits to sources on loopback, by means whose articles go to real Kafka."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx

from schemas import Article
from schemas.state import SourceState, WebSubLease
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
from services.ingestion.receiving.websub import Offer
from services.ingestion.shares import Share
from services.ingestion.sources import Source
from services.ingestion.visit import Means, Visits
from services.ingestion.workers import Workers
from tests.ingestion.reading.feeds import rss
from tests.ingestion.web import Web
from tests.vocabulary import read_records


@dataclass
class Hubs:
    """Notes what it is told."""

    told: list[tuple[Offer | None, bool]] = field(default_factory=list)

    def polled(self, source: Source, offer: Offer | None, *, missed: bool) -> None:
        self.told.append((offer, missed))

    def removed(self, source_id: str, lease: WebSubLease | None) -> None:
        raise AssertionError


@asynccontextmanager
async def means_of(settings: Settings, client: httpx.AsyncClient) -> AsyncIterator[Means]:
    """What visits work with, for the block."""
    async with AsyncExitStack() as stack:
        writer = await Writer.start(Process("ingestion", settings, stack, Progress("ingestion")))
        workers, hosts = await stack.enter_async_context(Workers()), Hosts(5)
        pages = Pages(client, workers, hosts, Robots())
        yield Means("ingestion", Poller(client, workers, hosts), pages, Publisher(writer, "ingestion"), Hubs())


def whole() -> Share:
    """A share of all sources."""
    return Share(range(12), 12, 60, lambda: 0)


def visits_of(means: Means, share: Share, **states: SourceState) -> tuple[Visits, Book]:
    """Visits by a process that knows these states."""
    book = Book(share, means.publisher, states)
    return Visits(means, share, book), book


def source(web: Web, **more: object) -> Source:
    """`/feed` of a site."""
    values = {"id": "one", "name": "One", "url": f"{web.url}/feed", "allow_networks": LOOPBACK}
    return Source.model_validate(values | more)


def titled(*titles: str) -> bytes:
    """A feed with entries of these titles."""
    return rss("".join(f"<item><title>{t}</title><link>https://news.example/{t}</link></item>" for t in titles))


async def articles(settings: Settings) -> list[Article]:
    """All that stands on `articles`, the earliest first."""
    read = [decode(ARTICLES, record) for record in await read_records(settings.kafka, ARTICLES.name)]
    return sorted(read, key=lambda article: article.seen_at)
