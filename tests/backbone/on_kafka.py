"""To put records on a real broker and see what stands there, beside the code under test."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Literal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, GroupLoadInProgressError
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.structs import ConsumerRecord

from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord
from services.backbone.settings import Settings


@asynccontextmanager
async def running(
    settings: Settings, stage: str = "tried", clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Process]:
    """A process in this one: what it opens is closed at the end of the block."""
    async with AsyncExitStack() as stack:
        yield Process(stage, settings, stack, Progress(stage, clock))


@asynccontextmanager
async def admin_of(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka.bootstrap_servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def put(settings: Settings, records: Sequence[OutgoingRecord]) -> None:
    """Write records, one after the other."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka.bootstrap_servers, acks="all", max_request_size=4 * 1024 * 1024
    )
    await producer.start()
    try:
        for record in records:
            await producer.send_and_wait(
                record.topic, record.value, key=record.key, partition=record.partition, headers=record.headers
            )
    finally:
        await producer.stop()


async def put_with_a_bad_header(settings: Settings, record: OutgoingRecord) -> None:
    """Write a record with a header whose name is not UTF-8. No client does that by itself; a broken one may."""

    class Name(str):
        def encode(self, *_: object) -> bytes:
            return b"\xff"

    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka.bootstrap_servers, acks="all")
    await producer.start()
    try:
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(2, 0, False, -1, -1, -1, 100_000)
        batch.append(key=record.key, value=record.value, timestamp=None, headers=[(Name(), b"")])
        batch.close()
        await (await producer.send_batch(batch, record.topic, partition=record.partition))
    finally:
        await producer.stop()


async def stands_in(
    settings: Settings,
    topic: str,
    isolation: Literal["read_committed", "read_uncommitted"] = "read_committed",
) -> list[ConsumerRecord]:
    """Everything in a topic now, partition by partition."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=settings.kafka.bootstrap_servers,
        auto_offset_reset="earliest",
        isolation_level=isolation,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(sorted(consumer.assignment()))
        found: list[ConsumerRecord] = []
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=100)).values():
                found += batch
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()


async def committed(settings: Settings, stage: str, topic: str) -> dict[int, int]:
    """Where a stage goes on: partition to offset, for those that it has committed."""
    async with admin_of(settings) as admin:
        try:
            offsets = await admin.list_consumer_group_offsets(settings.group(stage))
        except (GroupCoordinatorNotAvailableError, GroupLoadInProgressError):
            return {}  # a broker that has just started has no coordinator yet
    return {
        partition.partition: offset.offset
        for partition, offset in offsets.items()
        if isinstance(partition, TopicPartition) and partition.topic == topic and offset.offset >= 0
    }


async def ends(settings: Settings, topic: str) -> dict[int, int]:
    """Where each partition that holds something ends."""
    last: dict[int, int] = {}
    for record in await stands_in(settings, topic, "read_uncommitted"):
        last[record.partition] = record.offset + 1
    return last
