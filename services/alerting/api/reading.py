"""Reads `alerts`, `acknowledgements` and `feedback` into the store and the tail. Every instance reads all of them.

A batch is in the store before it is in the tail: whatever a listener was given, they can resume from the store.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord

from services.alerting.api.positions import Position
from services.alerting.api.schema import StoreFull
from services.alerting.api.store import Store
from services.alerting.api.tail import Tail
from services.alerting.api.writing import Log, Mark, Written, digest_of
from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.errors import BrokerUnavailable, TopicMismatch
from services.backbone.process import Process, unless
from services.backbone.telemetry import RECORDS, STAGE_SECONDS, logger
from services.backbone.topics import ACKNOWLEDGEMENTS, ALERTS, FEEDBACK

TOPICS: Final = (ALERTS, ACKNOWLEDGEMENTS, FEEDBACK)
BATCH_RECORDS: Final = 1_000
POLL_MS: Final = 250
LOOK_SECONDS: Final = 15.0
CUT_SECONDS: Final = 3_600.0
AGAIN_SECONDS: Final = 5.0
BROKER_SECONDS: Final = 5.0
LAST_RECORD_SECONDS: Final = 30.0

log = logger()


class TopicReplaced(TopicMismatch):
    """A topic is not the one that was read so far; a restart makes the store anew."""


class AlertsReading:
    """The one consumer of this process."""

    def __init__(self, process: Process, store: Store) -> None:
        """Read into this store."""
        self._process = process
        self._store = store
        self._consumer = new_consumer(
            process.settings.kafka, auto_offset_reset="none", fetch_max_wait_ms=POLL_MS, max_poll_records=BATCH_RECORDS
        )
        self._alerts: list[TopicPartition] = []
        self._partitions: list[TopicPartition] = []
        self.tail: Tail

    async def catch_up(self) -> None:
        """Read to where the topics end now; from the beginning where the store is of other topics than these.

        Raises:
            TopicMismatch: one does not exist.
            StoreFull, StoreBroken
        """
        consumer, stopping = self._consumer, self._process.stopping
        self._process.stack.push_async_callback(stop_client, consumer)
        await consumer.start()
        for topic in TOPICS:
            self._partitions += await partitions_of(consumer, topic.name)
        self._alerts = [partition for partition in self._partitions if partition.topic == ALERTS.name]
        begins = await consumer.beginning_offsets(self._partitions)
        ends = await consumer.end_offsets(self._partitions)
        consumer.assign(self._partitions)
        for partition in self._partitions:
            consumer.seek(partition, begins[partition])
        if (other := await self._other(begins, ends)) is not None:
            self._store.make_anew(other)
        await self._store.begin({Log(*partition): begins[partition] for partition in self._partitions})
        for partition, mark in self._marks().items():
            consumer.seek(partition, mark.next)
        while not stopping.is_set() and any(mark.next < ends[partition] for partition, mark in self._marks().items()):
            await self._read_some()
        self.tail = Tail(self._head())

    async def follow(self) -> None:
        """Read on, until the process stops.

        Raises:
            TopicReplaced: one was deleted and made anew.
            StoreBroken
        """
        process, cut_at = self._process, 0.0
        process.progress.started()
        looking = asyncio.ensure_future(self._look())
        process.stack.callback(looking.cancel)
        try:
            while not process.stopping.is_set():
                try:
                    written = await self._read_some()
                except KafkaError as error:
                    log.warning("alerts.wait", error=str(error) or type(error).__name__)
                    await process.sleep(1)
                    continue
                self.tail.add(written, self._head())
                if time.monotonic() >= cut_at:
                    cut_at = time.monotonic() + CUT_SECONDS
                    await self._cut()
        finally:
            self.tail.close()

    async def ends(self) -> Position:
        """Where the partitions of `alerts` end.

        Raises:
            BrokerUnavailable: it does not answer in time.
        """
        try:
            async with asyncio.timeout(BROKER_SECONDS):
                ends = await self._consumer.end_offsets(self._alerts)
        except (TimeoutError, KafkaError) as error:
            raise BrokerUnavailable.at(self._process.settings.kafka.bootstrap_servers, error) from None
        return Position(tuple(ends[partition] for partition in self._alerts))

    async def _read_some(self) -> list[Written]:
        """Take over what comes next; where there is no room for it, wait with it."""
        consumer, process = self._consumer, self._process
        try:
            batches = await unless(process.stopping, consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS))
        except OffsetOutOfRangeError as error:
            raise TopicReplaced(
                f"what comes next is not there any more ({error}): a topic was made anew, or emptied; the process "
                "ends, and makes its store anew when it is started again"
            ) from None
        records = [record for batch in (batches or {}).values() for record in batch]
        nexts = {Log(*partition): await consumer.position(partition) for partition in self._partitions}
        moved = any(self._store.marks[log_].next != offset for log_, offset in nexts.items())
        written = await self._taken(records, nexts) if moved else []
        self._observe()
        return written

    async def _taken(self, records: Sequence[ConsumerRecord], nexts: Mapping[Log, int]) -> list[Written]:
        began, process, is_full = time.perf_counter(), self._process, False
        while not process.stopping.is_set():
            try:
                written = await self._store.take(records, nexts)
            except StoreFull as error:
                log.error("store.full", error=str(error), again_in_seconds=AGAIN_SECONDS)
                process.progress.waiting("room for the store")
                is_full = True
                await process.sleep(AGAIN_SECONDS)
            else:
                if is_full:
                    process.progress.started()
                if records:
                    RECORDS.labels(process.stage, "handled").inc(len(records))
                    STAGE_SECONDS.labels(process.stage).observe((time.perf_counter() - began) / len(records))
                return written
        return []

    async def _other(self, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> str | None:
        """Why the store is not of these topics; None where it is."""
        marks = self._marks()
        if len(marks) < len(self._store.marks):
            return "a topic has fewer partitions than were read"
        for partition, mark in marks.items():
            begin, end, name = begins[partition], ends[partition], f"{partition.topic}[{partition.partition}]"
            if not begin <= mark.next <= end:
                return f"{name} reaches from {begin} to {end} and was read up to {mark.next}"
            if mark.last is not None and mark.last >= begin and not await self._is_at(partition, mark):
                return f"{name} has another record at {mark.last} than was read"
        return None

    async def _is_at(self, partition: TopicPartition, mark: Mark) -> bool:
        """Whether the last record that was read is where it was."""
        self._consumer.seek(partition, mark.last)
        async with asyncio.timeout(LAST_RECORD_SECONDS):
            record = await self._consumer.getone(partition)
        return record.offset == mark.last and digest_of(record) == mark.digest

    async def _cut(self) -> None:
        """Remove what the topic does not promise to keep any more."""
        assert ALERTS.retention is not None  # noqa: S101 - it is declared
        try:
            while await self._store.cut(datetime.now(UTC) - ALERTS.retention):
                pass
        except StoreFull as error:
            log.error("store.full", error=str(error))

    async def _look(self) -> None:
        """Ask the broker where partitions end: a consumer that stopped fetching does not know (aiokafka's 1037)."""
        while not self._process.stopping.is_set():
            await self._process.sleep(LOOK_SECONDS)
            with suppress(TimeoutError, KafkaError, IllegalStateError):
                async with asyncio.timeout(LOOK_SECONDS):
                    self._observe(await self._consumer.end_offsets(self._partitions))

    def _observe(self, ends: Mapping[TopicPartition, int] | None = None) -> None:
        for partition, mark in self._marks().items():
            end = self._consumer.last_stable_offset(partition) if ends is None else ends[partition]
            if end is not None:
                self._process.progress.observe((partition.topic, partition.partition), mark.next, end)

    def _marks(self) -> dict[TopicPartition, Mark]:
        marks = self._store.marks
        return {partition: marks[Log(*partition)] for partition in self._partitions if Log(*partition) in marks}

    def _head(self) -> Position:
        return Position(tuple(self._store.marks[Log(*partition)].next for partition in self._alerts))
