"""All that is stored of one article and one watch, gathered from the topics."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas import Alert, Article, DeadLetter, Mention, TaggedArticle
from services.alerting.decide.memory import Memory
from services.backbone.clients import new_consumer
from services.backbone.settings import Settings
from services.backbone.topics import (
    ALERTING_STATE,
    ALERTS,
    ARTICLES,
    ARTICLES_TAGGED,
    DEAD_LETTERS,
    MENTIONS,
    Topic,
)
from services.cli.connection import connected
from services.cli.stored import Stored, read_any, written_at
from services.cli.why.sent import Sent, sent

READERS: Final[dict[str, str]] = {
    ARTICLES.name: "tagging",
    ARTICLES_TAGGED.name: "match",
    MENTIONS.name: "decide",
}
"""Each topic that an article goes through, and the stage that reads it."""


@dataclass(slots=True)
class Trail:
    """What is stored, each kind in the order of time."""

    id: str
    """The article's."""
    watch: str
    articles: dict[str, Article] = field(default_factory=dict)
    """The revisions, by their event ids."""
    tagged: TaggedArticle | None = None
    """The newest."""
    mentions: list[Mention] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    """All records of the alerts that have to do with it."""
    written: dict[str, datetime] = field(default_factory=dict)
    """When each of these was written, by its event id."""
    places: dict[str, str] = field(default_factory=dict)
    """Where each of these stands, by its event id: as a dead letter of it would name that."""
    sent: Sent = field(default_factory=Sent)
    """What is stored of their way to the channels."""
    letters: list[DeadLetter] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    """What `decide` remembers of it and of the watch's stories and queues."""
    last: dict[str, TopicPartition] = field(default_factory=dict)
    """Of each topic that it went through, where its newest record stands ..."""
    offsets: dict[str, int] = field(default_factory=dict)
    """... and at which offset."""
    read: dict[str, bool] = field(default_factory=dict)
    """Of each of these, whether the stage that reads it has read that record."""

    @property
    def article(self) -> Article | None:
        """The newest revision."""
        return max(self.articles.values(), key=lambda article: article.seen_at, default=None)

    def is_read(self, topic: str) -> bool:
        """Whether the stage behind a topic has read the article there."""
        return self.read.get(topic, True)

    def letters_of(self, topic: str) -> list[str]:
        """Why records of it were set aside that had come by this topic."""
        return [letter.error for letter in self.letters if letter.origin_topic == topic]

    def letters_of_alert(self, alert: Alert | None) -> list[str]:
        """Why the record of an alert was set aside."""
        place = self.places.get(alert.event_id) if alert is not None else None
        return [letter.error for letter in self.letters if letter.event_id == place]

    def passed_by(self, topic: str, record: ConsumerRecord) -> None:
        """Take note of where a record of it stands."""
        self.last[topic] = TopicPartition(topic, record.partition)
        self.offsets[topic] = record.offset


async def gathered(stored: Stored, settings: Settings, ids: Sequence[str], watch: str) -> Trail:
    """Gather what is stored.

    Args:
        stored: what is on the broker.
        settings: of the installation.
        ids: that the article can have; it is the first of which anything is stored.
        watch: the watch's id.

    Raises:
        TopicMismatch: a topic is missing.
    """
    trails = {id_: Trail(id_, watch) for id_ in ids}
    async for record, article in stored.events(ARTICLES, keys=ids):
        if (trail := trails.get(article.id)) is not None:
            trail.articles[article.event_id] = article
            trail.passed_by(ARTICLES.name, record)
    async for record, tagged in stored.events(ARTICLES_TAGGED, keys=ids):
        if (trail := trails.get(tagged.article.id)) is not None:
            trail.tagged = tagged
            trail.articles[tagged.article.event_id] = tagged.article
            trail.passed_by(ARTICLES_TAGGED.name, record)
    async for record, mention in _mentions(stored, ids, watch):
        trails[mention.article.id].mentions.append(mention)
        trails[mention.article.id].passed_by(MENTIONS.name, record)
    found = next((trail for trail in trails.values() if trail.last), trails[ids[0]])
    await _remember(stored, found)
    alerts = [(record, alert) for record, alert in await _ring(stored, found) if _is_told_of(alert, found.id)]
    found.sent = await sent(stored, settings, watch, alerts)
    async for _, letter in stored.events(DEAD_LETTERS):
        if _concerns(letter, found.id):
            found.letters.append(letter)
    found.read = await _read(settings, found)
    return found


def _holds(ids: Iterable[str], value: bytes | None) -> bool:
    return value is not None and any(f'"{one}"'.encode() in value for one in ids)


async def _mentions(stored: Stored, ids: Sequence[str], watch: str) -> AsyncIterator[tuple[ConsumerRecord, Mention]]:
    async for record in _of_watch(stored, MENTIONS, watch):
        if record.key == watch.encode() and _holds(ids, record.value):
            event = read_any(MENTIONS, record)
            if isinstance(event, Mention) and event.article.id in ids:
                yield record, event


async def _of_watch(stored: Stored, topic: Topic[Any], watch: str) -> AsyncIterator[ConsumerRecord]:
    """The records of the partition in which a watch's stand."""
    stretch = await stored.stretch(topic.name, placed_by=[watch])
    async with aclosing(stored.records(stretch)) as records:
        async for record in records:
            yield record


async def _remember(stored: Stored, trail: Trail) -> None:
    """Take in what `decide` remembers of the article and of the watch's stories and queues. The records stand in the
    partition of the watch's mentions."""
    mine = tuple(f"{trail.watch}/{part}".encode() for part in (f"article/{trail.id}", "story/", "queue/"))
    rows = [
        (record.key, record.value, record.offset)
        async for record in _of_watch(stored, ALERTING_STATE, trail.watch)
        if record.key is not None and record.key.startswith(mine)
    ]
    trail.memory.restore(rows)


async def _ring(stored: Stored, trail: Trail) -> list[tuple[ConsumerRecord, Alert]]:
    """Take in the alerts that the article made or joined, and those that stand for them.

    Returns:
        They, with the records that they stand in.
    """
    named = {alert.id async for _, alert in stored.events(ALERTS, keys=[trail.watch], wanted=_naming([trail.id]))}
    if (story := trail.memory.story_of(trail.watch, trail.id)) is not None:
        named.add(story[1].alert_id)
    if not named:
        return []
    found = [each async for each in stored.events(ALERTS, keys=[trail.watch], wanted=_naming(named))]
    for record, alert in found:
        trail.alerts.append(alert)
        trail.written[alert.event_id] = written_at(record)
        trail.places[alert.event_id] = f"{record.topic}.{record.partition}.{record.offset}"
    return found


def _is_told_of(alert: Alert, article_id: str) -> bool:
    """Whether its way to the channels is of interest: of the updates only that of those that the article made."""
    return alert.action == "ring" or (alert.article is not None and alert.article.id == article_id)


def _naming(ids: Collection[str]) -> Callable[[ConsumerRecord], bool]:
    return lambda record: _holds(ids, record.value)


def _concerns(letter: DeadLetter, article_id: str) -> bool:
    return article_id.encode() in (letter.origin_key or b"") or _holds([article_id], letter.origin_value)


async def _read(settings: Settings, trail: Trail) -> dict[str, bool]:
    """Whether the stages have read what stands before them."""
    read = {}
    for topic, where in trail.last.items():
        consumer = new_consumer(settings.kafka, group=settings.group(READERS[topic]))
        async with connected(consumer, settings.kafka):  # it asks for the group's place, and joins nobody
            read[topic] = (await consumer.committed(where) or 0) > trail.offsets[topic]
    return read
