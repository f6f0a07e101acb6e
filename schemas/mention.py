"""`mentions`: one watch met by one article."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from schemas.article import Source
from schemas.event import Event, Identifier, UtcDatetime, Value
from schemas.tagged import ActorKind, Evidence, Figure

Severity = Literal["low", "normal", "high", "critical"]


class WatchSummary(Value):
    """What an alert needs to say of its watch."""

    id: Identifier
    """The watch's id in `watches/*.yaml`."""
    name: str
    """Its name for people."""
    severity: Severity = "normal"
    """How much its owner cares."""
    owner: Identifier | None = None
    """Whose it is; null where the desk says nothing."""
    topic: Identifier | None = None
    """Its own alert topic is `alerts.<topic>`; null where it has none."""


class ArticleSummary(Value):
    """What an alert says of the article."""

    id: str
    """`Article.id`."""
    revision: str
    """`Article.revision`."""
    url: str
    """Canonical address; may be empty."""
    title: str
    """As published."""
    source: Source
    """Where it was read."""
    language: str | None = None
    """BCP 47 tag or null."""
    published_at: UtcDatetime | None = None
    """As the feed states it."""
    seen_at: UtcDatetime
    """When this revision was first read here."""
    updated_at: UtcDatetime | None = None
    """When its publisher last changed it, as stated."""
    marks: tuple[Identifier, ...] = ()
    """How it was read: values of `Mark`."""
    agency: Identifier | None = None
    """The news agency that it credits, as an id (services/alerting/match/agencies.py); null where it credits none."""
    sketch: Annotated[str, StringConstraints(max_length=400)] | None = None
    """Of its words, to find near-duplicates by (services/matching/sketch.py); null where the text is too short."""


class Passage(Value):
    """A sentence of the article with the words in it that were met."""

    field: Literal["title", "text"]
    """Which part of the article the sentence is from."""
    start: Annotated[int, Field(ge=0)]
    """Where the sentence begins in that part, in code points."""
    sentence: str
    """As published."""
    highlights: tuple[tuple[int, int], ...]
    """Half-open spans in `sentence`, in code points: the words that were met."""


class Match(Value):
    """One thing that a watch asks for and the article has."""

    id: str
    """An actor's or topic's id; for a phrase, the phrase."""
    name: str
    """For people."""
    kind: ActorKind | Literal["topic", "phrase"]
    """What it is."""
    confidence: Annotated[float, Field(ge=0, le=1)]
    """Of the tag; 1 for a phrase."""
    salience: Annotated[float, Field(ge=0, le=1)] | None = None
    """Of an actor: 1 is who the article is about, near 0 a name in passing. Null for topics and phrases."""
    evidence: tuple[Evidence, ...]
    """Where it stands."""


class TopicSummary(Value):
    """A topic of the article."""

    id: Identifier
    """The pack's id."""
    name: str
    """The pack's name for people."""
    confidence: Annotated[float, Field(ge=0, le=1)]
    """0 to 1."""


EXAMPLE_BODY: dict[str, JsonValue] = {
    "watch": {"id": "kabul-desk", "name": "Kabul desk", "severity": "high", "owner": None, "topic": None},
    "article": {
        "id": "art-0b2f6c1de5a74c35a1f0b1c2d3e4f506",
        "revision": "6f1c0a9be2d34d10",
        "url": "https://news.example/2026/11/agreement",
        "title": "Kabul and Moscow sign a maintenance agreement",
        "source": {"id": "example-news", "name": "Example News", "tier": 2, "country": "AF"},
        "language": "en",
        "published_at": "2026-11-24T05:00:00Z",
        "seen_at": "2026-11-24T05:04:12Z",
        "updated_at": None,
        "marks": ["full-text"],
        "agency": "tass",
        "sketch": None,
    },
    "matches": [
        {
            "id": "kabul",
            "name": "Kabul",
            "kind": "place",
            "confidence": 1.0,
            "salience": 0.8,
            "evidence": [
                {"field": "title", "start": 0, "end": 5, "words": "Kabul", "fired": "Kabul", "flags": []},
            ],
        }
    ],
    "topics": [{"id": "military-cooperation", "name": "Military cooperation", "confidence": 0.8}],
    "passages": [
        {
            "field": "title",
            "start": 0,
            "sentence": "Kabul and Moscow sign a maintenance agreement",
            "highlights": [[0, 5]],
        }
    ],
    "figures": [],
    "config_digest": "9c1b2f7a60de",
}


class Mention(Event):
    """One watch met by one revision of one article. A mention is not yet an alert: `decide` says what is new."""

    ce_type: ClassVar[str] = "tocsin.mention.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "men-5d0c7c0a4b3f4d0e9a6b7c8d9e0f1a2b",
                    "first_pass": False,
                    "outranked_by": None,
                    "met_at": "2026-11-24T05:04:13Z",
                    **EXAMPLE_BODY,
                }
            ]
        }
    )

    id: str
    """Deterministic: from the watch, the revision of the article, and what was met."""
    watch: WatchSummary
    """The watch that was met."""
    article: ArticleSummary
    """The article that met it."""
    matches: tuple[Match, ...]
    """What the watch asked for and the article has."""
    topics: tuple[TopicSummary, ...]
    """What the article is about."""
    passages: tuple[Passage, ...]
    """The sentences to show, the first ones of the article."""
    figures: Annotated[tuple[Figure, ...], Field(max_length=10)] = ()
    """Numbers of killed, injured and the like that the article states, the first ones."""
    first_pass: bool = False
    """It was met when a new watch was held against what is stored: it is remembered and tells nobody."""
    outranked_by: Identifier | None = None
    """A watch that the same article meets and that hides this one by an inhibition rule; null where none does."""
    met_at: UtcDatetime
    """When the watch was met. `decide` takes its time from here, so that it decides the same way each time."""
    config_digest: str
    """Digest of the watches that were in force."""

    @property
    def event_id(self) -> str:
        return self.id

    @property
    def key(self) -> str:
        return self.watch.id


class ArticleRevised(Event):
    """A revision took the place of another. Written to every partition: only `decide` knows who was told of it.

    A watch that rang for it and is not among `met` tells that the passage is gone.
    """

    ce_type: ClassVar[str] = "tocsin.article-revised.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "article": EXAMPLE_BODY["article"],
                    "replaces": "5e0b9f8ad1c23c00",
                    "withdrawn": False,
                    "met": ["kabul-desk"],
                    "revised_at": "2026-11-24T06:10:00Z",
                }
            ]
        }
    )

    article: ArticleSummary
    """The new revision."""
    replaces: str | None
    """The revision that it replaces; null where its source says nothing."""
    withdrawn: bool
    """Its publisher took it back."""
    met: tuple[Identifier, ...]
    """Every watch that the new revision meets, in order."""
    revised_at: UtcDatetime
    """When the watches were held against it."""

    @property
    def event_id(self) -> str:
        return f"{self.article.id}.{self.article.revision}.revised"

    @property
    def key(self) -> str:
        return self.article.id
