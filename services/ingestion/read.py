"""What a worker makes of what was fetched: documents -> entries -> what is new in them. Pure but for folders.

It runs in a process that may be killed (workers.py), for the bytes are those of strangers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from schemas import Article
from schemas.state import SourceState
from services.ingestion.identity.assemble import build_article
from services.ingestion.identity.recognise import Seen, Sighting, recognise, remember
from services.ingestion.pages.page import Page
from services.ingestion.polling.asked import FeedAsks
from services.ingestion.reading.entry import Asked, Entry, Feed
from services.ingestion.reading.feed import parse_feed
from services.ingestion.reading.folder import read_folder
from services.ingestion.reading.link_page import read_link_page
from services.ingestion.reading.sitemap import read_sitemap
from services.ingestion.sources import Source


@dataclass(frozen=True, slots=True)
class Document:
    """What was fetched."""

    body: bytes
    url: str
    """Where it was found."""
    content_type: str | None
    location: str | None = None
    """The answer's Content-Location."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a source now."""

    seen: Seen
    """Where nothing is fresh, without what was known before: `known` says it all."""
    known: str | None = None
    """What the source's state knows; None where that hangs on what becomes of the fresh ones."""
    entries: int = 0
    undated: int = 0
    """Of them, those without a date that can be true."""
    dates: tuple[datetime, ...] = ()
    """Of the others."""
    complete: bool = True
    """No: the rest is to be fetched, not to be taken for unchanged."""
    asked: FeedAsks = field(default_factory=Asked)
    hub: str | None = None
    self_link: str | None = None
    follow: tuple[str, ...] = ()
    """Addresses of the documents to read in its place."""


@dataclass(frozen=True, slots=True)
class FilesReading:
    """What is new in a folder."""

    reading: Reading
    cursor: str
    """For the next reading."""
    more: bool
    """There is more: read again at once."""
    refused: tuple[str, ...]


def read_documents(
    documents: Sequence[Document], source: Source, state: SourceState | None, now: datetime, whole: bool
) -> Reading:
    """Read the documents of one source; of a sitemap's index that is many.

    Args:
        documents: all of one visit.
        source: whose they are.
        state: what was published of it.
        now: when they were fetched.
        whole: they are all that there is; a hub sends what is new alone.

    Raises:
        FeedUnreadable: one of them is not what the source is to be.
    """
    feeds = [read_feed(document, source, now) for document in documents]
    first = feeds[0]
    if first.follow:
        return Reading(recognise((), source, state, now), follow=first.follow)
    entries = [entry for feed in feeds for entry in feed.entries]
    complete = all(feed.complete for feed in feeds)
    return _reading(entries, source, state, now, first, complete=complete, whole=whole and complete)


def read_files(
    path: Path, cursor: str | None, source: Source, state: SourceState | None, now: datetime
) -> FilesReading | None:
    """Read what is new in a folder since the cursor; None where nothing is.

    Raises:
        FolderUnreadable: there is nothing to read, or no right to.
    """
    found = read_folder(path, cursor, now)
    if found is None:
        return None
    reading = _reading(found.feed.entries, source, state, now, found.feed, complete=True, whole=True)
    return FilesReading(reading, found.cursor, found.more, found.refused)


def read_page(document: Document, sighting: Sighting, source: Source, now: datetime) -> Article:
    """The article of an entry, with the text of its page.

    Raises:
        PageUnreadable: it is no page.
    """
    from services.ingestion.pages.extract import extract_page  # a library of 60 MB, which the parent never needs

    page: Page = extract_page(document.body, document.url, document.content_type)
    return build_article(sighting.entry, source, now, page, known_as=sighting.known_as)


def without_secrets(source: Source) -> Source:
    """What a worker may know of a source."""
    return source.model_copy(update={"headers": {}, "token": None})


def published(state: SourceState | None) -> SourceState | None:
    """What a worker must know of a source: what was published of it, and nothing else."""
    if state is None:
        return None
    kept = {"known": state.known, "revisions": state.revisions}
    return SourceState(source_id=state.source_id, polled_at=state.polled_at, **kept)


def read_feed(document: Document, source: Source, now: datetime) -> Feed:
    """Read one document as what its source is said to be.

    Raises:
        FeedUnreadable: it is not that.
    """
    if source.kind == "page" and source.select is not None:
        return read_link_page(document.body, document.url, document.content_type, source.select, now)
    if source.kind == "sitemap":
        return read_sitemap(document.body, document.url, now)
    return parse_feed(document.body, document.url, document.content_type, now, location=document.location)


def _reading(
    entries: Iterable[Entry],
    source: Source,
    state: SourceState | None,
    now: datetime,
    feed: Feed,
    *,
    complete: bool,
    whole: bool,
) -> Reading:
    entries = tuple(entries)
    dates = tuple(entry.published for entry in entries if entry.published is not None)
    seen, known = recognise(entries, source, state, now, feed.tombstones, whole=whole), None
    if not seen.fresh and not seen.withdrawals:  # nearly always; hundreds of rows need not travel
        known = remember(seen, {})
        seen = replace(seen, current=(), before=())
    return Reading(
        seen=seen,
        known=known,
        entries=len(entries),
        undated=len(entries) - len(dates),
        dates=dates,
        complete=complete,
        asked=feed.asked,
        hub=feed.hub,
        self_link=feed.self_link,
    )
