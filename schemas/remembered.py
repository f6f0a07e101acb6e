"""`alerting.state`: what `decide` must remember of each watch. Private to the process that writes it.

One record is one thing remembered; its name says which:

    article/<article id>    an article that met the watch
    story/<article id>      a story: near-duplicates and their revisions; named by its first article
    entity/<label>          someone or something that the watch met, and how often it does
    queue/<kind>/<group>    what is held and told later
    watch                   the watch itself: its sources, its recent rings, its digests
"""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from schemas.alert import Alert, AlertItem, StorySource
from schemas.event import Event, Identifier, UtcDatetime, Value
from schemas.mention import WatchSummary
from schemas.reason import Held


class Reading(Value):
    """The last revision of an article that one source gave."""

    revision: str
    """`Article.revision`."""
    seen_at: UtcDatetime
    """When it was read: what is older was decided already."""
    passages: str
    """Digest of the title and of the sentences that the watch was met in."""
    figures: dict[str, int] = Field(default_factory=dict)
    """Kind to number, as it stated them."""
    met: bool = True
    """Whether that revision meets the watch."""
    earlier: Annotated[tuple[str, ...], Field(max_length=12)] = ()
    """Digests (`passages`) that it had before, and `withdrawn` or `returned` as often as that was told: a source that
    gives two wordings in turn is told of once."""


class ArticleMemory(Value):
    """An article that met a watch."""

    story: str
    """The id of the first article of its story."""
    readings: dict[Identifier, Reading]
    """By source: two feeds give one article in different words."""


class StoryMemory(Value):
    """A story that a watch rang for, or would have."""

    alert_id: str
    """Its first alert: the thread."""
    sequence: int = 0
    """Of the last record of that alert."""
    opened_at: UtcDatetime
    """When the watch met it first."""
    last_at: UtcDatetime
    """When an article last joined it."""
    entities: tuple[str, ...]
    """Labels of the actors and phrases that were named in it."""
    sketches: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    """Of its first articles."""
    figures: dict[str, int] = Field(default_factory=dict)
    """Kind to number, as last told."""
    highest: dict[str, int] = Field(default_factory=dict)
    """Kind to the highest number that was told: a late copy with the number before a correction is no rise."""
    sources: Annotated[tuple[StorySource, ...], Field(max_length=20)] = ()
    """The first outlets that have it."""
    source_count: int = 1
    """How many do."""
    origins: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    """The origins that were counted."""
    sketch_origins: Annotated[tuple[int, ...], Field(max_length=8)] = ()
    """Of each sketch, which of `origins` it is of."""
    outlets: Annotated[tuple[Identifier, ...], Field(max_length=500)] = ()
    """Ids of the sources that were counted."""
    told: bool = False
    """Whether people were told of it: only they are told of updates."""
    held: Held | None = None
    """Why they were not."""
    held_by: str | None = None
    """What held it."""


class EntityMemory(Value):
    """Someone or something that a watch met, and how often."""

    last_at: UtcDatetime
    """When it was last met in a new story."""
    since: UtcDatetime
    """When it was first met."""
    recent: Annotated[tuple[UtcDatetime, ...], Field(max_length=50)] = ()
    """New stories with it within the last hour, the newest ones."""
    weight: Annotated[float, Field(ge=0)] = 0
    """New stories with it before that, each worth less the longer ago it was."""
    weighed_at: UtcDatetime | None = None
    """What time `weight` is of."""
    together: Annotated[tuple[str, ...], Field(max_length=200)] = ()
    """Labels that were met in one article with it."""


class QueueMemory(Value):
    """What is held and told later, in one alert."""

    kind: Held
    """Why it is held."""
    group: str
    """What it is held by: a group's key, a silence's id; empty where it is all of the watch."""
    opened_at: UtcDatetime
    """When its time began."""
    due_at: UtcDatetime
    """When it is told; a silence that is shortened or lengthened moves it."""
    items: Annotated[tuple[AlertItem, ...], Field(max_length=100)] = ()
    """The first hundred."""
    stories: Annotated[tuple[str, ...], Field(max_length=1_000)] = ()
    """The names of the stories that are in it, so that they count as told afterwards."""
    count: int = 0
    """How many there are."""
    shown: Alert | None = None
    """The most severe of them, the newest of these, as it was held: what is told where it is the only one, and what a
    collective alert shows."""
    labels: Annotated[tuple[str, ...], Field(max_length=200)] = ()
    """Labels of who and what they are about: a cooldown begins for them once they are told."""
    severity: str = "low"
    """The most severe of them."""
    title: str = ""
    """Of a silence: why it is there, for whoever is told."""


class WatchMemory(Value):
    """A watch itself."""

    began_at: UtcDatetime
    """When it was first met."""
    sources: dict[Identifier, UtcDatetime] = Field(default_factory=dict)
    """The sources that ever carried it, and when they last did; at most 1,000."""
    names: dict[Identifier, str] = Field(default_factory=dict)
    """Their names."""
    rings: Annotated[tuple[UtcDatetime, ...], Field(max_length=1_000)] = ()
    """When people were told within the time of its limit."""
    digest_at: UtcDatetime | None = None
    """When the last digest was made."""
    summary: WatchSummary | None = None
    """The watch as its last mention told of it: a revision that does not meet it says nothing of it."""
    config_digest: str = ""
    """As its last mention told."""


class Remembered(Event):
    """One thing that is remembered of one watch: exactly one of the parts is there."""

    ce_type: ClassVar[str] = "tocsin.remembered.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "forget_at": "2027-02-22T05:04:13Z",
                    "watch_id": "kabul-desk",
                    "name": "article/art-0b2f6c1de5a74c35a1f0b1c2d3e4f506",
                    "article": {
                        "story": "art-0b2f6c1de5a74c35a1f0b1c2d3e4f506",
                        "readings": {
                            "example-news": {
                                "revision": "6f1c0a9be2d34d10",
                                "seen_at": "2026-11-24T05:04:12Z",
                                "passages": "9f86d081884c7d65",
                                "figures": {"killed": 12},
                            }
                        },
                    },
                }
            ]
        }
    )

    forget_at: UtcDatetime
    """When it is forgotten. First, so that a reader of millions need not read the rest."""
    watch_id: Identifier
    """The watch."""
    name: str
    """`article/<article id>`, `story/<article id>`, `entity/<label>`, `queue/<kind>/<group>` or `watch`."""
    article: ArticleMemory | None = None
    """Of `article/...`."""
    story: StoryMemory | None = None
    """Of `story/...`."""
    entity: EntityMemory | None = None
    """Of `entity/...`."""
    queue: QueueMemory | None = None
    """Of `queue/...`."""
    watch: WatchMemory | None = None
    """Of `watch`."""

    def write(self) -> bytes:
        """Only what differs from the default: there can be millions."""
        return self.__pydantic_serializer__.to_json(self, exclude_defaults=True)

    @property
    def event_id(self) -> str:
        return f"{self.watch_id}/{self.name}.{int(self.forget_at.timestamp() * 1000)}"

    @property
    def key(self) -> str:
        return f"{self.watch_id}/{self.name}"
