"""A file of articles -> entries: a line of JSONL, an HTML page, a plain text.

Of a line: id, url, title, text, language, published_at, authors; whatever else stands in it is passed over.
"""

import codecs
import html
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from services.backbone.errors import TocsinError
from services.ingestion.pages.page import PageUnreadable
from services.ingestion.reading.dates import read_date
from services.ingestion.reading.entry import Entry
from services.ingestion.reading.languages import language_tag
from services.ingestion.reading.links import absolute


class ArticleUnreadable(TocsinError):
    """A line or a file that holds no article."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _written(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class _Line(BaseModel):
    """One article as JSON."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    id: Annotated[str | None, BeforeValidator(_written)] = None
    url: str | None = None
    title: str = ""
    text: str = ""
    language: str | None = None
    published_at: Annotated[str | None, BeforeValidator(_written)] = None
    authors: Annotated[tuple[str, ...] | None, BeforeValidator(_listed)] = None


def article_of_line(line: bytes, now: datetime) -> Entry:
    """The article of one line of JSONL.

    Args:
        line: UTF-8.
        now: dates well after it are impossible.

    Raises:
        ArticleUnreadable: "what is wrong; what to do".
    """
    try:
        article = _Line.model_validate_json(line.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False)[0]
        what = " ".join([*map(str, detail["loc"]), detail["msg"]])
        raise ArticleUnreadable(f"{what}; write one JSON object a line: id, url, title, text, ...") from None
    link = absolute(article.url, "") if article.url else None
    if article.url and link is None:
        raise ArticleUnreadable("url is no address of http or https; correct it, or leave it out and give an id")
    published, mark = read_date(article.published_at or "", now)
    return Entry(
        guid=article.id or None,
        link=link,
        title=_as_markup(article.title),
        content=_as_markup(article.text),
        summary=_as_markup(article.text),
        authors=tuple(map(_as_markup, article.authors or ())),
        published=published,
        date_mark=mark,
        language=language_tag(article.language),
    )


def article_of_page(data: bytes, name: str) -> Entry:
    """The article of an HTML file.

    Raises:
        ArticleUnreadable: "what is wrong; what to do".
    """
    from services.ingestion.pages.extract import extract_page

    try:
        page = extract_page(data, "", None)
    except PageUnreadable as error:
        raise ArticleUnreadable(f"{error}; save it as HTML, or take it away") from None
    return Entry(
        guid=name,
        link=page.canonical,
        title=_as_markup(page.title),
        content=_as_markup(page.text),
        summary=_as_markup(page.text),
        authors=tuple(map(_as_markup, page.authors)),
        published=page.published,
        date_mark=None if page.published else "undated",
        language=page.language,
        media=page.media,
    )


def article_of_text(data: bytes, name: str) -> Entry:
    """The article of a text file: UTF-8, or UTF-16 where it begins with its mark."""
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    title, _, text = data.decode("utf-16" if utf16 else "utf-8-sig", "replace").strip().partition("\n")
    content = _as_markup(text.strip())
    return Entry(guid=name, title=_as_markup(title.strip()), content=content, summary=content, date_mark="undated")


def _as_markup(text: str) -> str:
    """Entries hold markup, and what stands here is none: a < in it is a <."""
    return html.escape(text, quote=False)
