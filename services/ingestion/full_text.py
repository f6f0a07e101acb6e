"""The whole text of articles of which a feed tells only the beginning: from their pages, before they are published.

Asked politely: robots.txt, one page of a host at a time with a pause between. A page that cannot be had is not asked
for again: the article goes out at once as the feed tells it, with the mark `page-failed`. What a poll may cost in pages
and in time is bounded, and what is beyond that goes out as the feed tells it, too: an alert on a teaser is worth more
than one that comes late. An entry that is an address alone has no words to go out with: it waits for its page.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from schemas import Article
from services.backbone.telemetry import PAGES, logger
from services.ingestion.fetching.ask import ask, host_of
from services.ingestion.fetching.failures import FetchFailed
from services.ingestion.fetching.fetch import Fetched, Limits
from services.ingestion.fetching.hosts import PAGE_SPACING, Hosts
from services.ingestion.fetching.robots import Robots
from services.ingestion.identity.assemble import ArticleWithoutText
from services.ingestion.identity.recognise import Seen, Sighting
from services.ingestion.pages.page import PageUnreadable
from services.ingestion.read import Document, read_page, without_secrets
from services.ingestion.sources import Source
from services.ingestion.workers import WorkerKilled, Workers

MAX_PAGES: Final = 30
"""Of one poll."""
SECONDS: Final = 45.0
"""For all pages of one poll together."""
LIMITS: Final = Limits(seconds=20)

log = logger()


class PageNotHad(Exception):
    """The page is not to be asked for, or asked in vain."""

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Pages:
    """Reads the pages of articles."""

    client: httpx.AsyncClient
    workers: Workers
    hosts: Hosts
    robots: Robots

    async def whole(self, seen: Seen, source: Source, now: datetime) -> AsyncIterator[dict[str, Article]]:
        """The fresh articles of a reading, some at a time as they come to be whole; by the ids of their sightings."""
        wanted = [one for one in seen.fresh if source.full_text and "teaser" in one.article.marks and one.entry.link]
        if len(wanted) > MAX_PAGES:
            wanted = random.sample(wanted, MAX_PAGES)  # else pages that are never had would keep out the others
        asked_for = {sighting.article.id for sighting in wanted}
        yield {
            one.article.id: one.article
            for one in seen.fresh
            if one.article.id not in asked_for and has_words(one.article)
        }
        clock = asyncio.get_running_loop().time
        end = clock() + SECONDS
        for sighting in wanted:
            try:
                async with asyncio.timeout(max(end - clock(), 0)):
                    article = await self._article(sighting, source, now)
            except (
                PageNotHad, FetchFailed, PageUnreadable, WorkerKilled, ArticleWithoutText, TimeoutError
            ) as error:  # fmt: skip
                outcome = error.outcome if isinstance(error, PageNotHad) else "failed"
                reason = str(error) or f"the pages of one poll took over {SECONDS:g} s"
                log.info("page.failed", source=source.id, url=sighting.entry.link, message=reason)
                marks = ("page-failed", *sighting.article.marks)
                article = sighting.article.model_copy(update={"marks": marks})
            else:
                outcome = "read" if "full-text" in article.marks else "without-text"
            PAGES.labels(outcome).inc()
            if has_words(article):  # what has none yet comes again at the next reading
                yield {sighting.article.id: article}

    async def _article(self, sighting: Sighting, source: Source, now: datetime) -> Article:
        url = sighting.entry.link or ""
        host = host_of(url)
        if self.hosts.wait(host):
            raise PageNotHad("host-rests", f"{host} is left alone for a while, after it was in trouble")
        async with self.hosts.turn(host, PAGE_SPACING):
            permission = await self.robots.permission(self.client, url, source.allow_networks)
            if not permission.allowed:
                raise PageNotHad("forbidden", permission.reason)
            await asyncio.sleep(max((permission.delay - PAGE_SPACING).total_seconds(), 0))
            page = await self._fetch(url, source)
        return await self.workers.run(read_page, page, sighting, without_secrets(source), now)

    async def _fetch(self, url: str, source: Source) -> Document:
        answer = await ask(self.client, self.hosts, source, url, limits=LIMITS)
        assert isinstance(answer, Fetched), "no validators were sent"  # noqa: S101
        return Document(answer.body, answer.url, answer.content_type, answer.content_location)


def has_words(article: Article) -> bool:
    """Whether there is anything to tag; a plain sitemap gives addresses only."""
    return bool(article.title or article.text)
