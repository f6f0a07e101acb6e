"""What a sender may write of one article, and the entry that it becomes."""

import html
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from schemas import Media
from services.backbone.configuration import nearest
from services.ingestion.reading.dates import read_date
from services.ingestion.reading.entry import Entry

MAX_ID_CHARACTERS = 1_000
MAX_MARKUP_CHARACTERS = 2_000_000
MAX_FIELDS = 50
SHOWN_REASONS = 3


class ItemRefused(ValueError):
    """An item is no article; the message is for its sender and repeats none of its values."""


def _without_lone_surrogates(value: object) -> object:
    """Texts that were cut between two UTF-16 units end in half a character."""
    return value.encode("utf-8", "ignore").decode() if isinstance(value, str) else value


def _media(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _as_markup(text: str) -> str:
    """Markup that `plain_text` reads as this text, to the letter: it undoes an escape twice where there are two."""
    return html.escape(html.escape(text, quote=False), quote=False)


_WHOLE = BeforeValidator(_without_lone_surrogates)
_Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_CHARACTERS), _WHOLE]
_Line = Annotated[str, StringConstraints(max_length=200), _WHOLE]
_Markup = Annotated[str, StringConstraints(max_length=MAX_MARKUP_CHARACTERS), _WHOLE]
_Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=4_096), _WHOLE]
_Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=35)]
_Date = Annotated[str | int | None, Field(union_mode="left_to_right")]


class _PushedMedia(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: _Address
    type: Annotated[str, StringConstraints(max_length=100), _WHOLE] | None = None


class PushedArticle(BaseModel):
    """One article as a sender writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: _Id | None = None
    """The sender's own id: the same for the same article, edited or not. Needed where there is no url."""
    url: _Address | None = None
    """Where the article stands."""
    title: _Markup = ""
    """Plain text."""
    text: _Markup | None = None
    """Plain text, paragraphs separated by line breaks."""
    html: _Markup | None = None
    """The article's own markup, instead of `text`; only its words are kept."""
    language: _Language | None = None
    """BCP 47 tag."""
    published_at: _Date = None
    """ISO 8601, or what else feeds write; without a zone it is UTC. A date that cannot be true is marked, not
    refused."""
    updated_at: _Date = None
    """The same."""
    authors: Annotated[tuple[_Line, ...], Field(max_length=20)] = ()
    """Names."""
    withdrawn: bool = False
    """The sender takes the article back: its id or url is enough."""
    media: Annotated[tuple[Annotated[_PushedMedia, BeforeValidator(_media)], ...], Field(max_length=20)] = ()
    """Pictures, sound and film: addresses, or {"url": ..., "type": ...}."""

    @model_validator(mode="after")
    def _is_an_article(self) -> Self:
        if self.id is None and self.url is None:
            raise ValueError("neither id nor url; give one, or the same article twice would be two")
        if self.text is not None and self.html is not None:
            raise ValueError("both text and html; give one")
        return self

    def entry(self, now: datetime) -> Entry:
        """The same as an entry of a feed would say it, at this time."""
        published, mark = read_date(str(self.published_at or ""), now)
        updated, _ = read_date(str(self.updated_at or ""), now)
        content = self.html if self.html is not None else _as_markup(self.text or "")
        return Entry(
            guid=self.id,
            link=self.url,
            title=_as_markup(self.title),
            content=content,
            summary=content,
            authors=tuple(map(_as_markup, self.authors)),
            published=published,
            updated=updated,
            date_mark=mark,
            language=self.language.replace("_", "-") if self.language else None,
            media=tuple(Media(url=one.url, type=one.type) for one in self.media),
        )


def read_item(value: object) -> PushedArticle:
    """Validate one item.

    Raises:
        ItemRefused: naming each field that is wrong, up to `SHOWN_REASONS`.
    """
    if not isinstance(value, dict):
        raise ItemRefused('not an article; write an object: {"id": "...", "title": "...", "text": "..."}')
    if len(value) > MAX_FIELDS:
        raise ItemRefused(f"{len(value)} fields; known: {', '.join(PushedArticle.model_fields)}")
    try:
        return PushedArticle.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False, include_context=False)
    reasons = [_reason(detail["type"], detail["loc"], detail["msg"]) for detail in details]
    more = [f"and {len(reasons) - SHOWN_REASONS} more"] if len(reasons) > SHOWN_REASONS else []
    raise ItemRefused("; ".join(reasons[:SHOWN_REASONS] + more))


def _reason(kind: str, loc: tuple[Any, ...], message: str) -> str:
    name = ".".join(str(part) for part in loc)
    if kind == "extra_forbidden":
        known = list(PushedArticle.model_fields if len(loc) == 1 else _PushedMedia.model_fields)
        return f"unknown field {str(loc[-1])[:50]!r}: {nearest(str(loc[-1])[:50], known, 'leave it out')}"
    if kind == "string_pattern_mismatch":
        message = "not a BCP 47 tag" if name == "language" else "not an address with http:// or https://"
    message = message.removeprefix("Value error, ")
    return f"{name}: {message}" if name else message
