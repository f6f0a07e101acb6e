"""Where reading begins that is to begin at a moment."""

from collections.abc import Mapping
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError

from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.settings import KafkaSettings
from services.backbone.telemetry import logger

log = logger()


async def starts_since(
    consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], moment: datetime
) -> dict[TopicPartition, int]:
    """The offset of the first record of each partition that was written from this moment on.

    Args:
        consumer: started.
        ends: the partitions, and where each ends: there reading begins where nothing was written since.
        moment: aware.
    """
    found = await consumer.offsets_for_times(dict.fromkeys(ends, int(moment.timestamp() * 1000)))
    return {each: place.offset if (place := found[each]) is not None else end for each, end in ends.items()}


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
        begin = await starts_since(consumer, ends, since)
        await consumer.commit(begin)
        log.info("group.begins", group=group, since=since.isoformat(), offsets=list(begin.values()))
    except CommitFailedError as error:
        log.info("commit.superseded", stage=group, error=str(error))  # another instance was quicker
    finally:
        await stop_client(consumer)
