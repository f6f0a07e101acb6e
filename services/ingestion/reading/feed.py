"""Bytes -> entries: RSS and Atom, by feedparser.

feedparser is told neither to clean markup nor to resolve links inside it: we keep only the words (plain_text.py), and
both take most of its time. It is never given bytes as such, but a stream: it takes bytes for the name of a file first.
"""

import calendar
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXException

import feedparser

from services.backbone.errors import TocsinError

MAX_ENTRIES = 1_000
MAX_AUTHORS = 20
MAX_AUTHOR_CHARACTERS = 200
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FUTURE = timedelta(days=2)

_TAG = re.compile(rb"<[A-Za-z]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_ITEM_BEGINS = re.compile(rb"<(?:item|entry)[\s>]")
_ITEM_ENDS = re.compile(rb"</(?:item|entry)\s*>")
_FEED_ENDS = re.compile(rb"</(?:\w+:)?(?:rss|feed|RDF|channel)\s*>")


class FeedUnreadable(TocsinError):
    """What was fetched is no feed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed as it stands there: markup and all."""

    guid: str | None
    """Its id within the feed; None where the feed gives none, or one and the same to several items."""
    link: str | None
    """Absolute."""
    shares_link: bool
    """Items of other titles have the same link, say the outlet's front page: it tells none of them apart."""
    title: str
    """May hold markup."""
    content: str
    """The longer of content and summary; may hold markup."""
    authors: tuple[str, ...]
    published: datetime | None
    """None where the feed states none, one that cannot be read, or an impossible one."""
    language: str | None


@dataclass(frozen=True, slots=True)
class Feed:
    """What one fetch of a feed holds."""

    entries: tuple[Entry, ...]
    ttl: timedelta
    """How long the feed asks not to be fetched again (RSS `ttl`); zero where it does not."""
    complete: bool
    """No: it was cut off in the middle. The entries before that are here."""


def parse_feed(body: bytes, url: str, content_type: str | None, now: datetime) -> Feed:
    """Read a feed.

    Args:
        body: as fetched, decoded from its content coding.
        url: where it was found; relative links begin there.
        content_type: of the answer; its charset counts.
        now: dates well after it are impossible.

    Raises:
        FeedUnreadable: saying what it is instead.
    """
    _refuse_entities(body)
    headers = {"content-type": content_type or "application/xml"}
    try:
        parsed = feedparser.parse(
            io.BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as error:  # its defects on odd input are of every kind
        raise FeedUnreadable(f"a feed that breaks the parser ({type(error).__name__}: {error})") from error
    if not parsed.get("version") and (not parsed["entries"] or _looks_like_html(body)):
        raise FeedUnreadable(f"{_what_it_is(body)}, not a feed; correct the source's url")
    complete = not isinstance(parsed.get("bozo_exception"), SAXException) or _ends_as_a_feed(body)
    raw = parsed["entries"][: -1 if _cut_within_item(body) and not complete else None]
    language = parsed["feed"].get("language")
    entries = tuple(_entry(item, url, language, now) for item in raw[:MAX_ENTRIES])
    return Feed(_told_apart(entries), _ttl(parsed["feed"]), complete)


def _entry(item: Any, url: str, language: str | None, now: datetime) -> Entry:
    texts = [_text(part, "value") for part in item.get("content", ()) if _is_text(part.get("type"))]
    return Entry(
        guid=_text(item, "id") or None,
        link=_link(item, url),
        shares_link=False,
        title=_text(item, "title"),
        content=max([*texts, _text(item, "summary")], key=len),
        authors=tuple(dict.fromkeys(_authors(item)))[:MAX_AUTHORS],
        published=_date(item, "published_parsed", now) or _date(item, "updated_parsed", now),
        language=_language(item.get("title_detail", {}).get("language")) or _language(language),
    )


def _text(item: Any, key: str) -> str:
    """feedparser leaves None, or the attributes of an element, where it found no text."""
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _link(item: Any, url: str) -> str | None:
    link = _text(item, "link").strip()
    if not link:
        return None
    if item.get("guidislink") and not link.startswith(("http://", "https://")):
        return None  # RSS takes a guid for an address by default, whatever it is
    try:
        return str(urljoin(url, link))
    except ValueError:
        return None


def _authors(item: Any) -> Iterator[str]:
    for author in item.get("authors", ()):
        name = (_text(author, "name") or _text(author, "email")).strip()
        if name:
            yield name[:MAX_AUTHOR_CHARACTERS]


def _date(item: Any, key: str, now: datetime) -> datetime | None:
    if key not in item or item[key] is None:
        return None
    try:
        moment = datetime.fromtimestamp(calendar.timegm(item[key]), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if EARLIEST <= moment <= now + FUTURE else None


def _language(tag: object) -> str | None:
    return tag.replace("_", "-") if isinstance(tag, str) and len(tag) <= 35 and _LANGUAGE.fullmatch(tag) else None


def _is_text(content_type: object) -> bool:
    return not isinstance(content_type, str) or content_type.startswith("text/") or content_type.endswith("xhtml+xml")


def _ttl(feed: Any) -> timedelta:
    text = _text(feed, "ttl").strip()
    return timedelta(minutes=int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else timedelta(0)


def _told_apart(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """A guid or link that stands on items of different titles identifies none of them."""
    guids = Counter(guid for guid, _ in {(entry.guid, entry.title) for entry in entries})
    links = Counter(link for link, _ in {(entry.link, entry.title) for entry in entries})
    return tuple(
        replace(entry, guid=entry.guid if guids[entry.guid] == 1 else None, shares_link=links[entry.link] > 1)
        for entry in entries
    )


def _refuse_entities(body: bytes) -> None:
    """Feeds need no entities of their own; those that declare them mostly mean harm."""
    root = _TAG.search(body)
    if root is not None and b"<!ENTITY" in body[: root.start()].upper():
        raise FeedUnreadable("XML that declares entities, which is not read; ask the outlet to leave out its DOCTYPE")


def _ends_as_a_feed(body: bytes) -> bool:
    return _FEED_ENDS.search(body[-1000:].replace(b"\0", b"")) is not None


def _cut_within_item(body: bytes) -> bool:
    opened = max((match.end() for match in _ITEM_BEGINS.finditer(body)), default=0)
    closed = max((match.end() for match in _ITEM_ENDS.finditer(body)), default=0)
    return opened > closed


def _looks_like_html(body: bytes) -> bool:
    head = body[:2000].replace(b"\0", b"").lower()
    return b"<!doctype html" in head or b"<html" in head


def _what_it_is(body: bytes) -> str:
    head = body[:2000].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        return "nothing"
    if _looks_like_html(body):
        return "an HTML page"
    if head.startswith((b"{", b"[")):
        return "a JSON document"
    root = re.search(rb"<([A-Za-z][\w:.-]*)", head)
    if head.startswith(b"<") and root is not None:
        return f"an XML document <{root.group(1)[:40].decode('ascii', 'replace')}>"
    return f"something that begins with {head[:20].decode('ascii', 'backslashreplace')!r}"
