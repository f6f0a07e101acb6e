"""Reading with librdkafka: its messages as plain values, and one partition of a compacted topic to its end."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import methodcaller
from typing import Any, Final, cast

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from services.backbone.record import Headers

REQUEST_SECONDS = 8.0
STILL_SECONDS = 30.0
"""A partition that gives nothing for so long is not read to its end. Longer than any transaction may stay open."""
AT_ONCE = 2_000
"""Messages taken from librdkafka at a time: few enough that they are still in the processor's cache when they are read.
(Measured: 10.6 s for 5 million of 300 bytes with 2,000, 12.5 s with 10,000, 15 s with 50,000.)"""

StateRecord = tuple[bytes | None, bytes | None, int]
"""Key, value and offset."""


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A message of librdkafka as a plain value."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers | None


def stream_to_end(config: Mapping[str, Any], topic: str, number: int) -> Iterator[StateRecord]:
    """The records of one partition, oldest first, up to where its log ends now, open transactions included.

    The end is asked for without regard to transactions and the partition is read read_committed, so this waits until a
    commit whose marker is still on its way to this partition has arrived there. What it holds at a time is bounded,
    however long the partition is.

    Args:
        config: librdkafka's settings of a read_committed consumer.
        topic: the topic.
        number: the partition.

    Raises:
        KafkaException: it could not be read to its end.
    """
    end = _log_end(config, topic, number)
    # By the default a reader that is quicker than we are waits for a second each time that its queue was full.
    reader = Consumer({**config, "group.id": "unused", "enable.partition.eof": True, "fetch.queue.backoff.ms": 10})
    try:
        reader.assign([TopicPartition(topic, number, OFFSET_BEGINNING)])
        reached, moved_at = 0, time.monotonic()
        while reached < end:
            for message in reader.consume(AT_ONCE, timeout=0.1):
                error, offset = message.error(), message.offset() or 0
                if error is None:
                    yield message.key(), message.value(), offset
                    reached = offset + 1
                elif error.code() == KafkaError._PARTITION_EOF:  # for now; its offset is the one that comes next
                    reached = offset
                else:
                    raise KafkaException(error)
                moved_at = time.monotonic()
            if time.monotonic() - moved_at > STILL_SECONDS:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"{topic}[{number}] was not read to its end"))
    finally:
        reader.close()


def _log_end(config: Mapping[str, Any], topic: str, number: int) -> int:
    reader = Consumer({**config, "group.id": "unused", "isolation.level": "read_uncommitted"})
    try:
        _, end = reader.get_watermark_offsets(TopicPartition(topic, number), timeout=REQUEST_SECONDS, cached=False)
        return int(end)
    finally:
        reader.close()


_HEADERS: Final = methodcaller("headers")
"""Of a header whose name is not UTF-8 confluent-kafka returns a broken value with an exception set. A call that the
interpreter has specialised (Python 3.11 and later, once it ran often) does not look, and the exception comes out of
whatever is called next. This call always looks. It must be made once a message: the next one gives the broken value."""


def read(message: Message) -> ReadRecord:
    """The record of a message.

    Raises:
        KafkaException: the message is an error.
    """
    error = message.error()
    if error is not None:
        raise KafkaException(error)
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None and partition is not None and offset is not None  # noqa: S101,PT018 - it has no error
    try:
        headers = cast(list[tuple[str, bytes]] | None, _HEADERS(message))
    except SystemError:  # what confluent-kafka makes of a header whose name is not UTF-8
        headers = None
    return ReadRecord(topic, partition, offset, _bytes(message.key()), _bytes(message.value()), headers)


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
