"""The body of a push -> its items. One that is no article spoils none of the others. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from schemas import Article
from services.ingestion.identity.assemble import ArticleWithoutText, build_article
from services.ingestion.identity.withdraw import withdrawn
from services.ingestion.receiving.item import ItemRefused, PushedArticle, read_item
from services.ingestion.sources import Source

MAX_ITEMS = 1_000
JSON_TYPE = "application/json"
LINES_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an item, or a whole body, is not taken."""

    status: HTTPStatus
    reason: str


class BatchRefused(Exception):
    """Nothing of the body can be read."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


Item = PushedArticle | Refusal


def media_type(content_type: str) -> str:
    """The media type alone.

    Raises:
        BatchRefused: it is none that is read, or in another charset than UTF-8.
    """
    name, _, parameters = content_type.partition(";")
    name = name.strip().lower()
    charset = parameters.lower().partition("charset=")[2].partition(";")[0].strip(' "')
    if name != JSON_TYPE and name not in LINES_TYPES:
        reason = f"send {JSON_TYPE}, or application/x-ndjson with one article a line"
        raise BatchRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, reason)
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise BatchRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send UTF-8")
    return name


def read_batch(body: bytes, media_type: str) -> list[Item]:
    """Read a body.

    Args:
        body: one article or a list of them as JSON; or JSON Lines.
        media_type: of `media_type`.

    Returns:
        As many as were sent, in their order; blank lines do not count.

    Raises:
        BatchRefused: 400 where it is not JSON, with the place; 413 where it holds more than `MAX_ITEMS`.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BatchRefused(HTTPStatus.BAD_REQUEST, f"not UTF-8 at byte {error.start}; send UTF-8") from None
    if media_type in LINES_TYPES:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        _bounded(len(lines))
        return [_of_line(number, line) for number, line in lines]
    try:
        document = _parsed(text)
    except ItemRefused as error:
        raise BatchRefused(HTTPStatus.BAD_REQUEST, str(error)) from None
    items = document if isinstance(document, list) else [document]
    _bounded(len(items))
    return [_of_value(value) for value in items]


def read_articles(body: bytes, media_type: str, source: Source, now: datetime) -> list[Article | Refusal]:
    """Read a body and make an article of each item that is one.

    Args:
        body: as for `read_batch`.
        media_type: as for `read_batch`.
        source: who sent it.
        now: when it came.

    Raises:
        BatchRefused: as `read_batch`.
    """
    return [item if isinstance(item, Refusal) else _article(item, source, now) for item in read_batch(body, media_type)]


def _article(item: PushedArticle, source: Source, now: datetime) -> Article | Refusal:
    try:
        article = build_article(item.entry(now), source, now, wordless=item.withdrawn)
    except ArticleWithoutText:
        return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "neither title nor text; give one")
    if item.withdrawn:
        words = {"title": article.title, "text": article.text, "language": article.language}
        return withdrawn(article.id, article.source, None, now, url=article.url, marks=("pushed",), **words)
    marks = [mark for mark in article.marks if mark != "teaser" or article.url]  # without a page it is the whole
    return article.model_copy(update={"marks": (*marks, "pushed")})


def _bounded(items: int) -> None:
    if items == 0:
        raise BatchRefused(HTTPStatus.BAD_REQUEST, "no article; send one, or a list of them")
    if items > MAX_ITEMS:
        reason = f"{items} articles, over {MAX_ITEMS}; send them in several requests"
        raise BatchRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)


def _of_line(number: int, line: str) -> Item:
    try:
        value = _parsed(line)
    except ItemRefused as error:
        return Refusal(HTTPStatus.BAD_REQUEST, f"line {number}: {error}")
    return _of_value(value)


def _of_value(value: object) -> Item:
    try:
        return read_item(value)
    except ItemRefused as error:
        return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))


def _parsed(text: str) -> Any:
    """JSON as RFC 8259 has it, which Python's reader takes more loosely."""
    try:
        return json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ItemRefused(f"not JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise ItemRefused("not read: nested too deep") from None
    except ItemRefused:
        raise
    except ValueError:
        raise ItemRefused("not read: a number with thousands of digits") from None


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            raise ItemRefused(f"the key {key[:50]!r} stands twice in one object")
        read[key] = value
    return read


def _no_constant(name: str) -> Any:
    raise ItemRefused(f"{name} is not JSON")
