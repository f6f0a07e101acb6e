"""`articles`: what a feed said, as text."""

from typing import Annotated, ClassVar, Literal

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
    tier: Annotated[int, Field(ge=1, le=3)] = 2
    """How far the desk trusts it: 1 most, 3 least."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    """ISO 3166-1 alpha-2 code of where it is at home; null where the desk says nothing."""


class Media(Value):
    """A picture, sound or film that goes with an article; kept as an address, never fetched."""

    url: Annotated[str, StringConstraints(max_length=4_096)]
    """Absolute, http or https."""
    type: Annotated[str, StringConstraints(max_length=100)] | None = None
    """Media type as the feed states it."""


Mark = Literal[
    "undated",
    "date-unreadable",
    "date-impossible",
    "date-in-future",
    "teaser",
    "full-text",
    "page-failed",
    "paywall",
    "consent",
    "language-detected",
    "pushed",
    "first-pass",
    "withdrawn",
]
"""What a reader should know of how an article was read.

`undated`, `date-unreadable`, `date-impossible`, `date-in-future`: why `published_at` is null. `teaser`: the text is the
feed's summary, the whole stands on the page. `full-text`: the text was taken from the page. `page-failed`, `paywall`,
`consent`: the page was asked for and gave no text. `language-detected`: no one declared the language, or the letters
contradict who did. `pushed`: another system gave the article. `first-pass`: it was there already when its source was
read for the first time. `withdrawn`: its publisher took it back (410, or a tombstone in the feed); title and text are
those of the last revision."""


class Article(Event):
    """One revision of one article."""

    ce_type: ClassVar[str] = "tocsin.article.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "art-0b2f6c1de5a74c35a1f0b1c2d3e4f506",
                    "revision": "6f1c0a9be2d34d10",
                    "replaces": None,
                    "url": "https://news.example/2026/11/agreement",
                    "source": {"id": "example-news", "name": "Example News", "tier": 2, "country": "AF"},
                    "title": "Kabul and Moscow sign a maintenance agreement",
                    "text": "Officials signed the agreement on Tuesday.",
                    "language": "en",
                    "authors": ["A. Reporter"],
                    "published_at": "2026-11-24T05:00:00Z",
                    "updated_at": None,
                    "seen_at": "2026-11-24T05:04:12Z",
                    "media": [{"url": "https://news.example/2026/11/agreement.jpg", "type": "image/jpeg"}],
                    "marks": ["full-text"],
                    "sketch": None,
                    "truncated": False,
                }
            ]
        }
    )

    id: str
    """Deterministic: from the canonical address, whatever its scheme and form for phones; from source and guid where
    there is none; from source and address where that is of a site for which the source does not speak."""
    revision: str
    """Deterministic: from the words of title and text, without counters and links to other articles. Another revision
    of the same id is the same article, edited."""
    replaces: str | None = None
    """The revision that this one takes the place of, as this source gave it before; null for the first."""
    url: str
    """Canonical address; empty where the feed gives none."""
    source: Source
    """Where it was read first."""
    title: Annotated[str, StringConstraints(max_length=MAX_TITLE_CHARACTERS)]
    """Plain text, without markup."""
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT_CHARACTERS)]
    """Plain text, paragraphs separated by line breaks. Evidence spans count its code points."""
    language: str | None = None
    """BCP 47 tag: the source's own setting, else what feed or page say, unless the letters contradict; else detected.
    Null where nothing tells."""
    authors: tuple[str, ...] = ()
    """As the feed names them."""
    published_at: UtcDatetime | None = None
    """As the feed or the page states it; null where it states none that can be true, with a mark that says why."""
    updated_at: UtcDatetime | None = None
    """When its publisher last changed it, as stated; null where it is not."""
    seen_at: UtcDatetime
    """When this revision was first read here."""
    media: Annotated[tuple[Media, ...], Field(max_length=20)] = ()
    """Pictures, sound and film that the feed or the page names."""
    marks: tuple[Identifier, ...] = ()
    """How it was read: values of `Mark`. Readers pass over those they do not know, a later release may add some."""
    sketch: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]*$", max_length=400)] | None = None
    """Of its words, to find near-duplicates by (services/matching/sketch.py); null where the text is too short."""
    truncated: bool = Field(default=False)
    """Title or text was longer than the limit and was cut."""

    @property
    def event_id(self) -> str:
        return f"{self.id}.{self.revision}"

    @property
    def key(self) -> str:
        return self.id
