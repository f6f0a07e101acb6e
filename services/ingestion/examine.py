"""What a source holds at one look, in figures a person can judge it by. Pure, but for folders."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from services.ingestion.identity.site import site_of, speaks_for
from services.ingestion.read import Document, read_feed
from services.ingestion.reading.entry import Entry, Feed
from services.ingestion.reading.folder import read_folder
from services.ingestion.reading.plain_text import plain_line, plain_text
from services.ingestion.sources import Source

SHOWN_ENTRIES: Final = 5
TEASER_CHARACTERS: Final = 600
"""A feed whose texts are mostly shorter has teasers only."""
_MARKUP_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry, as it is shown."""

    title: str
    link: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found."""

    title: str
    language: str | None
    """As it declares it, else as most of its entries do."""
    entries: int
    newest: datetime | None
    undated: int
    untitled: int
    """Entries with neither title nor text: only their pages can tell what they are."""
    characters: int
    """Of the text of a middling entry."""
    shown: tuple[Shown, ...]
    sites: tuple[str, ...]
    """Registrable domains that the entries link to, the most frequent first."""
    complete: bool
    hub: str | None = None
    follow: tuple[str, ...] = ()
    """Sitemaps to look at in its place."""
    refused: tuple[str, ...] = ()
    """Files and lines that could not be read."""

    @property
    def teasers(self) -> bool:
        """Whether the whole text stands on the pages only."""
        return self.entries > 0 and self.characters < TEASER_CHARACTERS

    def foreign_site(self, speaks: Sequence[str]) -> str | None:
        """The site of most of its links, where that is none that the source speaks for."""
        return next((site for site in self.sites[:1] if not speaks_for(speaks, site)), None)


def examine(documents: Sequence[Document], source: Source, now: datetime) -> Examined:
    """Look at what was fetched of a source.

    Raises:
        FeedUnreadable: it is not what the source is to be.
    """
    return of_feeds([read_feed(document, source, now) for document in documents])


def examine_folder(source: Source, now: datetime) -> Examined:
    """Look at the files of a folder source.

    Raises:
        FolderUnreadable: there is nothing to read, or no right to.
    """
    assert source.path is not None, "the model of a source sees to it"  # noqa: S101
    found = read_folder(source.path, None, now)
    feed = found.feed if found is not None else Feed()
    return of_feeds([feed], found.refused if found is not None else ())


def of_feeds(feeds: Sequence[Feed], refused: tuple[str, ...] = ()) -> Examined:
    """The same of feeds that were read already."""
    first, entries = feeds[0], [entry for feed in feeds for entry in feed.entries]
    lengths = [len(plain_text(entry.content[:_MARKUP_CHARACTERS])) for entry in entries]
    languages = Counter(entry.language for entry in entries if entry.language)
    sites = Counter(site_of(urlsplit(entry.link).hostname or "") for entry in entries if entry.link)
    return Examined(
        title=plain_line(first.title),
        language=first.language or next((language for language, _ in languages.most_common(1)), None),
        entries=len(entries),
        newest=max((entry.published for entry in entries if entry.published), default=None),
        undated=sum(entry.published is None for entry in entries),
        untitled=sum(not entry.title.strip() and not length for entry, length in zip(entries, lengths, strict=True)),
        characters=int(median(lengths)) if lengths else 0,
        shown=tuple(map(_shown, entries[:SHOWN_ENTRIES])),
        sites=tuple(site for site, _ in sites.most_common(3)),
        complete=all(feed.complete for feed in feeds),
        hub=first.hub,
        follow=first.follow,
        refused=refused,
    )


def _shown(entry: Entry) -> Shown:
    return Shown(plain_line(entry.title[:_MARKUP_CHARACTERS]), entry.link or "", entry.published)
