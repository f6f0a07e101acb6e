"""Wires ingestion.

    shares    which of the sources are this process's: with their state they move from process to process
    turn      due sources, for as long as a share is held
    visit     poll (fetch > read) > full text > publish > incidents > state
    receiving what others push, and what hubs send
    recheck   whether what rang still stands
    canary    articles of our own, to see whether the line works

While the broker is away the visits under way wait with what they hold; soon the share lapses, and no others begin. So
memory stays bounded, and nothing is lost: what was not acknowledged is found again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import httpx
from prometheus_client import REGISTRY

from schemas import Article, ArticleSummary
from schemas.state import WebSubLease
from services.backbone import tracing
from services.backbone.audit import Audit
from services.backbone.clients import Writer
from services.backbone.keyed_state import restore
from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.provision import await_topics
from services.backbone.topics import INGESTION_STATE
from services.ingestion.book import Book
from services.ingestion.canary.publishing import publish_canaries
from services.ingestion.fetching.fetch import new_client
from services.ingestion.fetching.hosts import Hosts
from services.ingestion.fetching.robots import Robots
from services.ingestion.full_text import Pages
from services.ingestion.meters import SourceMeters
from services.ingestion.poll import Poller
from services.ingestion.publish import Publisher
from services.ingestion.read import Document
from services.ingestion.receiving.receiving import Receiving
from services.ingestion.rechecking.rechecking import recheck
from services.ingestion.shares import Share, ShareLost, Shares
from services.ingestion.sources import Source, Sources, load_sources
from services.ingestion.turn import MAX_UNDER_WAY, Turn
from services.ingestion.visit import Means, publish_all, taken_back
from services.ingestion.workers import Limits, Workers

READERS = 2
"""Processes that read feeds."""
FEEDS_EACH = 10_000
"""How many one reads before another takes its place: to start it costs as much as some hundred feeds."""
PAGE_READERS = 1
"""Processes that read pages, which takes longer and more memory; none is started before there is a page to read."""


async def body(process: Process) -> None:
    """Ingestion, for `run_process`."""
    load = partial(load_sources, process.settings.config)
    sources = Live("sources", load, contents=lambda version: {source.id: source for source in version.sources})
    await await_topics(process)
    writer = await Writer.start(process, idempotent=True)
    client = await process.stack.enter_async_context(new_client(MAX_UNDER_WAY, contact=process.settings.contact))
    readers = await process.stack.enter_async_context(Workers(READERS, Limits(calls=FEEDS_EACH)))
    page_readers = await process.stack.enter_async_context(Workers(PAGE_READERS))
    hosts = Hosts(MAX_UNDER_WAY)
    robots = Robots()
    poller, pages = Poller(client, readers, hosts), Pages(client, page_readers, hosts, robots)
    publisher = Publisher(writer, process.stage)
    ingestion = Ingestion(process, sources, client, poller, pages, publisher)
    meters = SourceMeters(lambda: ingestion.turn)
    REGISTRY.register(meters)
    process.stack.callback(REGISTRY.unregister, meters)
    await asyncio.gather(
        sources.watch(process, Audit.of(process, writer)),
        Shares(process, ingestion).run(),
        ingestion.receiving.run(),
        recheck(process, ingestion, client, hosts, robots),
        publish_canaries(process, lambda: ingestion.turn, publisher),
    )


class Ingestion:
    """Holds one share after the other, and takes what is received for its sources or any other."""

    def __init__(
        self,
        process: Process,
        sources: Live[Sources],
        client: httpx.AsyncClient,
        poller: Poller,
        pages: Pages,
        publisher: Publisher,
    ) -> None:
        self.receiving = Receiving(process, self, client)
        self._process = process
        self._live = sources
        self._by_id: tuple[str, dict[str, Source]] = ("", {})
        self._means = Means(process.stage, poller, pages, publisher, self.receiving)
        self.turn: Turn | None = None
        """None while no share is held."""

    async def hold(self, share: Share) -> None:
        """Read what is known of the share's sources, then visit them, until cancelled."""
        self._process.progress.waiting("state")
        kafka = self._process.settings.kafka
        states = await restore(kafka, INGESTION_STATE, share.partitions) if share.partitions else {}
        book = Book(share, self._means.publisher, states)
        self.turn = Turn(self._process, self._live, self._means, share, book)
        with suppress(ShareLost):
            await self.turn.run()

    async def drain(self, seconds: float) -> None:
        """Let the visits under way end."""
        turn, self.turn = self.turn, None
        if turn is not None:
            await turn.drain(seconds)

    def sources(self) -> Mapping[str, Source]:
        """All enabled sources by id; the same object until the configuration changes."""
        current = self._live.current
        if self._by_id[0] != current.digest:
            self._by_id = current.digest, {source.id: source for source in current.enabled}
        return self._by_id[1]

    async def publish(self, source: Source, articles: Sequence[Article]) -> None:
        """Publish what was pushed.

        Raises:
            RecordError: one of them is too large for the broker.
        """
        await self._means.publisher.all_or_error(articles)
        if turn := self._of(source.id):
            with suppress(ShareLost):
                await turn.visits.look(source, articles)

    async def content(self, source: Source, body: bytes, url: str, content_type: str | None) -> None:
        """Take what a hub sent of a source; of one that another process holds, all of it is published.

        Raises:
            FeedUnreadable: it is no feed.
        """
        document, turn = Document(body, url, content_type), self._of(source.id)
        with tracing.span("hub content", "server", attributes={"tocsin.source.id": source.id}):
            try:
                if turn is not None:
                    await turn.visits.content(source, document)
            except ShareLost:
                turn = None
            if turn is None:
                await publish_all(self._means, source, document)

    def is_withdrawn(self, source: Source, article_id: str) -> bool:
        """Whether a source of this share is known to have taken an article back."""
        turn = self._of(source.id)
        return turn is not None and turn.visits.is_withdrawn(source, article_id)

    async def withdraw(self, source: Source, article: ArticleSummary) -> None:
        """Publish as withdrawn what rang; of a source that another process holds, which does not learn of it."""
        turn = self._of(source.id)
        try:
            if turn is not None:
                await turn.visits.withdraw(source, article)
        except ShareLost:
            turn = None
        if turn is None:
            await self._means.publisher.articles([taken_back(source, article, article.revision, datetime.now(UTC))])

    def lease(self, source_id: str) -> WebSubLease | None:
        """What is known of the hub of a source of this share."""
        turn = self._of(source_id)
        return turn.book.lease(source_id) if turn is not None else None

    async def keep_lease(self, source_id: str, lease: WebSubLease | None) -> None:
        """Remember this of the hub of a source of this share."""
        if turn := self._of(source_id):
            with suppress(ShareLost):
                await turn.book.keep_lease(source_id, lease)

    def _of(self, source_id: str) -> Turn | None:
        """The turn, if it holds this source."""
        return self.turn if self.turn is not None and source_id in self.turn.sources else None
