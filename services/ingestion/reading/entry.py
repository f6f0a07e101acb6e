"""What a source holds, once it is read: a feed and its entries, whatever form they came in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.article import Mark, Media
from services.backbone.errors import TocsinError

MAX_ENTRIES = 1_000
"""Entries of one feed that are read; the first ones, as feeds begin with the newest."""


class FeedUnreadable(TocsinError):
    """What was fetched is no feed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed as it stands there: markup and all."""

    guid: str | None = None
    """Its id within the feed; None where the feed gives none, or one and the same to several items."""
    link: str | None = None
    """Absolute."""
    shares_link: bool = False
    """Items of other titles have the same link, say the outlet's front page: it tells none of them apart."""
    title: str = ""
    """May hold markup."""
    content: str = ""
    """The longest text that the feed gives; may hold markup."""
    summary: str = ""
    """The other text where there are two, else the same; may hold markup."""
    is_summary: bool = False
    """Content is what the feed calls a summary: the whole may stand on the page only."""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    """None where the feed states none, one that cannot be read, or an impossible one."""
    updated: datetime | None = None
    """When its publisher last changed it; None where the feed does not say so apart."""
    date_mark: Mark | None = None
    """Why `published` is None: undated, date-unreadable, date-impossible or date-in-future."""
    language: str | None = None
    media: tuple[Media, ...] = ()
    reference: str | None = None
    """An address that the entry is about rather than stands at: JSON Feed's external_url under a url of its own."""


def texts_of(summaries: Sequence[str], content: str) -> tuple[str, str, bool]:
    """Content and summary of an entry, and whether that content is called a summary.

    Args:
        summaries: all that is called so, the best first.
        content: what is called the content; empty where nothing is.
    """
    texts = [text for text in (*summaries, content) if text]
    longest = max(texts, key=len, default="")
    other = next((text for text in texts if text != longest), longest)
    return longest, other, bool(longest) and longest != content


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Word of a feed that it took an entry back (RFC 6721)."""

    ref: str
    """The entry's id within the feed."""
    when: datetime | None = None
    """When it was; None where that cannot be read."""
    link: str | None = None
    """Where the entry stood; absolute."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How often, and when, a feed asks to be fetched."""

    ttl: timedelta = timedelta(0)
    """RSS `ttl`: how long what was fetched stays good. Zero where it does not say."""
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day in UTC at which it asks not to be fetched."""
    skip_days: frozenset[int] = frozenset()
    """Days of the week in UTC on which it asks not to be fetched; Monday is 0."""
    period: timedelta = timedelta(0)
    """How often it is updated: sy:updatePeriod over sy:updateFrequency. Zero where it does not say."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What one fetch of a source holds."""

    entries: tuple[Entry, ...] = ()
    complete: bool = True
    """No: it was cut off in the middle. The entries before that are here."""
    asked: Asked = Asked()
    title: str = ""
    """May hold markup."""
    link: str | None = None
    """Of the site that it belongs to; absolute."""
    id: str | None = None
    language: str | None = None
    author: str | None = None
    updated: datetime | None = None
    hub: str | None = None
    """The WebSub hub that tells of changes."""
    self_link: str | None = None
    """The address that the feed says is its own, and that a hub knows it by."""
    encoding: str | None = None
    """By which its bytes were read; None where they were not decoded to characters first."""
    tombstones: tuple[Tombstone, ...] = ()
    """Entries that it says it took back."""
    follow: tuple[str, ...] = ()
    """Addresses of further documents to read in its place, of a sitemap index."""
