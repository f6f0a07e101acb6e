"""A past: records on a real broker that were written when a test says."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaProducer

from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.record import OutgoingRecord
from services.backbone.settings import Settings

BEGAN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=20)
"""When the past of a test begins: a broker keeps what is not too old, and takes nothing from the future."""

Written = tuple[OutgoingRecord, datetime]
"""A record, and when it was written."""


def store(settings: Settings, records: Iterable[Written]) -> None:
    """Write records with these times, each partition in the order given."""
    asyncio.run(_store(settings, records))


async def _store(settings: Settings, records: Iterable[Written]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka.bootstrap_servers, acks="all", max_request_size=4 * 1024 * 1024
    )
    await producer.start()
    try:
        sent = [
            await producer.send(
                record.topic,
                record.value,
                key=record.key,
                partition=record.partition,
                headers=record.headers,
                timestamp_ms=int(moment.timestamp() * 1000),
            )
            for record, moment in records
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


def has_read(settings: Settings, stage: str, topic: str) -> None:
    """A stage has read a topic to its end."""
    asyncio.run(_has_read(settings, stage, topic))


async def _has_read(settings: Settings, stage: str, topic: str) -> None:
    consumer = new_consumer(settings.kafka, group=settings.group(stage))
    await consumer.start()
    try:
        partitions = await partitions_of(consumer, topic)
        consumer.assign(partitions)
        await consumer.commit(await consumer.end_offsets(partitions))
    finally:
        await stop_client(consumer)
