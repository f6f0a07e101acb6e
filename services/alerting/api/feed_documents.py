"""Alerts as feed readers take them: Atom 1.0 (RFC 4287) and JSON Feed 1.1. Pure.

An entry is an alert: its id stays, and each update takes the place of what the reader has. It links to the article; its
author is the outlet, its categories are what was met, what it is about, and how severe it is. What was published keeps
its language and its direction; the words around it are English.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from schemas import Alert
from services.alerting.notify.message import Message
from services.alerting.notify.neutral import isolated, shortened
from services.alerting.notify.texts import rendered
from services.alerting.notify.view import view_of
from services.alerting.notify.view_names import View

MOST_ENTRIES: Final = 50
MOST_SENTENCES: Final = 3
"""Of a summary."""
MOST_CATEGORIES: Final = 20

ATOM: Final = "application/atom+xml"
JSON_FEED: Final = "application/feed+json"

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:tocsin:alerts")
_ATOM: Final = "http://www.w3.org/2005/Atom"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """An alert in its newest record."""

    alert: Alert
    at: datetime
    """When that was written."""


@dataclass(frozen=True, slots=True)
class FeedOf:
    """What feed it is, and where."""

    name: str
    """The same in both formats and wherever it is read: the id is made of it."""
    title: str
    atom: str
    """Its own addresses, absolute and without a token."""
    json: str


def etag(feed: FeedOf, told: Sequence[Told]) -> str:
    """Changes with what the documents show; strong. It is known before they are made."""
    shown = [version("tocsin"), feed.title, feed.atom, feed.json]
    shown += [f"{each.alert.event_id} {each.at.isoformat()}" for each in told[:MOST_ENTRIES]]
    return f'"{sha256(json.dumps(shown).encode()).hexdigest()[:32]}"'


def changed_at(told: Sequence[Told]) -> datetime:
    """When the feed changed last. Of one that has no entries the beginning of time, so that it does not change."""
    return max((each.at for each in told[:MOST_ENTRIES]), default=_BEGINNING)


def atom_feed(feed: FeedOf, told: Sequence[Told]) -> bytes:
    """The newest alerts, newest first, as Atom.

    Args:
        feed: what it is.
        told: the alerts, each once.
    """
    root = etree.Element(f"{{{_ATOM}}}feed", {_LANGUAGE: "en"}, nsmap={None: _ATOM})
    _add(root, "id", _id("feed", feed.name))
    _add(root, "title", _short(feed.title))
    _add(root, "updated", _moment(changed_at(told)))
    _add(root, "link", rel="self", type=ATOM, href=feed.atom)
    _add(root, "link", rel="alternate", type=JSON_FEED, href=feed.json)
    _add(root, "generator", "Tocsin", version=version("tocsin"))
    _add(_add(root, "author"), "name", "Tocsin")
    for entry in _entries(told):
        _add_entry(root, entry)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def json_feed(feed: FeedOf, told: Sequence[Told]) -> bytes:
    """The newest alerts, newest first, as JSON Feed.

    Args:
        feed: what it is.
        told: the alerts, each once.
    """
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _short(feed.title),
        "feed_url": feed.json,
        "language": "en",
        "authors": [{"name": "Tocsin"}],
        "items": [_item(entry) for entry in _entries(told)],
    }
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Entry:
    """An alert in words. Empty is what there is not."""

    id: str
    title: str
    text: str
    summary: str
    content: str
    """HTML."""
    updated: str
    published: str
    address: str
    author: str
    language: str
    categories: tuple[tuple[str, str], ...]
    """Id and name."""


def _entries(told: Sequence[Told]) -> list[_Entry]:
    return [_entry(each) for each in told[:MOST_ENTRIES]]


def _entry(told: Told) -> _Entry:
    alert = told.alert
    message = Message.of(alert, "feed")
    view, texts = view_of(message), rendered(message)
    named = chain(
        ((match.id, match.name) for match in alert.matches),
        ((topic.id, topic.name) for topic in alert.topics),
    )
    categories = dict([*named][: MOST_CATEGORIES - 1]) | {f"severity-{alert.watch.severity}": alert.watch.severity}
    return _Entry(
        id=_id("alert", alert.id),
        title=texts.subject,
        text=texts.text,
        summary="\n".join(_summary(view)),
        content=texts.fragment,
        updated=_moment(told.at),
        published=_moment(alert.rang_at) if alert.sequence == 0 else "",
        address=view["url"],
        author=view["outlet"],
        language=view["title"]["lang"],
        categories=tuple((_short(key), _short(name)) for key, name in categories.items()),
    )


def _summary(view: View) -> Iterator[str]:
    """The sentences with who was met; of several alerts their titles."""
    shown = view["sentences"][:MOST_SENTENCES] or [item["title"] for item in view["items"][:MOST_SENTENCES]]
    if not shown:
        yield view["about"]
    for sentence in shown:
        yield isolated(sentence["text"], sentence["lang"])


def _add_entry(root: Any, entry: _Entry) -> None:
    element = _add(root, "entry", None, **({_LANGUAGE: entry.language} if entry.language else {}))
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "updated", entry.updated)
    if entry.published:
        _add(element, "published", entry.published)
    if entry.address:
        _add(element, "link", rel="alternate", type="text/html", href=entry.address)
    if entry.author:
        _add(_add(element, "author"), "name", entry.author)
    for term, label in entry.categories:
        _add(element, "category", term=term, label=label)
    _add(element, "summary", entry.summary, type="text")
    _add(element, "content", entry.content, type="html")


def _item(entry: _Entry) -> dict[str, object]:
    item = {
        "id": entry.id,
        "url": entry.address,
        "external_url": entry.address,
        "title": entry.title,
        "content_html": entry.content,
        "content_text": entry.text,
        "summary": entry.summary,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "authors": [{"name": entry.author}] if entry.author else [],
        "tags": [name for _, name in entry.categories],
        "language": entry.language,
    }
    return {key: value for key, value in item.items() if value}


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text
    return element


def _id(kind: str, name: str) -> str:
    """A name that is nobody's address, so that it stays when the installation moves. Source: RFC 4122, section 4.3."""
    return f"urn:uuid:{uuid5(_NAMESPACE, f'{kind}/{name}')}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _short(text: str) -> str:
    return shortened(text, 200)
