"""Whether an article that rang still stands: its page is asked for, as politely as any other.

410 means that its publisher took it back, for good (RFC 9110, 15.5.11): the article is published as withdrawn. 404 does
not: it is what a host says, too, while it moves its pages, refuses a reader or mistypes its rules, and to tell people
that a story was withdrawn which was not is worse than not to tell. All other answers, and none, say nothing; they are
left to the next delay.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

import httpx

from schemas import ArticleSummary
from services.backbone import tracing
from services.backbone.telemetry import RECHECKS, logger
from services.ingestion.fetching.ask import ask, host_of
from services.ingestion.fetching.failures import FetchFailed, Gone
from services.ingestion.fetching.fetch import Limits
from services.ingestion.fetching.hosts import PAGE_SPACING, Hosts
from services.ingestion.fetching.robots import Robots
from services.ingestion.sources import Source

LIMITS: Final = Limits(seconds=20, wire_bytes=16 * 1024, decoded_bytes=64 * 1024, cut=True)
"""Of a page that stands only the beginning is read."""
LATELY_SECONDS: Final = 30 * 60.0
"""Several watches ring for one article: it is asked for once."""
MAX_REMEMBERED: Final = 10_000

Outcome = Literal["stands", "withdrawn", "known", "asked-lately", "no-source", "forbidden", "host-rests", "failed"]

log = logger()


class Withdrawer(Protocol):
    """Who knows the sources, and what was published of them."""

    def sources(self) -> Mapping[str, Source]:
        """All enabled sources by id."""
        ...

    def is_withdrawn(self, source: Source, article_id: str) -> bool:
        """Whether the source is known to have taken it back."""
        ...

    async def withdraw(self, source: Source, article: ArticleSummary) -> None:
        """Publish it as withdrawn, once."""
        ...


@dataclass(slots=True)
class Recheck:
    """Asks for one page after the other."""

    client: httpx.AsyncClient
    hosts: Hosts
    robots: Robots
    withdrawer: Withdrawer
    _asked: OrderedDict[str, float] = field(default_factory=OrderedDict)
    """Article ids, and when by the monotonic clock."""
    _gone: OrderedDict[str, float] = field(default_factory=OrderedDict)
    """The same by revision; of a source that another process holds, nothing else tells."""

    async def check(self, article: ArticleSummary) -> Outcome:
        """Ask for the page of an article, and publish it as withdrawn where it is."""
        outcome = await self._check(article)
        RECHECKS.labels(outcome).inc()
        return outcome

    async def _check(self, article: ArticleSummary) -> Outcome:
        source = self.withdrawer.sources().get(article.source.id)
        if source is None:
            return "no-source"
        if _revision(article) in self._gone or self.withdrawer.is_withdrawn(source, article.id):
            return "known"
        if time.monotonic() - self._asked.get(article.id, float("-inf")) < LATELY_SECONDS:
            return "asked-lately"
        about = {"tocsin.source.id": source.id, "tocsin.article.id": article.id}
        with tracing.span("article recheck", attributes=about):
            return await self._checked(source, article)

    async def _checked(self, source: Source, article: ArticleSummary) -> Outcome:
        try:
            return await self._ask(source, article)
        except Gone:
            log.info("recheck.gone", source=source.id, article=article.id, url=article.url)
            await self.withdrawer.withdraw(source, article)
            _note(self._gone, _revision(article))
            return "withdrawn"
        except FetchFailed as error:
            log.info("recheck.failed", source=source.id, url=article.url, message=str(error))
            return "failed"

    async def _ask(self, source: Source, article: ArticleSummary) -> Outcome:
        url, host = article.url, host_of(article.url)
        async with self.hosts.turn(host, PAGE_SPACING):
            if self.hosts.wait(host):  # looked at when it is our turn: who was before may have met its trouble
                return "host-rests"
            permission = await self.robots.permission(self.client, url, source.allow_networks)
            if not permission.allowed:
                return "forbidden"
            await asyncio.sleep(max((permission.delay - PAGE_SPACING).total_seconds(), 0))
            _note(self._asked, article.id)
            await ask(self.client, self.hosts, source, url, limits=LIMITS)
        return "stands"


def _revision(article: ArticleSummary) -> str:
    return f"{article.id}.{article.revision}"


def _note(memory: OrderedDict[str, float], what: str) -> None:
    memory[what] = time.monotonic()
    memory.move_to_end(what)
    while len(memory) > MAX_REMEMBERED:
        memory.popitem(last=False)
