"""A compacted topic as a mapping: the newest record of each key, read to the end before work begins."""

from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.errors import RecordError
from services.backbone.record import decode
from services.backbone.settings import KafkaSettings
from services.backbone.telemetry import logger
from services.backbone.topics import E, Topic

log = logger()


async def restore(kafka: KafkaSettings, topic: Topic[E]) -> dict[str, E]:
    """Read the whole of a compacted topic.

    A record that is not ours is logged and passed over: state is what this process wrote, and it can be fetched anew.

    Returns:
        The newest event of each key.

    Raises:
        TopicMismatch: the topic does not exist.
    """
    consumer = new_consumer(kafka)
    await consumer.start()
    try:
        partitions = await partitions_of(consumer, topic.name)
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        state: dict[str, E] = {}
        while True:
            positions = {partition: await consumer.position(partition) for partition in partitions}
            if all(positions[partition] >= ends[partition] for partition in partitions):
                return state
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    key = (record.key or b"").decode("utf-8", "replace")
                    if record.value is None:
                        state.pop(key, None)
                        continue
                    try:
                        state[key] = decode(topic, record)
                    except RecordError as error:
                        log.error("state.unreadable", topic=topic.name, key=key, offset=record.offset, error=str(error))
    finally:
        await stop_client(consumer)
