"""`alerts` and `alerts.<name>`: what rang. These topics are the product's public face."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, JsonValue

from schemas.article import Source
from schemas.event import Event, Identifier, UtcDatetime, Value
from schemas.handling import Handling
from schemas.mention import EXAMPLE_BODY, ArticleSummary, Match, Passage, TopicSummary, WatchSummary
from schemas.reason import Held, Reason
from schemas.tagged import Figure


class StorySource(Value):
    """One outlet's article in a story."""

    source: Source
    """The outlet."""
    article_id: str
    """`Article.id`."""
    url: str
    """Canonical address; may be empty."""
    title: str
    """As published."""
    language: str | None = None
    """BCP 47 tag or null."""
    origin: str
    """Who wrote it, as far as can be told: equal for copies of one text (CONTRIBUTING.md says how origins are told
    apart)."""
    seen_at: UtcDatetime
    """When it was first read here."""
    withdrawn: bool = False
    """It was taken back, or no longer says what the watch asks for."""


class FigureChange(Value):
    """A number that changed."""

    kind: Identifier
    """What is counted."""
    before: Annotated[int, Field(ge=0)] | None
    """As it was last told; null where none was."""
    after: Annotated[int, Field(ge=0)]
    """As it is stated now."""


class Burst(Value):
    """That an entity is mentioned far more than is its habit."""

    entity: str
    """The label of what was met: `actor/ttp`."""
    seen: Annotated[int, Field(ge=0)]
    """Stories with it in the last hour."""
    expected: Annotated[float, Field(ge=0)]
    """Stories that its habit lets expect in an hour."""
    chance: Annotated[float, Field(ge=0, le=1)]
    """How likely so many or more are by that habit."""


class Remark(Value):
    """What is remarkable of an alert beyond that it rang."""

    quiet_days: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """What was met (its label) to the whole days since this watch last met it; only where these are seven or more."""
    first_ever: tuple[str, ...] = ()
    """Labels of what this watch had never met."""
    bursts: tuple[Burst, ...] = ()
    """Entities far above their habit."""
    first_together: tuple[tuple[str, str], ...] = ()
    """Pairs of labels that this watch met in one article for the first time, though each was known."""


class AlertItem(Value):
    """One alert that a collective alert stands for."""

    alert_id: str
    """`Alert.id`."""
    reason: Reason
    """Why it rang."""
    title: str
    """The article's."""
    url: str
    """Canonical address; may be empty."""
    source: Source
    """The outlet."""
    language: str | None = None
    """BCP 47 tag or null."""
    names: tuple[str, ...]
    """What was met, for people."""
    rang_at: UtcDatetime
    """When."""
    source_count: Annotated[int, Field(ge=1)] = 1
    """Outlets that had the story when this was written."""


class BlindSource(Value):
    """A source that carried this watch before and could not be heard."""

    source_id: Identifier
    """The source's id."""
    name: str
    """Its name."""
    trouble: Identifier
    """The kind of its incident: `failing`, `silent`, `gone` ..."""
    since: UtcDatetime
    """Since when."""


class Coverage(Value):
    """Of the sources that ever carried a watch: which were heard in a period. So that silence means something."""

    since: UtcDatetime
    """Where the period begins."""
    until: UtcDatetime
    """Where it ends."""
    carried: Annotated[int, Field(ge=0)]
    """Sources that ever carried this watch."""
    heard: Annotated[int, Field(ge=0)]
    """Of them, those without an incident that makes blind in the period."""
    blind: Annotated[tuple[BlindSource, ...], Field(max_length=50)] = ()
    """The others, the first fifty."""


ALERT_EXAMPLE: dict[str, JsonValue] = {
    "id": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
    "sequence": 0,
    "thread": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
    "action": "ring",
    "reason": "first-mention",
    "held": None,
    "held_by": None,
    "note": "",
    "new": [],
    "figure_changes": [],
    "sources": [
        {
            "source": {"id": "example-news", "name": "Example News", "tier": 2, "country": "AF"},
            "article_id": "art-0b2f6c1de5a74c35a1f0b1c2d3e4f506",
            "url": "https://news.example/2026/11/agreement",
            "title": "Kabul and Moscow sign a maintenance agreement",
            "language": "en",
            "origin": "agency:tass",
            "seen_at": "2026-11-24T05:04:12Z",
            "withdrawn": False,
        }
    ],
    "source_count": 1,
    "origin_count": 1,
    "remark": {
        "quiet_days": {"actor/kabul": 12},
        "first_ever": [],
        "bursts": [{"entity": "actor/kabul", "seen": 9, "expected": 0.4, "chance": 0.00001}],
        "first_together": [["actor/kabul", "actor/russia"]],
    },
    "items": [],
    "stands_for": 1,
    "coverage": None,
    "handling": None,
    "rang_at": "2026-11-24T05:04:13Z",
    **EXAMPLE_BODY,
}


Action = Literal["ring", "update"]


class Alert(Event):
    """A watch rang, or what it rang for has changed."""

    ce_type: ClassVar[str] = "tocsin.alert.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                ALERT_EXAMPLE,
                {
                    "id": "alr-7d3c5e1f9b0d4f2a8c6e0a1b2c3d4e5f",
                    "sequence": 0,
                    "thread": "alr-7d3c5e1f9b0d4f2a8c6e0a1b2c3d4e5f",
                    "action": "ring",
                    "reason": "digest",
                    "watch": EXAMPLE_BODY["watch"],
                    "article": None,
                    "matches": [],
                    "topics": [],
                    "passages": [],
                    "stands_for": 0,
                    "coverage": {
                        "since": "2026-11-23T02:30:00Z",
                        "until": "2026-11-24T02:30:00Z",
                        "carried": 14,
                        "heard": 13,
                        "blind": [
                            {
                                "source_id": "example-news",
                                "name": "Example News",
                                "trouble": "failing",
                                "since": "2026-11-23T19:34:11Z",
                            }
                        ],
                    },
                    "rang_at": "2026-11-24T02:30:00Z",
                    "config_digest": "9c1b2f7a60de",
                },
            ]
        }
    )

    id: str
    """Deterministic: from the watch and what rang."""
    sequence: Annotated[int, Field(ge=0)] = 0
    """0 for the first record of this id, then 1, 2, ...; with the id it is the idempotency key, `event_id`."""
    thread: str = ""
    """The id of the first alert of the story: what belongs together, for mail threads and the like."""
    action: Action = "ring"
    """`ring`: tell people. `update`: tell those who were told of this id. Whatever it is, nobody is told of an alert
    that is `held`."""
    reason: Reason
    """Why."""
    held: Held | None = None
    """Why nobody is told of it, or not yet; null where people are told. What was held and is told later comes as a
    further record of its id, or inside a collective alert."""
    held_by: str | None = None
    """The silence, or the watch, that holds it; of `silence-over` the silence that is over."""
    note: str = ""
    """Of `silence-over`: why the silence was there, and who made it."""
    watch: WatchSummary
    """The watch that rang."""
    article: ArticleSummary | None
    """The article it rang for, in its newest revision; null in a digest without anything."""
    matches: tuple[Match, ...]
    """What the watch asked for and the article has."""
    topics: tuple[TopicSummary, ...]
    """What the article is about."""
    passages: tuple[Passage, ...]
    """The sentences to show, with the words to highlight."""
    new: tuple[str, ...] = ()
    """Labels of what is newly named, of `new-entity`."""
    figures: Annotated[tuple[Figure, ...], Field(max_length=10)] = ()
    """Numbers of killed, injured and the like that the article states."""
    figure_changes: tuple[FigureChange, ...] = ()
    """Numbers that changed; the reason is another one where more has changed than these."""
    sources: Annotated[tuple[StorySource, ...], Field(max_length=20)] = ()
    """The outlets that have the story, the first twenty."""
    source_count: Annotated[int, Field(ge=0)] = 0
    """How many outlets have it."""
    origin_count: Annotated[int, Field(ge=0)] = 0
    """How many of them are of an origin of their own: copies of one wire count once."""
    remark: Remark | None = None
    """What else is remarkable; null in updates."""
    items: Annotated[tuple[AlertItem, ...], Field(max_length=100)] = ()
    """What a collective alert stands for, the first hundred."""
    stands_for: Annotated[int, Field(ge=0)] = 1
    """How many alerts it stands for; 1 where it is none but itself."""
    coverage: Coverage | None = None
    """Of a digest."""
    handling: Handling | None = None
    """Of updates: what people did about this alert before this record was made; null where nobody did anything."""
    rang_at: UtcDatetime
    """When the watch was met; of collective alerts when they were made."""
    config_digest: str
    """Digest of the watches that were in force."""

    @property
    def event_id(self) -> str:
        return self.id if self.sequence == 0 else f"{self.id}.{self.sequence}"

    @property
    def key(self) -> str:
        return self.watch.id

    @property
    def tells(self) -> bool:
        """Whether people are told of this record."""
        return self.held is None and self.reason is not Reason.COPY
