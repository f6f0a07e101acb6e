"""A compacted topic as a mapping: the newest record of each key, read to the end before work begins."""

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing

from aiokafka.partitioner import murmur2
from aiokafka.structs import ConsumerRecord

from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.errors import RecordError
from services.backbone.record import decode
from services.backbone.settings import KafkaSettings
from services.backbone.telemetry import logger
from services.backbone.topics import E, Topic

log = logger()


def partition_of(key: str, partitions: int) -> int:
    """The partition that a producer puts this key into, of so many (murmur2, as every Kafka client does)."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % partitions


async def restore(kafka: KafkaSettings, topic: Topic[E], partitions: Collection[int] | None = None) -> dict[str, E]:
    """Read a compacted topic, whole or of these partitions only.

    A record that is not ours is logged and passed over: state is what this process wrote, and it can be fetched anew.

    Returns:
        The newest event of each key.

    Raises:
        TopicMismatch: the topic does not exist.
    """
    state: dict[str, E] = {}
    async with aclosing(_records(kafka, topic, partitions)) as records:
        async for key, record in records:
            if record.value is None:
                state.pop(key, None)
                continue
            try:
                state[key] = decode(topic, record)
            except RecordError as error:
                log.error("state.unreadable", topic=topic.name, key=key, offset=record.offset, error=str(error))
    return state


async def _records(
    kafka: KafkaSettings, topic: Topic[E], numbers: Collection[int] | None
) -> AsyncGenerator[tuple[str, ConsumerRecord], None]:
    """Each record with its key, from the beginning to where the log ends now."""
    consumer = new_consumer(kafka)
    await consumer.start()
    try:
        partitions = [
            partition
            for partition in await partitions_of(consumer, topic.name)
            if numbers is None or partition.partition in numbers
        ]
        if not partitions:
            return
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    yield (record.key or b"").decode("utf-8", "replace"), record
    finally:
        await stop_client(consumer)
