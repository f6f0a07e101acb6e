"""Where a consumer group begins that has committed nothing."""

from datetime import datetime

from aiokafka.errors import CommitFailedError

from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.settings import KafkaSettings
from services.backbone.telemetry import logger

log = logger()


async def begin_group(kafka: KafkaSettings, group: str, topic: str, since: datetime) -> None:
    """Let a group that has committed nothing in a topic begin with the records from `since` on.

    Raises:
        TopicMismatch: there is no such topic.
    """
    consumer = new_consumer(kafka, group=group)
    try:
        await consumer.start()
        partitions = await partitions_of(consumer, topic)
        consumer.assign(partitions)
        new = [partition for partition in partitions if await consumer.committed(partition) is None]
        if not new:
            return
        ends = await consumer.end_offsets(new)  # first: what is written from now on is after these
        found = await consumer.offsets_for_times(dict.fromkeys(new, int(since.timestamp() * 1000)))
        begin = {partition: place.offset if (place := found[partition]) else ends[partition] for partition in new}
        await consumer.commit(begin)
        log.info("group.begins", group=group, since=since.isoformat(), offsets=list(begin.values()))
    except CommitFailedError as error:
        log.info("commit.superseded", stage=group, error=str(error))  # another instance was quicker
    finally:
        await stop_client(consumer)
