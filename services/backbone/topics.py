"""THE declaration of the topics: it provisions the broker, writes the AsyncAPI document and fills the docs.

Nothing relies on the broker creating a topic by itself: Faust would crash in a loop on a wrong partition count.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Generic, Literal, TypeVar

from schemas import (
    Acknowledgement,
    Alert,
    Article,
    ArticleRevised,
    ChannelIncident,
    ChannelState,
    ConfigurationChange,
    DeadLetter,
    Delivery,
    Event,
    Feedback,
    Mention,
    Notification,
    TaggedArticle,
    WatchDefinition,
)
from schemas.remembered import Remembered
from schemas.source_incident import SourceIncident
from schemas.state import SourceState

MAX_RECORD_BYTES = 1024 * 1024
"""What we write and what we take. The broker is told to let four times as much through, so that a record that another
program wrote is seen, reported and set aside, not refused where nobody looks."""

BROKER_RECORD_BYTES = 4 * MAX_RECORD_BYTES

ENVELOPE_BYTES = 64 * 1024
"""What a record may be longer that carries another whole: an alert of any length can be told of."""

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Topic(Generic[E]):
    """One topic as it must be."""

    name: str
    model: type[E]
    key: str
    """What the key is, for the docs."""
    doc: str
    partitions: int = 3
    cleanup: Literal["delete", "compact"] = "delete"
    retention: timedelta | None = None
    """None for compacted topics."""
    max_record_bytes: int = MAX_RECORD_BYTES
    """What we write and take of it."""
    also: tuple[type[Event], ...] = ()
    """Further models that stand on it; the record's `ce_type` tells which it is."""

    @property
    def models(self) -> tuple[type[Event], ...]:
        """Everything that stands on it."""
        return (self.model, *self.also)

    def config(self) -> dict[str, str]:
        """The broker's own names for what is declared."""
        config = {"cleanup.policy": self.cleanup, "max.message.bytes": str(BROKER_RECORD_BYTES)}
        if self.retention is not None:
            config["retention.ms"] = str(int(self.retention.total_seconds() * 1000))
        if self.cleanup == "compact":
            config |= _COMPACTION
        return config


_DAY = timedelta(days=1)

_COMPACTION = {"segment.bytes": str(32 * 1024 * 1024), "min.cleanable.dirty.ratio": "0.2"}
"""The segment that is written to is never compacted: by the broker's own default of 1 GiB a restart would read every
version of the last week."""

ARTICLES = Topic("articles", Article, "article id", "What the feeds said, as text.", retention=7 * _DAY)
ARTICLES_TAGGED = Topic(
    "articles.tagged", TaggedArticle, "article id", "Who is in each article and what it is about.", retention=30 * _DAY
)
MENTIONS = Topic(
    "mentions",
    Mention,
    "watch id",
    "One watch met by one article. Also, in every partition, that an article was revised.",
    retention=7 * _DAY,
    also=(ArticleRevised,),
)
ALERTS = Topic(
    "alerts", Alert, "watch id", "What rang. Read it with isolation level read_committed.", retention=90 * _DAY
)
CANARY = Topic(
    "canary",
    Alert,
    "watch id",
    "What rang for the articles that are made here to see whether the line works. People are told nothing of it.",
    retention=_DAY,
)
INGESTION_STATE = Topic(
    "ingestion.state",
    SourceState,
    "source id",
    "What was fetched already. A partition is the least share of the sources that one process takes.",
    partitions=12,
    cleanup="compact",
)
ALERTING_STATE = Topic(
    "alerting.state",
    Remembered,
    "watch id / what it is",
    "What decide remembers of each watch. A record stands in the partition of its watch's mentions.",
    cleanup="compact",
)
WATCHES = Topic(
    "watches",
    WatchDefinition,
    "watch id",
    "Watches that are added by message; those in files win.",
    partitions=1,
    cleanup="compact",
)
CONFIGURATION_CHANGES = Topic(
    "configuration.changes",
    ConfigurationChange,
    "stage / part",
    "What was in force since when, and what was refused.",
    partitions=1,
    retention=90 * _DAY,
)
SOURCE_INCIDENTS = Topic(
    "sources.incidents",
    SourceIncident,
    "source id",
    "That something is the matter with a source, and that it is over.",
    retention=90 * _DAY,
)
ACKNOWLEDGEMENTS = Topic(
    "acknowledgements",
    Acknowledgement,
    "alert id",
    "What people do about alerts: acknowledge, assign, note.",
    retention=90 * _DAY,
)
FEEDBACK = Topic("feedback", Feedback, "alert id", "What people say of alerts.", retention=90 * _DAY)
NOTIFICATIONS = Topic(
    "notifications",
    Notification,
    "watch id",
    "Which alert goes to which channel. A record stands in the partition of its alert.",
    retention=30 * _DAY,
    max_record_bytes=MAX_RECORD_BYTES + ENVELOPE_BYTES,
)
CHANNEL_STATE = Topic(
    "channels.state",
    ChannelState,
    "channel id",
    "How each channel fares.",
    partitions=1,
    cleanup="compact",
)
CHANNEL_INCIDENTS = Topic(
    "channels.incidents",
    ChannelIncident,
    "channel id",
    "That a channel takes nothing any more, and that it does again.",
    partitions=1,
    retention=90 * _DAY,
)
DELIVERIES = Topic(
    "deliveries", Delivery, "alert id", "Each attempt at a channel, and its outcome.", retention=30 * _DAY
)
DEAD_LETTERS = Topic(
    "dead-letters",
    DeadLetter,
    "origin",
    "Records set aside, with the reason; a record without a value says that the one of its key was sent again.",
    partitions=1,
    retention=30 * _DAY,
)

TOPICS: tuple[Topic[Any], ...] = (
    ARTICLES,
    ARTICLES_TAGGED,
    MENTIONS,
    ALERTS,
    CANARY,
    INGESTION_STATE,
    ALERTING_STATE,
    WATCHES,
    CONFIGURATION_CHANGES,
    SOURCE_INCIDENTS,
    ACKNOWLEDGEMENTS,
    FEEDBACK,
    NOTIFICATIONS,
    CHANNEL_STATE,
    CHANNEL_INCIDENTS,
    DELIVERIES,
    DEAD_LETTERS,
)


def alert_topic(name: str) -> Topic[Alert]:
    """The topic of the watches that name it, `alerts.<name>`."""
    return replace(ALERTS, name=f"{ALERTS.name}.{name}", doc=f"The alerts of the watches with topic {name}.")


def declared(named: Iterable[str] = ()) -> tuple[Topic[Any], ...]:
    """All topics of an installation whose watches name these topics of their own."""
    return TOPICS + tuple(alert_topic(name) for name in sorted(set(named)))


def bound_of(name: str) -> int:
    """How many bytes a record of the topic of this name may have."""
    return _BOUNDS.get(name, MAX_RECORD_BYTES)


_BOUNDS = {topic.name: topic.max_record_bytes for topic in TOPICS}
