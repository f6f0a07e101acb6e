"""Writes articles, incidents and states. What returns has been acknowledged by every in-sync replica."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from schemas import Article
from schemas.source_incident import SourceIncident
from schemas.state import SourceState
from services.backbone.ages import Since
from services.backbone.clients import Writer
from services.backbone.errors import RecordTooLarge
from services.backbone.record import OutgoingRecord, encode
from services.backbone.telemetry import ARTICLES as ARTICLES_PUBLISHED
from services.backbone.telemetry import RECORDS, SOURCE_INCIDENTS_TOLD, logger
from services.backbone.topics import ARTICLES, INGESTION_STATE, SOURCE_INCIDENTS

SLOW_SECONDS = 5.0

log = logger()


class Publisher:
    """The only writer of an ingestion process. While the broker is away its calls wait."""

    def __init__(self, writer: Writer, stage: str) -> None:
        self._writer = writer
        self._stage = stage
        self._clock = asyncio.get_running_loop().time
        self._began: dict[object, float] = {}

    @property
    def is_slow(self) -> bool:
        """Whether something waits for the broker for long."""
        return bool(self._began) and min(self._began.values()) < self._clock() - SLOW_SECONDS

    async def articles(self, articles: Iterable[Article]) -> list[Article]:
        """Publish articles.

        Returns:
            Those that the broker has now. One that is too large for it is logged, and holds up none of the others.
        """
        sent: list[tuple[Article, asyncio.Future[None]]] = []
        written: list[Article] = []
        async with self._writing():
            for article in articles:
                try:
                    sent.append((article, await self._writer.send(encode(ARTICLES.name, article, self._stage))))
                except RecordTooLarge as error:
                    self._refused(article, error)
            for article, acknowledged in sent:
                try:
                    await acknowledged
                except RecordTooLarge as error:
                    self._refused(article, error)
                else:
                    written.append(article)
        self._count(written)
        return written

    async def all_or_error(self, articles: Iterable[Article]) -> None:
        """Publish articles, for a caller who must know.

        Raises:
            RecordError: one of them is too large; others may be published.
        """
        articles = list(articles)
        await self._write([encode(ARTICLES.name, article, self._stage) for article in articles])
        self._count(articles)

    async def canaries(self, canaries: Iterable[Article]) -> None:
        """Publish what is no news, and counts by itself."""
        canaries = list(canaries)
        await self._write([encode(ARTICLES.name, canary, self._stage) for canary in canaries])
        for canary in canaries:
            Since.of(canary).observe(self._stage, datetime.now(UTC))

    async def incidents(self, incidents: Sequence[SourceIncident]) -> None:
        """Tell what is the matter with sources, or is over."""
        if not incidents:
            return
        await self._write([encode(SOURCE_INCIDENTS.name, incident, self._stage) for incident in incidents])
        for incident in incidents:
            SOURCE_INCIDENTS_TOLD.labels(incident.kind, incident.state).inc()
            event = log.warning if incident.state == "raised" else log.info
            event(
                f"incident.{incident.state}",
                source=incident.source_id,
                kind=incident.kind,
                reason=incident.reason,
                fix=incident.fix or None,
            )

    async def state(self, state: SourceState) -> None:
        """Remember what was reached with a source."""
        await self._write([encode(INGESTION_STATE.name, state, self._stage)])

    async def _write(self, records: list[OutgoingRecord]) -> None:
        async with self._writing():
            await self._writer.write(records)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        call = object()
        self._began[call] = self._clock()
        try:
            yield
        finally:
            del self._began[call]

    def _count(self, published: Sequence[Article]) -> None:
        ARTICLES_PUBLISHED.inc(len(published))
        RECORDS.labels(self._stage, "handled").inc(len(published))
        now = datetime.now(UTC)
        for article in published:
            Since.of(article, revised=article.replaces is not None).observe(self._stage, now)

    def _refused(self, article: Article, error: RecordTooLarge) -> None:
        RECORDS.labels(self._stage, "refused").inc()
        log.error(
            "article.refused", source=article.source.id, article=article.id, message=str(error), fix=RecordTooLarge.fix
        )
