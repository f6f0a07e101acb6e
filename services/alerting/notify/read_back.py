"""Reads again what stands on a topic: a consumer without a group, opened when it is first needed."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from types import TracebackType
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from services.backbone.beginning import starts_since
from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.errors import BrokerUnavailable
from services.backbone.record import ConsumedRecord
from services.backbone.settings import KafkaSettings

POLL_MS: Final = 500
FETCH_BYTES: Final = 256 * 1024
"""Little: mostly it is one record that is wanted, and a larger one comes all the same."""
LEAP: Final = 500
"""Offsets that are passed over rather than read through."""
READ_AT_ONCE: Final = 100


class ReadBack:
    """One reader; who asks while it reads waits for his turn."""

    def __init__(self, kafka: KafkaSettings) -> None:
        """Read from this broker."""
        self._kafka = kafka
        self._consumer: AIOKafkaConsumer | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._consumer is not None:
            await stop_client(self._consumer)

    async def at(self, topic: str, partition: int, offset: int) -> ConsumedRecord | None:
        """The record at this place; None where it stands there no more.

        Raises:
            BrokerUnavailable: the broker does not answer.
        """
        try:
            record = await self.first(TopicPartition(topic, partition), offset)
        except KafkaError as error:
            raise BrokerUnavailable(f"it cannot be read again: {error}") from error
        return record if record is not None and record.offset == offset else None

    async def first(self, partition: TopicPartition, offset: int) -> ConsumerRecord | None:
        """The first record at this offset or after it; None where the partition ends there.

        Raises:
            aiokafka.errors.KafkaError: the broker does not answer.
        """
        async with self._turn:
            consumer = await self._opened()
            consumer.assign([partition])
            consumer.seek(partition, offset)
            end = (await consumer.end_offsets([partition]))[partition]
            while await consumer.position(partition) < end:
                for records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=1)).values():
                    return records[0]
            return None

    async def these(self, topic: str, places: Iterable[tuple[int, int]]) -> AsyncIterator[ConsumerRecord]:
        """The records at these places (partition, offset) that still stand there, partition by partition.

        Raises:
            BrokerUnavailable: the broker does not answer.
        """
        wanted: dict[TopicPartition, set[int]] = {}
        for partition, offset in places:
            wanted.setdefault(TopicPartition(topic, partition), set()).add(offset)
        async with self._turn:
            try:
                for each, offsets in wanted.items():
                    async for record in self._read(await self._opened(), each, offsets):
                        yield record
            except KafkaError as error:
                raise BrokerUnavailable(f"it cannot be read again: {error}") from error

    async def _read(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, offsets: set[int]
    ) -> AsyncIterator[ConsumerRecord]:
        consumer.assign([partition])
        end, reached = (await consumer.end_offsets([partition]))[partition], -LEAP
        for offset in sorted(offsets):
            if offset - reached >= LEAP:
                consumer.seek(partition, offset)
            while (reached := await consumer.position(partition)) <= offset < end:
                for records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=READ_AT_ONCE)).values():
                    for record in records:
                        if record.offset in offsets:
                            yield record

    async def since(self, topic: str, moment: datetime) -> AsyncIterator[ConsumerRecord]:
        """All records from a moment on to where the topic ends now, in the order of their partitions.

        Raises:
            aiokafka.errors.KafkaError: the broker does not answer.
        """
        async with self._turn:
            consumer = await self._opened()
            partitions = await partitions_of(consumer, topic)
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            for partition, start in (await starts_since(consumer, ends, moment)).items():
                consumer.seek(partition, start)
            while [each for each in partitions if await consumer.position(each) < ends[each]]:
                for records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=500)).values():
                    for record in records:
                        yield record

    async def _opened(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = new_consumer(self._kafka, max_partition_fetch_bytes=FETCH_BYTES)
            try:
                await consumer.start()
            except BaseException:
                await stop_client(consumer)
                raise
            self._consumer = consumer
        return self._consumer
