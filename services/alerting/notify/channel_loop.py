"""One channel: its alerts from `alerts`, up to 64 in flight, each with a retry timer; every attempt on `deliveries`.

Each channel is a consumer group of its own, so a dead one holds up nobody else. An offset is committed when everything
below it is done and that is written. Killed in between, alerts come again under the same id: at least once.

A channel that is new begins with the alerts of the last hour. Where 64 alerts wait, the channel reads no further until
one of them is done: nothing is dropped.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from aiokafka.structs import ConsumerRecord

from schemas import Alert, Delivery
from services.alerting.notify.channels.channel import Channel, Send
from services.alerting.notify.deliver import deliver
from services.alerting.notify.unfinished import Unfinished
from services.backbone.clients import Writer, new_consumer, partitions_of, stop_client
from services.backbone.consume import commit
from services.backbone.dead_letters import set_aside
from services.backbone.errors import RecordError
from services.backbone.process import Process, unless
from services.backbone.record import decode, encode, trace_of
from services.backbone.settings import KafkaSettings
from services.backbone.telemetry import CONSUMER_LAG, logger
from services.backbone.topics import ALERTS, DELIVERIES

MOST_IN_FLIGHT: Final = 64
POLL_SECONDS: Final = 0.5
STOP_SECONDS: Final = 5.0
"""What attempts in flight get to end when the channel is stopped."""
LOOK_BACK: Final = timedelta(hours=1)
"""How old an alert may be at most that a new channel begins with."""

log = logger()


class ChannelLoop:
    """One channel at work."""

    def __init__(
        self, process: Process, channel: Channel, is_routed: Callable[[Alert], Awaitable[bool]], writer: Writer
    ) -> None:
        """
        Args:
            process: the process that it runs in.
            channel: where alerts go.
            is_routed: whether an alert goes there.
            writer: where its deliveries are written.
        """
        self.channel = channel
        self.moved_at = time.monotonic()
        """When it last did something, or had nothing to do."""
        self._process = process
        self._is_routed = is_routed
        self._writer = writer
        self._stage = f"notify.{channel.config.id}"
        self._stopping = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], TopicPartition] = {}
        self._partitions: dict[TopicPartition, Unfinished] = {}
        self._committed: dict[TopicPartition, int] = {}

    def stop(self) -> None:
        """End it: attempts in flight may finish, those that wait are left to the next start."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            aiokafka.errors.KafkaError: one that waiting cannot mend.
        """
        kafka, group = self._process.settings.kafka, self._process.settings.group(self._stage)
        consumer = new_consumer(kafka, ALERTS.name, group=group)
        try:
            await unless(self._stopping, begin_group(kafka, group, datetime.now(UTC) - LOOK_BACK))
            await unless(self._stopping, consumer.start())
            async with self.channel.connect() as send:
                await self._follow(consumer, send)
        finally:
            await stop_client(consumer)

    async def _follow(self, consumer: AIOKafkaConsumer, send: Send) -> None:
        try:
            while not self._stopping.is_set():
                self._take_results()
                free = MOST_IN_FLIGHT - len(self._tasks)
                for partition, records in (await self._fetch(consumer, free)).items():
                    for record in records:
                        self._begin(partition, record, send)
                await self._reach(consumer)
                await self._commit(consumer)
                self._observe(consumer, waits_for_channel=free <= 0)
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            await self._commit(consumer)
        finally:
            for task in self._tasks:
                task.cancel()
            for partition in list(self._partitions):
                self._forget(partition)

    async def _fetch(self, consumer: AIOKafkaConsumer, free: int) -> dict[TopicPartition, list[ConsumerRecord]]:
        """The next alerts, at most as many as there is room for; without room, wait for some."""
        if free > 0:
            consumer.resume(*consumer.paused())
            fetching = consumer.getmany(timeout_ms=int(POLL_SECONDS * 1000), max_records=free)
        else:
            consumer.pause(*consumer.assignment())
            await asyncio.wait(self._tasks, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            fetching = consumer.getmany(timeout_ms=0, max_records=1)  # a sign of life to the group
        batches = await unless(self._stopping, fetching) or {}
        self._drop_lost(consumer)
        return batches

    def _begin(self, partition: TopicPartition, record: ConsumerRecord, send: Send) -> None:
        unfinished = self._partitions.setdefault(partition, Unfinished())
        if unfinished.begin(record.offset):
            self._tasks[asyncio.create_task(self._handle(record, send, unfinished))] = partition

    async def _handle(self, record: ConsumerRecord, send: Send, unfinished: Unfinished) -> None:
        stage, trace = self._process.stage, trace_of(record)

        async def write(delivery: Delivery) -> None:
            await self._writer.write([encode(DELIVERIES.name, delivery, stage, trace)])

        try:
            alert = decode(ALERTS, record)
        except RecordError as error:
            await self._writer.write([set_aside(record, error, stage)])
        else:
            if (
                alert.tells
                and await self._is_routed(alert)
                and not await deliver(alert, self.channel.config, send, write, self._stopping)
            ):
                return
        unfinished.done(record.offset)

    def _take_results(self) -> None:
        """Let go of what has ended; a failure ends the channel."""
        for task in [task for task in self._tasks if task.done()]:
            del self._tasks[task]
            if not task.cancelled():
                task.result()

    def _drop_lost(self, consumer: AIOKafkaConsumer) -> None:
        """Leave the partitions that are another instance's now to it."""
        for partition in self._partitions.keys() - consumer.assignment():
            for task in [task for task, its in self._tasks.items() if its == partition]:
                task.cancel()
            self._committed.pop(partition, None)
            self._forget(partition)

    def _forget(self, partition: TopicPartition) -> None:
        del self._partitions[partition]
        with contextlib.suppress(KeyError):  # its lag was never told
            CONSUMER_LAG.remove(self._stage, partition.topic, str(partition.partition))

    async def _reach(self, consumer: AIOKafkaConsumer) -> None:
        """Pass over the marks of transactions that stand behind the last alert."""
        with contextlib.suppress(IllegalStateError):  # it was lost meanwhile
            for partition, unfinished in self._partitions.items():
                unfinished.reach(await consumer.position(partition))

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        done = {
            partition: unfinished.committable
            for partition, unfinished in self._partitions.items()
            if unfinished.committable != self._committed.get(partition)
        }
        if await commit(self._stage, consumer, done):
            self._committed |= done

    def _observe(self, consumer: AIOKafkaConsumer, *, waits_for_channel: bool) -> None:
        behind = False
        for partition in self._partitions.keys() & consumer.assignment():
            unfinished, end = self._partitions[partition], consumer.highwater(partition) or 0
            lag = max(0, end - unfinished.committable)
            CONSUMER_LAG.labels(self._stage, partition.topic, str(partition.partition)).set(lag)
            behind = behind or unfinished.reached < end
        if waits_for_channel or not behind:
            self.moved_at = time.monotonic()


async def begin_group(kafka: KafkaSettings, group: str, since: datetime) -> None:
    """Let a group that has committed nothing begin with the alerts from `since` on."""
    consumer = new_consumer(kafka, group=group)
    try:
        await consumer.start()
        partitions = await partitions_of(consumer, ALERTS.name)
        consumer.assign(partitions)
        new = [partition for partition in partitions if await consumer.committed(partition) is None]
        if not new:
            return
        ends = await consumer.end_offsets(new)  # first: what is written from now on is after these
        found = await consumer.offsets_for_times(dict.fromkeys(new, int(since.timestamp() * 1000)))
        begin = {partition: place.offset if (place := found[partition]) else ends[partition] for partition in new}
        await consumer.commit(begin)
        log.info("channel.begins", group=group, since=since.isoformat(), offsets=list(begin.values()))
    except CommitFailedError as error:
        log.info("commit.superseded", stage=group, error=str(error))  # another instance was quicker
    finally:
        await stop_client(consumer)
