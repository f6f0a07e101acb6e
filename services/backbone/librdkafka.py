"""Reading with librdkafka: its messages as plain values, and one partition of a compacted topic to its end."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from services.backbone.record import Headers

RESTORE_SECONDS = 120.0
REQUEST_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A message of librdkafka as a plain value."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers | None


def read_to_end(config: Mapping[str, Any], topic: str, number: int) -> list[ReadRecord]:
    """The records of one partition, up to where its log ends now, open transactions included.

    The end is asked for without regard to transactions and the partition is read read_committed, so this waits until a
    commit whose marker is still on its way to this partition has arrived there.

    Args:
        config: librdkafka's settings of a read_committed consumer.
        topic: the topic.
        number: the partition.

    Raises:
        KafkaException: it could not be read to its end in time.
    """
    end = _log_end(config, topic, number)
    reader = Consumer({**config, "group.id": "unused", "enable.partition.eof": True})
    records: list[ReadRecord] = []
    try:
        reader.assign([TopicPartition(topic, number, OFFSET_BEGINNING)])
        deadline = time.monotonic() + RESTORE_SECONDS
        reached = 0
        while reached < end:
            if time.monotonic() > deadline:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"{topic}[{number}] was not read to its end"))
            for message in reader.consume(1000, timeout=0.2):
                error = message.error()
                if error is not None and error.code() != KafkaError._PARTITION_EOF:
                    raise KafkaException(error)
                reached = (message.offset() or 0) + (0 if error is not None else 1)
                if error is None:
                    records.append(read(message))
    finally:
        reader.close()
    return records


def _log_end(config: Mapping[str, Any], topic: str, number: int) -> int:
    reader = Consumer({**config, "group.id": "unused", "isolation.level": "read_uncommitted"})
    try:
        _, end = reader.get_watermark_offsets(TopicPartition(topic, number), timeout=REQUEST_SECONDS, cached=False)
        return int(end)
    finally:
        reader.close()


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
        headers = cast(list[tuple[str, bytes]] | None, message.headers())
    except SystemError:  # what confluent-kafka makes of a header whose name is not UTF-8
        headers = None
    return ReadRecord(topic, partition, offset, _bytes(message.key()), _bytes(message.value()), headers)


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
