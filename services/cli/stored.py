"""Stored topics: what was written to one in a stretch of time, in the order of time, to where it ends now.

A topic may be of any length, so what was read is handed on one by one: of each partition a few records are held, never
all. A record that cannot be read is told on standard error and passed over.
"""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas import Event
from services.backbone.beginning import starts_since
from services.backbone.canary import is_canary
from services.backbone.clients import new_consumer, partitions_of
from services.backbone.errors import RecordError
from services.backbone.keyed_state import partition_of
from services.backbone.record import decode, decode_any
from services.backbone.settings import KafkaSettings
from services.backbone.topics import CANARY, E, Topic
from services.cli.connection import connected

HELD: Final = 200
"""Records of one partition that wait for those of the others."""
_WAIT_MS: Final = 500


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a topic: of each partition from the first offset to below the second."""

    bounds: Mapping[TopicPartition, tuple[int, int]]

    @property
    def size(self) -> int:
        """Records in it, or a few less: a transaction takes an offset too."""
        return sum(end - start for start, end in self.bounds.values())

    def newest(self, most: int) -> "Stretch":
        """Of each partition its newest records, so many at most."""
        return Stretch({where: (max(start, end - most), end) for where, (start, end) in self.bounds.items()})


@asynccontextmanager
async def opened(kafka: KafkaSettings) -> AsyncIterator["Stored"]:
    """What is stored on a broker, for the block.

    Raises:
        BrokerUnavailable: no broker answers.
    """
    async with connected(new_consumer(kafka), kafka) as consumer:
        yield Stored(consumer)


class Stored:
    """What is stored on a broker, as a `read_committed` subscriber sees it. Read one stretch to its end, or close it,
    before the next: they share a consumer."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    async def stretch(
        self, topic: str, since: datetime | None = None, placed_by: Collection[str] | None = None
    ) -> Stretch:
        """What stands in a topic now.

        Args:
            topic: its name.
            since: only what was written from then on; None for all that is kept.
            placed_by: only the partitions into which these keys lead.

        Raises:
            TopicMismatch: there is no such topic.
        """
        partitions = await partitions_of(self._consumer, topic)
        if placed_by is not None:
            places = {partition_of(key, len(partitions)) for key in placed_by}
            partitions = [where for where in partitions if where.partition in places]
        ends = await self._consumer.end_offsets(partitions)
        if since is None:
            starts = await self._consumer.beginning_offsets(partitions)
        else:
            starts = await starts_since(self._consumer, ends, since)
        return Stretch({where: (starts[where], ends[where]) for where in partitions if starts[where] < ends[where]})

    async def records(self, stretch: Stretch) -> AsyncGenerator[ConsumerRecord, None]:
        """The records of a stretch in the order of their time; those of the canary on its own topic only."""
        waiting: dict[TopicPartition, deque[ConsumerRecord]] = {where: deque() for where in stretch.bounds}
        self._consumer.assign(list(waiting))
        for where, (start, _) in stretch.bounds.items():
            self._consumer.seek(where, start)
        while await self._filled(waiting, stretch):
            record = min(waiting.values(), key=_moment).popleft()
            if record.topic == CANARY.name or not is_canary(record.key):
                yield record

    async def _filled(self, waiting: dict[TopicPartition, deque[ConsumerRecord]], stretch: Stretch) -> bool:
        """Fetch until of every partition something waits; one that is at its end goes.

        Returns:
            Whether any is left.
        """
        while empty := [where for where, records in waiting.items() if not records]:
            for where in empty:
                if await self._consumer.position(where) >= stretch.bounds[where][1]:
                    del waiting[where]
                    self._consumer.pause(where)
            if not (lacking := [where for where in empty if where in waiting]):
                break
            fetched = await self._consumer.getmany(*lacking, timeout_ms=_WAIT_MS, max_records=HELD)
            for where, records in fetched.items():
                end = stretch.bounds[where][1]
                waiting[where].extend(record for record in records if record.offset < end)
        return bool(waiting)

    async def events(
        self,
        topic: Topic[E],
        since: datetime | None = None,
        keys: Collection[str] | None = None,
        wanted: Callable[[ConsumerRecord], bool] | None = None,
    ) -> AsyncGenerator[tuple[ConsumerRecord, E], None]:
        """The events of a topic.

        Args:
            topic: which.
            since: only what was written from then on.
            keys: only what has one of these keys.
            wanted: asked of a record before it is read as an event.

        Raises:
            TopicMismatch: there is no such topic.
        """
        stretch = await self.stretch(topic.name, since, keys)
        only = None if keys is None else {key.encode() for key in keys}
        async with aclosing(self.records(stretch)) as records:
            async for record in records:
                if record.value is None or (only is not None and record.key not in only):
                    continue
                if wanted is None or wanted(record):
                    event = read(topic, record)
                    if event is not None:
                        yield record, event


def read(topic: Topic[E], record: ConsumerRecord) -> E | None:
    """The event of a record; None, and a word on standard error, where it is none. A record without a value is none,
    and nothing is said of it."""
    if record.value is None:
        return None
    try:
        return decode(topic, record)
    except RecordError as error:
        _tell(record, error)
        return None


def read_any(topic: Topic[Any], record: ConsumerRecord) -> Event | None:
    """The same for a topic that holds several kinds of events."""
    if record.value is None:
        return None
    try:
        return decode_any(topic, record)
    except RecordError as error:
        _tell(record, error)
        return None


def written_at(record: ConsumerRecord) -> datetime:
    """When a record was written, by the clock of who wrote it."""
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)


def _tell(record: ConsumerRecord, error: RecordError) -> None:
    typer.echo(f"{record.topic}[{record.partition}]@{record.offset}: {error}", err=True)


def _moment(waiting: deque[ConsumerRecord]) -> tuple[int, int]:
    return waiting[0].timestamp, waiting[0].partition
