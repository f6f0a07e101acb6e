"""Ask a source once, as ingestion would, or look for the feed of a site; the reading is done by a killable worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from services.backbone.addresses import Networks
from services.backbone.errors import TocsinError
from services.backbone.settings import load_settings
from services.ingestion.discover import Stands, sitemaps_in, usual_places, what_stands
from services.ingestion.examine import Examined, examine, examine_folder
from services.ingestion.fetching.fetch import Fetched, FetchFailed, HostUnreachable, TooSlow, fetch, new_client
from services.ingestion.read import Document, without_secrets
from services.ingestion.reading.entry import Feed, FeedUnreadable
from services.ingestion.sources import Kind, Source
from services.ingestion.trouble import failed
from services.ingestion.workers import Workers

CONNECTIONS: Final = 10
WORKERS: Final = 2
SITEMAPS_ASKED: Final = 3

_FIXES: Final = {
    "gone": "correct its url, or take the source out",
    "not-found": "correct its url; tocsin source add SITE finds the feed of a site",
    "blocked": "ask the outlet, or give headers that it wants",
    "throttled": "try again later, and write a longer interval",
    "refused": "try again later",
    "slow": "try again later",
    "unreachable": "check the host's name, and the network of this machine",
    "broken": "correct its url",
    "unreadable": "correct its url or kind",
    "defect": "report it, with the address",
}


class NoFeedFound(TocsinError):
    """A site has no feed where feeds stand."""


@dataclass(frozen=True, slots=True)
class Found:
    """The feed or the sitemap of a site."""

    url: str
    kind: Kind
    feed: Feed
    site_name: str = ""
    """Of the page that was named, where it was one."""
    site_language: str | None = None

    @property
    def calls_itself(self) -> str:
        """What the site says that it is, else the feed."""
        return self.site_name or self.feed.title


def trouble(error: TocsinError) -> tuple[str, str]:
    """What went wrong, and what to do."""
    what, _, fix = str(error).partition("; ")
    return what, fix or _FIXES[failed(error, datetime.now(UTC)).trouble]


@asynccontextmanager
async def asking() -> AsyncIterator["Asking"]:
    """Hold the client and the workers for the block."""
    contact = load_settings().contact
    async with new_client(CONNECTIONS, contact=contact) as client, Workers(WORKERS) as workers:
        yield Asking(client, workers)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks."""

    client: httpx.AsyncClient
    workers: Workers

    async def examine(self, source: Source) -> Examined:
        """What a source holds now.

        Raises:
            TocsinError: it gave nothing that can be read; see `trouble`.
        """
        plain, now = without_secrets(source), datetime.now(UTC)
        if source.kind == "folder":
            return await self.workers.run(examine_folder, plain, now)
        first = await self._document(source.url, source.headers, source.allow_networks)
        found = await self.workers.run(examine, [first], plain, now)
        if not found.follow:
            return found
        own = {True: source.headers, False: {}}
        documents = [
            await self._document(url, own[urlsplit(url).netloc.lower() == source.host], source.allow_networks)
            for url in found.follow[:SITEMAPS_ASKED]
        ]
        return replace(await self.workers.run(examine, documents, plain, now), follow=found.follow)

    async def discover(self, url: str, allowed: Networks = ()) -> Found:
        """The feed of a site, or what stands at the address itself.

        Raises:
            FetchFailed: the site gives no content.
            NoFeedFound: no feed stands where feeds do.
        """
        document = await self._document(url, {}, allowed)
        first = await self._stands(document) or Stands("page")
        if first.feed is not None:
            return Found(url, first.kind, first.feed)
        places = self._places(first, document.url, allowed)
        async for place in places:
            stands = await self._holding_entries(place, allowed)
            if stands is not None and stands.feed is not None:
                return Found(place, stands.kind, stands.feed, first.name, first.language)
        raise NoFeedFound(
            f"no feed at {url}: the page names none, none stands at the usual places, and robots.txt names no sitemap; "
            "name the feed's own address, or write a source of kind page with a selector"
        )

    async def _places(self, page: Stands, url: str, allowed: Networks) -> AsyncIterator[str]:
        """Where a feed may stand, in the order of discover.py; robots.txt is asked for only at the end."""
        for place in dict.fromkeys((*page.stated, *usual_places(url))):
            yield place
        for place in await self._sitemaps(url, allowed):
            yield place

    async def _holding_entries(self, place: str, allowed: Networks) -> Stands | None:
        """What stands there, where it is a feed that is not empty.

        Raises:
            HostUnreachable, TooSlow: the host had better not be asked for more.
        """
        try:
            stands = await self._stands(await self._document(place, {}, allowed))
        except (HostUnreachable, TooSlow):
            raise
        except FetchFailed:
            return None
        holds = stands is not None and stands.feed is not None and (stands.feed.entries or stands.feed.follow)
        return stands if holds else None

    async def _sitemaps(self, url: str, allowed: Networks) -> tuple[str, ...]:
        robots = urljoin(url, "/robots.txt")
        try:
            document = await self._document(robots, {}, allowed)
        except FetchFailed:
            return ()
        return sitemaps_in(document.body.decode("utf-8", "replace"), robots)

    async def _stands(self, document: Document) -> Stands | None:
        now = datetime.now(UTC)
        try:
            return await self.workers.run(what_stands, document.body, document.url, document.content_type, now)
        except FeedUnreadable:
            return None

    async def _document(self, url: str, headers: dict[str, str], allowed: Networks) -> Document:
        answer = await fetch(self.client, url, None, headers, allowed=allowed)
        assert isinstance(answer, Fetched), "nothing was known before"  # noqa: S101
        return Document(answer.body, answer.url, answer.content_type, answer.content_location)
