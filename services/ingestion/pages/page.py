"""What is taken from an article's page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas import Media
from services.backbone.errors import TocsinError


class PageUnreadable(TocsinError):
    """The bytes are no HTML page, or one without a word to read."""


@dataclass(frozen=True, slots=True)
class Page:
    """One article's page, as plain words."""

    text: str
    """Plain text, paragraphs separated by line breaks; behind a paywall the free beginning, before consent nothing."""
    title: str
    """The headline, without the outlet's name; empty where none is stated."""
    published: datetime | None
    """Aware UTC; a day without a time is its midnight, a time without a zone is taken as UTC."""
    authors: tuple[str, ...]
    language: str | None
    """BCP 47 tag as the page declares it."""
    canonical: str | None
    """Absolute address, http or https, that the page calls its own."""
    site: str | None
    """The outlet's name."""
    media: tuple[Media, ...]
    wall: Literal["paywall", "consent"] | None = None
    """Why `text` is not the article."""
