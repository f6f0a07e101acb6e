"""Reads a stretch of a partition as it stands, to be kept."""

import time
from collections.abc import Iterator
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from services.backbone.backup.contents import Place
from services.backbone.backup.errors import CannotTake
from services.backbone.backup.stored import StoredRecord
from services.backbone.librdkafka import AT_ONCE, STILL_SECONDS, read
from services.backbone.settings import KafkaSettings
from services.backbone.topics import BROKER_RECORD_BYTES

WAIT_SECONDS: Final = 0.02
"""So long `consume` waits for more than there is: at the end of each partition, and there may be many."""
QUEUED_KILOBYTES: Final = 16 * 1024
"""Of what is fetched ahead."""


class StretchReader:
    """One consumer for all stretches, one after the other. It has no group, and leaves no trace."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._consumer = Consumer(
            {
                **kafka.librdkafka(),
                "log_level": 2,
                "group.id": "unused",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
                "fetch.message.max.bytes": BROKER_RECORD_BYTES,
                "fetch.wait.max.ms": 10,  # at the end of one partition the next one waits for the answer
                "fetch.queue.backoff.ms": 10,
                "queued.max.messages.kbytes": QUEUED_KILOBYTES,
            }
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._consumer.close()

    def records(self, place: Place, begin: int, end: int) -> Iterator[StoredRecord]:
        """The records from one offset to below another, those of aborted transactions aside. A transaction that is open
        below the end is waited for.

        Raises:
            CannotTake: they cannot be read to the end.
        """
        if begin >= end:
            return
        consumer, reached, moved_at = self._consumer, begin, time.monotonic()
        consumer.assign([TopicPartition(place.topic, place.number, begin)])
        try:
            while reached < end:
                for message in consumer.consume(AT_ONCE, timeout=WAIT_SECONDS):
                    error, offset = message.error(), message.offset() or 0
                    if error is not None and error.code() != KafkaError._PARTITION_EOF:
                        raise KafkaException(error)
                    moved_at = time.monotonic()
                    reached = max(reached, offset if error is not None else offset + 1)
                    if error is None and begin <= offset < end:
                        yield _stored(message)
                if time.monotonic() - moved_at > STILL_SECONDS:
                    raise CannotTake(
                        f"{place.topic}[{place.number}] was read up to {reached} and should reach to {end}: does a "
                        "transaction stay open, or is the broker away? take the backup again"
                    )
        except KafkaException as error:
            why = error.args[0].str()
            raise CannotTake(f"{place.topic}[{place.number}] cannot be read: {why}; take the backup again") from None
        finally:
            consumer.unassign()


def _stored(message: Message) -> StoredRecord:
    record = read(message)
    _, timestamp = message.timestamp()
    return StoredRecord(record.offset, timestamp, record.key, record.value, tuple(record.headers or ()))
