"""What one channel reads of `notifications`, and how far it has got.

A partition that is taken over is read from the first notification that is not done; what became of it and of those
behind it is read from `deliveries` first (journal.py). An offset is committed when everything below it is done and that
is written.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, KafkaTimeoutError
from aiokafka.structs import ConsumerRecord

from schemas import Notification
from services.alerting.notify.addressed import is_addressed_to
from services.alerting.notify.errand import Place
from services.alerting.notify.journal import Journal
from services.alerting.notify.read_back import ReadBack
from services.alerting.notify.unfinished import Unfinished
from services.backbone.clients import Writer
from services.backbone.consume import commit
from services.backbone.dead_letters import set_aside
from services.backbone.errors import RecordError
from services.backbone.lag import Lag
from services.backbone.record import decode
from services.backbone.telemetry import logger
from services.backbone.topics import DELIVERIES, NOTIFICATIONS

POLL_SECONDS: Final = 0.5
CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""By how much the clocks of two machines may: a delivery is never sought later than it was written."""

log = logger()

Batches = dict[TopicPartition, list[ConsumerRecord]]


class Fresh(NamedTuple):
    """A notification of the channel that has to be begun."""

    place: Place
    record: ConsumerRecord
    notification: Notification


@dataclass(slots=True)
class _Share:
    """One partition at work."""

    unfinished: Unfinished
    goal: int
    """Where it ended when it was taken over."""
    committed: int | None = None


class Intake:
    """One channel's."""

    def __init__(
        self,
        stage: str,
        channel: str,
        consumer: AIOKafkaConsumer,
        back: ReadBack,
        writer: Writer,
        look_back: timedelta,
        lost: Callable[[Collection[int]], None],
    ) -> None:
        """
        Args:
            stage: names the channel in logs and metrics.
            channel: whose notifications are wanted.
            consumer: started, of the channel's group.
            back: reads the deliveries.
            writer: where dead letters go.
            look_back: deliveries of so long ago are wanted at least.
            lost: is told of partitions that are another instance's now.
        """
        self.journal = Journal()
        self._stage = stage
        self._lag = Lag(stage.partition(".")[0], stage)
        self._channel = channel
        self._consumer = consumer
        self._back = back
        self._writer = writer
        self._look_back = look_back
        self._lost = lost
        self._shares: dict[int, _Share] = {}

    @property
    def is_at_work(self) -> bool:
        """Whether it has been given anything to read."""
        return bool(self._shares)

    @property
    def partitions(self) -> frozenset[int]:
        """Those that it reads."""
        return frozenset(self._shares)

    @property
    def has_caught_up(self) -> bool:
        """Whether all is read that was there when the partitions were taken over."""
        return all(share.unfinished.reached >= share.goal for share in self._shares.values())

    @property
    def is_behind(self) -> bool:
        """Whether there is something to read."""
        return any(share.unfinished.reached < self._end(number) for number, share in self._shares.items())

    async def fetch(self, most: int) -> list[Fresh]:
        """Wait for the next notifications, for a moment; at most so many. 0 reads nothing but keeps the partitions."""
        consumer = self._consumer
        if most > 0:
            consumer.resume(*consumer.paused())
            batches = await consumer.getmany(timeout_ms=int(POLL_SECONDS * 1000), max_records=most)
        else:
            consumer.pause(*consumer.assignment())
            batches = await consumer.getmany(timeout_ms=0, max_records=1)  # a sign of life to the group
        assigned = {partition.partition for partition in consumer.assignment()}
        if lost := self._shares.keys() - assigned:
            self._leave(lost)
        if (new := assigned - self._shares.keys()) and not await self._may_take_over(new, batches):
            batches = {partition: batch for partition, batch in batches.items() if partition.partition not in new}
        fresh = [each for records in batches.values() for record in records for each in await self._begin(record)]
        if not batches:
            await self._reach()
        return fresh

    def done(self, place: Place) -> None:
        """A notification has ended, and that is written."""
        if (share := self._shares.get(place[0])) is not None:
            share.unfinished.done(place[1])

    async def again(self, places: Sequence[Place]) -> list[Fresh]:
        """Notifications that were begun, and are read once more. One that stands there no more needs nothing.

        Raises:
            BrokerUnavailable: the broker does not answer.
        """
        fresh = [
            Fresh((record.partition, record.offset), record, decode(NOTIFICATIONS, record))
            async for record in self._back.these(NOTIFICATIONS.name, places)
        ]
        for place in set(places) - {each.place for each in fresh}:
            self.done(place)
        return fresh

    async def look_ahead(self) -> None:
        """Let `has_caught_up` mean where the partitions end now."""
        partitions = [TopicPartition(NOTIFICATIONS.name, each) for each in self._shares]
        ends = await self._consumer.end_offsets(partitions) if partitions else {}
        for partition, end in ends.items():
            self._shares[partition.partition].goal = end

    async def commit(self) -> None:
        """Commit what is done, and tell what is not."""
        done = {
            TopicPartition(NOTIFICATIONS.name, number): share.unfinished.committable
            for number, share in self._shares.items()
            if share.unfinished.committable != share.committed
        }
        if await commit(self._stage, self._consumer, done):
            for partition, offset in done.items():
                if (committed := self._shares.get(partition.partition)) is not None:
                    committed.committed = offset
        for number, share in self._shares.items():
            lag = max(0, self._end(number) - share.unfinished.committable)
            self._lag.show((NOTIFICATIONS.name, number), lag)

    def close(self) -> None:
        """Forget all partitions."""
        self._leave(self._shares.keys())

    def _leave(self, numbers: Collection[int]) -> None:
        numbers = frozenset(numbers)
        for number in numbers:
            del self._shares[number]
        self._lag.keep([(NOTIFICATIONS.name, number) for number in self._shares])
        self._lost(numbers)

    def _end(self, number: int) -> int:
        partition = TopicPartition(NOTIFICATIONS.name, number)
        if partition not in self._consumer.assignment():  # lost meanwhile; `highwater` only asserts that it was not
            return 0
        return self._consumer.highwater(partition) or 0

    async def _may_take_over(self, new: Collection[int], batches: Batches) -> bool:
        """Take partitions over; where the broker is away they are read once more from where they were."""
        first = {
            partition.partition: records[0] for partition, records in batches.items() if partition.partition in new
        }
        try:
            await self._take_over(new, first)
        except KafkaError as error:
            if not error.retriable and not isinstance(error, KafkaTimeoutError):
                raise
            log.warning("channel.waits_for_broker", channel=self._channel, error=str(error) or type(error).__name__)
            for record in first.values():
                with contextlib.suppress(IllegalStateError):  # it was lost meanwhile
                    self._consumer.seek(TopicPartition(record.topic, record.partition), record.offset)
            await asyncio.sleep(POLL_SECONDS)
            return False
        return True

    async def _take_over(self, numbers: Collection[int], read: dict[int, ConsumerRecord]) -> None:
        """Find out how far the notifications got that are not done in these partitions."""
        consumer, since = self._consumer, datetime.now(UTC) - self._look_back
        partitions = [TopicPartition(NOTIFICATIONS.name, number) for number in numbers]
        try:
            ends = await consumer.end_offsets(partitions)
            begin = {
                each: first.offset if (first := read.get(each.partition)) else await consumer.position(each)
                for each in partitions
            }
        except IllegalStateError:  # lost already; what is left is taken over with the next fetch
            return
        for partition in partitions:
            if begin[partition] < ends[partition]:
                first = read.get(partition.partition) or await self._back.first(partition, begin[partition])
                if first is not None:
                    since = min(since, datetime.fromtimestamp(first.timestamp / 1000, UTC) - CLOCKS_DIFFER)
        if self._look_back or any(begin[each] < ends[each] for each in partitions):
            async for record in self._back.since(DELIVERIES.name, since):
                self._recall(record)
        for partition in partitions:
            self._shares[partition.partition] = share = _Share(Unfinished(), ends[partition])
            share.unfinished.reach(begin[partition])
        log.info("channel.takes_over", channel=self._channel, partitions=sorted(numbers))

    def _recall(self, record: ConsumerRecord) -> None:
        if not is_addressed_to(record, self._channel):
            return
        with contextlib.suppress(RecordError):  # it tells nothing; a notification that it spoke of is told again
            delivery = decode(DELIVERIES, record)
            if delivery.channel == self._channel:
                self.journal.take(delivery)

    async def _begin(self, record: ConsumerRecord) -> list[Fresh]:
        """The notification of a record, if it is one that has to be begun."""
        share = self._shares.get(record.partition)
        if share is None or not share.unfinished.begin(record.offset):
            return []
        try:
            if is_addressed_to(record, self._channel):
                notification = decode(NOTIFICATIONS, record)
                if notification.channel == self._channel and not self.journal.has_ended(notification.event_id):
                    return [Fresh((record.partition, record.offset), record, notification)]
        except RecordError as error:
            await self._writer.write([set_aside(record, error, self._stage)])
        share.unfinished.done(record.offset)
        return []

    async def _reach(self) -> None:
        """Pass over what holds no records: marks of transactions, or what retention has taken."""
        with contextlib.suppress(IllegalStateError):  # it was lost meanwhile
            for number, share in self._shares.items():
                share.unfinished.reach(await self._consumer.position(TopicPartition(NOTIFICATIONS.name, number)))
