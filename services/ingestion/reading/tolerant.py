"""Text that is no clean XML -> a feed, by feedparser: it reads what no strict parser does, at many times the cost.

It is told neither to clean markup nor to resolve links inside it, both take most of its time and only the words are
kept (plain_text.py). Dates are read by dates.py: its own reading makes wrong ones. It is given a stream: it takes
text for the name of a file first. What it needs quadratic time for is kept from it.
"""

import html
import io
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import feedparser

from schemas.article import Mark
from services.ingestion.reading.asked import asked
from services.ingestion.reading.charset import storable
from services.ingestion.reading.dates import read_date
from services.ingestion.reading.entry import MAX_ENTRIES, Asked, Entry, Feed, FeedUnreadable, texts_of
from services.ingestion.reading.languages import language_tag
from services.ingestion.reading.links import absolute
from services.ingestion.reading.media import distinct
from services.ingestion.reading.people import MAX_AUTHORS, name_of_person

MAX_CHARACTERS = 2_000_000
MAX_TAGS = 60_000
MAX_ATTRIBUTES = 500
MAX_WORD = 1_000
MAX_DOMAIN = 100
"""Characters of a word, and of what follows an @. feedparser looks for mail addresses in quadratic time."""
_TAG = re.compile(r"<")
_ATTRIBUTE = re.compile(r"(?<![\w:.-])[\w:.-]++\s*+=")
_WORD = re.compile(rf"(@[\w.-]{{{MAX_DOMAIN}}}|[\w.+-]{{{MAX_WORD}}})[\w.+-]++", re.ASCII)
_ITEM_BEGINS = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
_ITEM_ENDS = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")
_FEED_ENDS = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_CHANNEL = re.compile(r"<channel[\s>]", re.IGNORECASE)
_HTML = re.compile(r"<html[\s>]", re.IGNORECASE)
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*([A-Za-z]{6,9})\s*</day>", re.IGNORECASE)


def ends_as_a_feed(text: str) -> bool:
    """Its root is closed: it was not cut off."""
    return _FEED_ENDS.search(text[-1_000:]) is not None


def ends_within_an_entry(text: str) -> bool:
    """An entry was begun and not closed."""
    opened = max((match.end() for match in _ITEM_BEGINS.finditer(text)), default=0)
    closed = max((match.end() for match in _ITEM_ENDS.finditer(text)), default=0)
    return opened > closed


def bounded(text: str) -> tuple[str, bool]:
    """What of a text is read so: up to as many entries, tags and characters as can be, no word beyond reason.

    Returns:
        The text, and whether all of its first entries are in it.

    Raises:
        FeedUnreadable: a tag has more attributes than any feed needs.
    """
    text = _before(_ITEM_BEGINS, MAX_ENTRIES, text)
    kept = _before(_TAG, MAX_TAGS, text[:MAX_CHARACTERS])
    parts = (part for part in kept.split("<") if len(part) > 2 * MAX_ATTRIBUTES)
    if any(len(_ATTRIBUTE.findall(part)) > MAX_ATTRIBUTES for part in parts):
        raise FeedUnreadable(f"a tag with more than {MAX_ATTRIBUTES} attributes, which no feed has; correct the url")
    return _WORD.sub(r"\1", kept), len(kept) == len(text)


def _before(pattern: re.Pattern[str], most: int, text: str) -> str:
    beyond = next(islice(pattern.finditer(text), most, None), None)
    return text[: beyond.start()] if beyond else text


def read_tolerantly(text: str, url: str, now: datetime) -> Feed:
    """Read a feed.

    Args:
        text: from the root element on, `bounded`.
        url: where it was found; relative links begin there.
        now: dates well after it are not believed.

    Raises:
        FeedUnreadable: it is none, whatever is tolerated.
    """
    headers = {"content-type": "application/xml; charset=utf-8"}
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        parsed = feedparser.parse(stream, response_headers=headers, resolve_relative_uris=False, sanitize_html=False)
    except Exception as error:  # its defects on odd input are of every kind
        raise FeedUnreadable(
            f"a feed that breaks the parser ({type(error).__name__}); ask the outlet to mend it"
        ) from error
    is_channel = _CHANNEL.match(text)  # CDF, to which feedparser gives no version
    if not parsed.get("version") and not is_channel and (not parsed["entries"] or _HTML.match(text)):
        raise FeedUnreadable("no feed")
    channel = parsed["feed"]
    language = language_tag(dict.get(channel, "language"))
    literal = str(parsed.get("version", "")).startswith("atom")
    return Feed(
        entries=tuple(_entry(item, url, language, literal, now) for item in parsed["entries"][:MAX_ENTRIES]),
        asked=_asked(channel, text),
        title=_markup(channel, "title", literal),
        link=absolute(_text(channel, "link"), url),
        id=_text(channel, "id") or None,
        language=language,
        author=next(_authors(channel), None),
        updated=_date(channel, "updated", now)[0] or _date(channel, "published", now)[0],
        hub=_related(channel, "hub", url),
        self_link=_related(channel, "self", url),
    )


def _entry(item: Any, url: str, language: str | None, literal: bool, now: datetime) -> Entry:
    contents = (_as_html(_text(part, "value"), part, literal) for part in _list(item, "content") if _is_text(part))
    longest, other, is_summary = texts_of([_markup(item, "summary", literal)], max(contents, key=len, default=""))
    published, mark = _date(item, "published", now)
    if published is None and mark == "undated":
        published, mark = _date(item, "created", now)
    updated, why = _date(item, "updated", now)
    if published is None and updated is not None:
        published, mark = updated, None
    return Entry(
        guid=_text(item, "id") or None,
        link=_link(item, url),
        title=_markup(item, "title", literal),
        content=longest,
        summary=other,
        is_summary=is_summary,
        authors=tuple(dict.fromkeys(_authors(item)))[:MAX_AUTHORS],
        published=published,
        updated=updated,
        date_mark=why if mark == "undated" else mark,
        language=_language(item) or language,
        media=distinct(_media(item, url)),
    )


def _text(item: Any, key: str) -> str:
    """feedparser leaves None, or the attributes of an element, where it found no text."""
    value = dict.get(item, key)
    return storable(value) if isinstance(value, str) else ""


def _markup(item: Any, key: str, literal: bool) -> str:
    """What Atom (`literal`) calls text is text, whatever it looks like."""
    return _as_html(_text(item, key), dict.get(item, f"{key}_detail"), literal)


def _as_html(text: str, detail: Any, literal: bool) -> str:
    is_text = literal and isinstance(detail, dict) and dict.get(detail, "type") == "text/plain"
    return html.escape(text, quote=False) if is_text else text


def _list(item: Any, key: str) -> list[Any]:
    value = dict.get(item, key)
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _is_text(part: Any) -> bool:
    kind = dict.get(part, "type")
    return not isinstance(kind, str) or kind.startswith("text/") or kind.endswith("xhtml+xml")


def _date(item: Any, key: str, now: datetime) -> tuple[datetime | None, Mark | None]:
    return read_date(_text(item, key), now)


def _link(item: Any, url: str) -> str | None:
    link = _text(item, "feedburner_origlink") or _text(item, "link")
    if dict.get(item, "guidislink") and not link.strip().startswith(("http://", "https://", "/")):
        return None  # RSS takes a guid for an address by default, whatever it is
    return absolute(link, url)


def _related(channel: Any, relation: str, url: str) -> str | None:
    links = (link for link in _list(channel, "links") if relation in _text(link, "rel").lower().split())
    return next((address for link in links if (address := absolute(_text(link, "href"), url))), None)


def _authors(item: Any) -> Iterator[str]:
    people = _list(item, "authors")
    for person in people:
        if name := name_of_person(_text(person, "name") or _text(person, "email")):
            yield name
    if not people and (name := name_of_person(_text(item, "author") or _text(item, "publisher"))):
        yield name


def _language(item: Any) -> str | None:
    if tag := language_tag(dict.get(item, "language")):
        return tag
    details = [*_list(item, "content"), dict.get(item, "summary_detail"), dict.get(item, "title_detail")]
    stated = (language_tag(dict.get(detail, "language")) for detail in details if isinstance(detail, dict))
    return next((tag for tag in stated if tag), None)


def _media(item: Any, url: str) -> Iterator[tuple[str | None, str | None]]:
    for link in _list(item, "links"):
        if _text(link, "rel") == "enclosure":
            yield absolute(_text(link, "href"), url), _text(link, "type")
    for key in ("media_content", "media_thumbnail"):
        for part in _list(item, key):
            yield absolute(_text(part, "url"), url), _text(part, "type")


def _asked(channel: Any, text: str) -> Asked:
    texts = {
        "ttl": _text(channel, "ttl"),
        "sy:updateperiod": _text(channel, "sy_updateperiod"),
        "sy:updatefrequency": _text(channel, "sy_updatefrequency"),
    }
    head = text[:20_000]
    return asked(texts, _HOUR.findall(head), _DAY.findall(head))
