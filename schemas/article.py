"""`articles`: what a feed said, as text."""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, StringConstraints

from schemas.event import Event, Identifier, UtcDatetime, Value

MAX_TITLE_CHARACTERS = 1_000
MAX_TEXT_CHARACTERS = 200_000


class Source(Value):
    """Where an article was read."""

    id: Identifier
    """The source's id in `sources/*.yaml`."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The outlet's name, as people know it."""


class Article(Event):
    """One revision of one article."""

    ce_type: ClassVar[str] = "tocsin.article.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "art-0b2f6c1de5a74c35a1f0b1c2d3e4f506",
                    "revision": "6f1c0a9be2d34d10",
                    "url": "https://news.example/2026/11/agreement",
                    "source": {"id": "example-news", "name": "Example News"},
                    "title": "Kabul and Moscow sign a maintenance agreement",
                    "text": "Officials signed the agreement on Tuesday.",
                    "language": "en",
                    "authors": ["A. Reporter"],
                    "published_at": "2026-11-24T05:00:00Z",
                    "seen_at": "2026-11-24T05:04:12Z",
                    "truncated": False,
                }
            ]
        }
    )

    id: str
    """Deterministic: from the canonical address, or from the source and its guid where there is no address."""
    revision: str
    """Deterministic: from title and text. Another revision of the same id is the same article, edited."""
    url: str
    """Canonical address; empty where the feed gives none."""
    source: Source
    """Where it was read first."""
    title: Annotated[str, StringConstraints(max_length=MAX_TITLE_CHARACTERS)]
    """Plain text, without markup."""
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT_CHARACTERS)]
    """Plain text, paragraphs separated by line breaks. Evidence spans count its code points."""
    language: str | None = None
    """BCP 47 tag, from the feed or from the source's own setting; null where neither says."""
    authors: tuple[str, ...] = ()
    """As the feed names them."""
    published_at: UtcDatetime | None = None
    """As the feed states it; null where it states none, or one that cannot be read."""
    seen_at: UtcDatetime
    """When this revision was first read here."""
    truncated: bool = Field(default=False)
    """Title or text was longer than the limit and was cut."""

    @property
    def event_id(self) -> str:
        return f"{self.id}.{self.revision}"

    @property
    def key(self) -> str:
        return self.id
