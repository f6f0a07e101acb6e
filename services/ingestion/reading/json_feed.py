"""JSON Feed 1.0 and 1.1 -> a feed. What has the wrong kind is passed over, an item at a time; none stops the rest.

A document that was cut off, or has junk behind it, gives the items that stand there whole.
"""

import html
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.ingestion.reading.charset import storable
from services.ingestion.reading.dates import read_date
from services.ingestion.reading.entry import MAX_ENTRIES, Entry, Feed, FeedUnreadable, texts_of
from services.ingestion.reading.languages import language_tag
from services.ingestion.reading.links import absolute
from services.ingestion.reading.media import distinct
from services.ingestion.reading.people import MAX_AUTHORS, name_of_person

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_SAFE_DIGITS = 18
_TELLING = frozenset(["url", "external_url", "title", "content_html", "content_text"])
"""An item of a document that does not call itself a JSON Feed has one of these."""
_Object = dict[str, Any]


def read_json_feed(text: str, url: str, now: datetime) -> Feed:
    """Read a feed.

    Args:
        text: the document, from its { on.
        url: where it was found; relative links begin there.
        now: dates well after it are not believed.

    Raises:
        FeedUnreadable: it is no JSON, or no JSON Feed.
    """
    document, complete = _loaded(text)
    items = document.get("items")
    if not isinstance(items, list) or not ("jsonfeed" in _text(document, "version") or _are_entries(items)):
        raise FeedUnreadable("a JSON document, not a feed; correct the source's url")
    language = language_tag(document.get("language"))
    authors = _authors(document)
    hubs = document.get("hubs")
    objects = (item for item in items[:MAX_ENTRIES] if isinstance(item, dict))
    entries = tuple(_entry(item, url, language, authors, now) for item in objects)
    return Feed(
        entries=entries,
        complete=complete,
        title=html.escape(_text(document, "title"), quote=False),
        link=absolute(_text(document, "home_page_url"), url),
        id=_text(document, "feed_url") or None,
        language=language,
        author=authors[0] if authors else None,
        updated=max((moment for entry in entries if (moment := entry.updated or entry.published)), default=None),
        hub=next((hub for item in _objects(hubs) if (hub := absolute(_text(item, "url"), url))), None),
        self_link=absolute(_text(document, "feed_url"), url),
    )


def _are_entries(items: list[object]) -> bool:
    return any(isinstance(item, dict) and not _TELLING.isdisjoint(item) for item in items)


def _entry(item: _Object, url: str, language: str | None, authors: tuple[str, ...], now: datetime) -> Entry:
    own, elsewhere = (absolute(_text(item, key), url) for key in ("url", "external_url"))
    content = _text(item, "content_html") or html.escape(_text(item, "content_text"), quote=False)
    summary = html.escape(_text(item, "summary"), quote=False)
    longest, other, is_summary = texts_of([summary], content)
    published, mark = read_date(_text_or_number(item, "date_published"), now)
    updated, why = read_date(_text_or_number(item, "date_modified"), now)
    if published is None and updated is not None:
        published, mark = updated, None
    identifier = _text_or_number(item, "id")
    named = identifier if identifier.startswith(("http://", "https://")) else ""
    return Entry(
        guid=identifier or None,
        link=own or elsewhere or absolute(named, url),
        title=html.escape(_text(item, "title"), quote=False),
        content=longest,
        summary=other,
        is_summary=is_summary,
        authors=_authors(item) or authors,
        published=published,
        updated=updated,
        date_mark=why if mark == "undated" else mark,
        language=language_tag(item.get("language")) or language,
        media=distinct(_media(item, url)),
        reference=elsewhere if own else None,
    )


def _media(item: _Object, url: str) -> Iterator[tuple[str | None, str | None]]:
    for attachment in _objects(item.get("attachments")):
        yield absolute(_text(attachment, "url"), url), _text(attachment, "mime_type")
    for key in ("image", "banner_image"):
        yield absolute(_text(item, key), url), "image/*"


def _authors(holder: _Object) -> tuple[str, ...]:
    """`authors` of 1.1, `author` of 1.0; outlets write either as an object, a list or a name."""
    names = []
    for key in ("authors", "author"):
        value = holder.get(key)
        for person in value if isinstance(value, list) else [value]:
            name = _text(person, "name") if isinstance(person, dict) else _text({"name": person}, "name")
            names.append(name_of_person(name))
    return tuple(dict.fromkeys(filter(None, names)))[:MAX_AUTHORS]


def _objects(value: object) -> list[_Object]:
    return [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, dict)]


def _text(holder: _Object, key: str) -> str:
    value = holder.get(key)
    return storable(value).strip() if isinstance(value, str) else ""


def _text_or_number(holder: _Object, key: str) -> str:
    """Ids are often numbers, dates are at times."""
    value = holder.get(key)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return str(value) if is_number else _text(holder, key)


def _loaded(text: str) -> tuple[_Object, bool]:
    """The object, and whether the document ends where it should."""
    decoder = json.JSONDecoder(parse_int=_integer, parse_constant=lambda name: None, strict=False)
    try:
        document, end = decoder.raw_decode(text)
        whole = not text[end:].strip()
    except RecursionError as error:
        raise FeedUnreadable("JSON nested too deep, which no feed is; correct the source's url") from error
    except ValueError as error:
        document, whole = _what_stands_there(text, decoder), False
        if document is None:
            raise FeedUnreadable(f"JSON with an error in it ({error}); ask the outlet to mend its feed") from error
    if not isinstance(document, dict):
        raise FeedUnreadable("a JSON document, not a feed; correct the source's url")
    return document, whole


def _what_stands_there(text: str, decoder: json.JSONDecoder) -> _Object | None:
    """The head and the whole items of a document that breaks off."""
    begins = _ITEMS.search(text)
    if begins is None:
        return None
    items: list[object] = []
    position = begins.end()
    try:
        head = decoder.decode(text[: begins.end()] + "]}")
        while len(items) < MAX_ENTRIES:
            between = _BETWEEN.match(text, position)
            item, position = decoder.raw_decode(text, between.end() if between else position)
            items.append(item)
    except (ValueError, RecursionError):
        if not items:
            return None
    return {**(head if isinstance(head, dict) else {}), "items": items}


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _SAFE_DIGITS else digits
