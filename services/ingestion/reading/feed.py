"""Bytes -> the entries of a feed: RSS, RDF, Atom, CDF, JSON Feed; a sitemap is known by its root and handed on.

In the order tried; what one will not read goes to the next:
1. JSON Feed, where the text begins with {, by json_feed.py;
2. strictly: characters (charset.py) > elements (document.py) > fields (xml_feed.py). Nearly all feeds end here;
3. the same after mending what is wrong letter by letter (mending.py);
4. feedparser (tolerant.py), for what is no XML at all, and for formats that only it knows; what it leaves empty is
   filled from what libxml2 recovers.

So the fast way never guesses: it reads a document that is well-formed and has entries where they belong, or nothing.
"""

import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import starmap
from typing import TypeVar

from services.ingestion.reading.charset import decoded
from services.ingestion.reading.document import NotWellFormed, TooDeep, from_root, read_document
from services.ingestion.reading.entry import MAX_ENTRIES, Entry, Feed, FeedUnreadable
from services.ingestion.reading.json_feed import read_json_feed
from services.ingestion.reading.languages import language_tag
from services.ingestion.reading.links import absolute
from services.ingestion.reading.mending import mended
from services.ingestion.reading.sitemap import read_sitemap
from services.ingestion.reading.tolerant import bounded, ends_as_a_feed, ends_within_an_entry, read_tolerantly
from services.ingestion.reading.xml_feed import NoFeed, read_elements

__all__ = ["MAX_ENTRIES", "Entry", "Feed", "FeedUnreadable", "parse_feed"]

T = TypeVar("T", Feed, Entry)

_NOTHING = "\ufeff\0 \t\r\n"
_ENTRY_BEGINS = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w:.-]*)")
_FILLED = ("title", "link", "language", "author", "authors", "updated")
_SITEMAPS = ("urlset", "sitemapindex")


def parse_feed(
    body: bytes,
    url: str,
    content_type: str | None,
    now: datetime,
    *,
    location: str | None = None,
    language: str | None = None,
) -> Feed:
    """Read a feed. A pure function of its arguments, in time and memory linear in the body.

    Args:
        body: as fetched, decoded from its content coding.
        url: where it was found; relative links begin there.
        content_type: of the answer; its charset counts.
        now: dates well after it are not believed.
        location: Content-Location of the answer: relative links begin there instead.
        language: Content-Language of the answer, for a feed that states none itself.

    Raises:
        FeedUnreadable: saying what it is instead.
    """
    text, encoding = decoded(body, content_type)
    feed = _read(text, absolute(location, url) or url, now)
    if feed is None:
        return read_sitemap(body, url, now)
    entries = _told_apart(feed.entries)
    if feed.language is None and (spoken := language_tag(language)):
        entries = tuple(entry if entry.language else replace(entry, language=spoken) for entry in entries)
        feed = replace(feed, language=spoken)
    return replace(feed, entries=entries, encoding=encoding)


def _read(text: str, url: str, now: datetime) -> Feed | None:
    """None: a sitemap."""
    text = text.lstrip(_NOTHING)
    head = text[:200]
    if head.startswith("{"):
        return read_json_feed(text, url, now)
    text = from_root(text)
    found = _ROOT.match(text)
    root = found[1].rpartition(":")[2].lower() if found else ""
    if root in _SITEMAPS:
        return None
    if not found or root == "html":
        raise FeedUnreadable(f"{_what_it_is(head, root)}, not a feed; correct the source's url")
    try:
        return _read_strictly(text, url, now)
    except (NotWellFormed, NoFeed):
        feed = _read_tolerantly(text, url, now)
    if feed is None:
        raise FeedUnreadable(f"an XML document <{found[1][:40]}>, not a feed; correct the source's url")
    return feed


def _read_strictly(text: str, url: str, now: datetime) -> Feed:
    try:
        document = read_document(text)
    except (NotWellFormed, TooDeep):
        document = read_document(mended(text))
    feed = read_elements(document, url, now)
    if not feed.entries and _ENTRY_BEGINS.search(text):
        raise NoFeed("entries where none belong")
    return feed


def _read_tolerantly(text: str, url: str, now: datetime) -> Feed | None:
    """None: it is none, whatever is tolerated. An entry that was cut off is left out."""
    ends = ends_as_a_feed(text)
    text, whole = bounded(text)
    complete = ends and whole
    last = -1 if not complete and ends_within_an_entry(text) else None
    tolerated, recovered = Feed(), Feed()
    with suppress(NotWellFormed, NoFeed, FeedUnreadable):
        recovered = read_elements(read_document(mended(text), recover=True), url, now)
    try:
        tolerated = read_tolerantly(text, url, now)
    except FeedUnreadable:
        if not recovered.entries:
            return None
    tombstones = recovered.tombstones  # feedparser knows none
    feeds = (
        replace(feed, entries=feed.entries[:last], complete=complete, tombstones=tombstones)
        for feed in (tolerated, recovered)
    )
    return _filled(*feeds)


def _filled(feed: Feed, recovered: Feed) -> Feed:
    """What feedparser left empty, from what libxml2 recovered. Where they disagree, the one that found more entries."""
    if len(feed.entries) > len(recovered.entries):
        return feed
    if len(feed.entries) < len(recovered.entries):
        return replace(_with_missing(feed, recovered), entries=recovered.entries)
    entries = tuple(starmap(_with_missing, zip(feed.entries, recovered.entries, strict=True)))
    return replace(_with_missing(feed, recovered), entries=entries)


def _with_missing(one: T, other: T) -> T:
    missing = {
        name: value
        for name in _FILLED
        if hasattr(one, name) and not getattr(one, name) and (value := getattr(other, name))
    }
    return replace(one, **missing) if missing else one


def _told_apart(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """A guid or link that stands on items of different titles identifies none of them."""
    guids = Counter(guid for guid, _ in {(entry.guid, entry.title) for entry in entries})
    links = Counter(link for link, _ in {(entry.link, entry.title) for entry in entries})
    return tuple(
        replace(entry, guid=entry.guid if guids[entry.guid] == 1 else None, shares_link=links[entry.link] > 1)
        if guids[entry.guid] > 1 or links[entry.link] > 1
        else entry
        for entry in entries
    )


def _what_it_is(head: str, root: str) -> str:
    if not head:
        return "nothing"
    if root:
        return "an HTML page"
    if head.startswith("["):
        return "a JSON document"
    return f"something that begins with {head[:20].encode('ascii', 'backslashreplace').decode()!r}"
