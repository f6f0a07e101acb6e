"""The alerts of a restored broker begin above the offsets that they had before.

A place in the alerts that somebody kept, the id of a stream's last event or an offset of their own, lies below all of
them then: it is answered that it is gone, and nobody goes on in the midst of what they lack. A broker knows one way to
get there: records are written, and deleted.
"""

import time
from collections.abc import Mapping
from typing import Final

from confluent_kafka import KafkaError, Message, Producer

from services.backbone.backup.broker import Broker
from services.backbone.backup.contents import Cut, Place
from services.backbone.backup.errors import BackupError
from services.backbone.settings import KafkaSettings
from services.backbone.topics import ALERTS

SINCE_THE_BACKUP: Final = 50_000
"""As many records of a partition may have come between the backup and the loss."""
WRITE_SECONDS: Final = 120.0
PAUSE_SECONDS: Final = 0.05


def is_of_team(topic: str) -> bool:
    """Whether a topic is of the alerts of some watches only."""
    return topic.startswith(f"{ALERTS.name}.")


def beginnings(cut: Cut) -> dict[Place, int]:
    """Where each partition of alerts is to begin."""
    return {
        Place(topic, number): end + SINCE_THE_BACKUP
        for topic, ends in cut.ends.items()
        if topic == ALERTS.name or is_of_team(topic)
        for number, end in ends.items()
    }


def begin_at(kafka: KafkaSettings, broker: Broker, begins: Mapping[Place, int]) -> None:
    """Let these empty partitions begin there, or where they are where that is further.

    Raises:
        BackupError: the broker does not let them.
    """
    refused: list[KafkaError] = []

    def look(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            refused.append(error)

    config = {"log_level": 2, "linger.ms": 20, "batch.size": 512 * 1024, "delivery.report.only.error": True}
    producer = Producer({**kafka.librdkafka(), **config, "enable.idempotence": True})
    ends, until = broker.ends(list(begins)), time.monotonic() + WRITE_SECONDS
    for place, begin in begins.items():
        for _ in range(begin - ends[place]):
            while True:
                try:
                    producer.produce(place.topic, b"", partition=place.number, on_delivery=look)
                except BufferError:
                    producer.poll(PAUSE_SECONDS)
                else:
                    break
            if refused:
                break
    while producer.flush(1.0) and not refused and time.monotonic() < until:
        pass
    if refused:
        raise BackupError(
            f"the broker does not take a record: {refused[0].str()}; restore once more with --start-again"
        )
    broker.delete_below(begins)
