"""What a page says of its article in JSON-LD, with the bounds that strangers' JSON needs.

Of the objects whose type is an article, the one that names this page's address counts, else the outermost. Objects in
lists of other pages are passed over. JSON that is broken in the usual ways (comments around it, raw line breaks,
trailing commas) is read; where it is broken otherwise, its plain fields are picked out by name.
"""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from services.ingestion.pages.tree import Element
from services.ingestion.reading.plain_text import plain_line, plain_text

MAX_SCRIPTS: Final = 30
MAX_CHARACTERS: Final = 1_000_000
MAX_OBJECTS: Final = 3_000

_BEFORE: Final = re.compile(r"(?:\s|/\*.{0,40}?\*/|<!--|<!\[CDATA\[|//(?=\s*<))*", re.DOTALL)
_LISTS: Final = re.compile(r"(?:\s*\[)*")
_COMMA: Final = re.compile(r",(\s*[}\]])")
_FIELD: Final = re.compile(r'"(headline|datePublished|articleBody|description)"\s*:\s*("(?:[^"\\\n]|\\.){1,200000}")')
_OTHERS_WORDS: Final = """itemListElement relatedLink citation comment review mentions about video breadcrumb
    potentialAction significantLink liveBlogUpdate"""
_OTHERS: Final = frozenset(_OTHERS_WORDS.split())
_ARTICLE: Final = re.compile(r"(?:Article|Posting|Report|Reportage|NewsStory)$")


@dataclass(frozen=True, slots=True)
class Stated:
    """Of the article: empty where it is not stated. Texts are plain."""

    headline: str = ""
    published: str = ""
    authors: tuple[str, ...] = ()
    body: str = ""
    description: str = ""
    outlets: tuple[str, ...] = ()
    """Names of the publisher, the site, what the article is part of."""
    language: str = ""
    images: tuple[str, ...] = ()
    free: bool = True
    walled: tuple[str, ...] = ()
    """Classes of the elements that only subscribers see."""


def read_linked_data(tree: Element, url: str) -> Stated:
    """What the page states."""
    objects = list(_objects(tree))
    articles = [thing for thing in objects if _is_article(thing)]
    path = urlsplit(url).path.rstrip("/")
    own = (thing for thing in articles if path and path in {_path(address) for address in _addresses(thing)})
    article = next(own, None) or next(iter(articles), {})
    outlets = [thing for thing in objects if str(thing.get("@type", "")) in ("WebSite", "NewsMediaOrganization")]
    parts = [part for part in _list(article.get("hasPart")) if isinstance(part, dict)]
    return Stated(
        headline=_line(article.get("headline")) or _line(article.get("name")),
        published=_line(article.get("datePublished")) or _line(article.get("dateCreated")),
        authors=tuple(dict.fromkeys(name for author in _list(article.get("author")) if (name := _name(author)))),
        body=plain_text(body) if isinstance(body := article.get("articleBody"), str) else "",
        description=_line(article.get("description")),
        outlets=tuple(filter(None, map(_name, [article.get("publisher"), article.get("isPartOf"), *outlets]))),
        language=_line(article.get("inLanguage")),
        images=tuple(filter(None, (_address(image) for image in _list(article.get("image"))))),
        free=str(article.get("isAccessibleForFree", True)).strip().lower() not in ("false", "no", "0"),
        walled=tuple(
            selector.strip().lstrip(".")
            for part in parts
            if isinstance(selector := part.get("cssSelector"), str)
            and str(part.get("isAccessibleForFree")).lower() == "false"
        ),
    )


def _objects(tree: Element) -> Iterator[dict[str, Any]]:
    scripts = (s.text or "" for s in tree.iter("script") if "ld+json" in (s.get("type") or "").lower())
    waiting = deque[Any]()
    for number, text in enumerate(scripts):
        if number < MAX_SCRIPTS and len(text) <= MAX_CHARACTERS:
            waiting.append(_parsed(text))
    seen = 0
    while waiting and (seen := seen + 1) <= MAX_OBJECTS:
        thing = waiting.popleft()
        if isinstance(thing, list):
            waiting.extend(thing[:MAX_OBJECTS])
        elif isinstance(thing, dict):
            yield thing
            waiting.extend(
                value for key, value in thing.items() if key not in _OTHERS and isinstance(value, dict | list)
            )


def _parsed(text: str) -> Any:
    text = _unwrapped(text)
    for attempt in (text, _COMMA.sub(r"\1", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    fields: dict[str, Any] = {"@type": "Article"}
    for key, value in _FIELD.findall(text):
        try:
            fields.setdefault(key, json.loads(value, strict=False))
        except ValueError:
            continue
    return fields if len(fields) > 1 else None


def _unwrapped(text: str) -> str:
    """From the first bracket to the last: what stands around it hides scripts from browsers long gone."""
    before = _BEFORE.match(text)
    text = text[before.end() if before else 0 :]
    lists = _LISTS.match(text)
    return text[: text.rfind("}") + 1] + "]" * (lists[0].count("[") if lists else 0)


def _is_article(thing: dict[str, Any]) -> bool:
    kinds = [kind for kind in _list(thing.get("@type")) if isinstance(kind, str)]
    return any(_ARTICLE.search(kind) for kind in kinds)


def _addresses(thing: dict[str, Any]) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        for value in _list(thing.get(key)):
            yield _address(value)


def _address(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return value if isinstance(value, str) else ""


def _path(address: str) -> str:
    try:
        return urlsplit(address).path.rstrip("/")
    except ValueError:
        return ""


def _name(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("name")
    return _line(value[0] if isinstance(value, list) and value else value)


def _line(value: Any) -> str:
    return plain_line(value) if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
