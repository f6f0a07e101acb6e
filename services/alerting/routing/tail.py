"""The newest of `notifications`, read when partitions are taken over: what was decided on them, here or elsewhere."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from services.alerting.routing.placed import DECISION_HEADER, KEPT, MOST_KEPT, Decision, Placed
from services.backbone.beginning import starts_since
from services.backbone.clients import new_consumer, stop_client
from services.backbone.record import header
from services.backbone.settings import KafkaSettings
from services.backbone.telemetry import logger
from services.backbone.topics import NOTIFICATIONS

POLL_MS: Final = 250

log = logger()


class Tail:
    """Reads on where it stopped, so that a partition that comes back costs little."""

    def __init__(self, kafka: KafkaSettings, placed: Callable[[int], Placed], most: int = MOST_KEPT) -> None:
        """
        Args:
            kafka: the broker.
            placed: where what was decided on a partition belongs.
            most: records that are read of a partition.
        """
        self._kafka = kafka
        self._placed = placed
        self._most = most
        self._read: dict[int, int] = {}
        """Of each partition: below which offset it was read."""

    async def read(self, partitions: Collection[int]) -> None:
        """Take over what stands in these partitions of the topic now.

        Raises:
            aiokafka.errors.KafkaError: no broker answers; what was read counts, so it can be tried again.
        """
        consumer = new_consumer(self._kafka, fetch_max_wait_ms=POLL_MS)
        try:
            await consumer.start()
            places = [TopicPartition(NOTIFICATIONS.name, number) for number in sorted(partitions)]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            for place, start in (await self._starts(consumer, ends)).items():
                consumer.seek(place, start)
            while behind := [each for each in places if await consumer.position(each) < ends[each]]:
                for place, records in (await consumer.getmany(*behind, timeout_ms=POLL_MS)).items():
                    for record in records:
                        self._take(record)
                    self._read[place.partition] = records[-1].offset + 1
        finally:
            await stop_client(consumer)
        log.info("placed.restored", partitions=sorted(partitions))

    async def _starts(
        self, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, int]:
        """Where to begin: what is too old, or too much, is left out."""
        begun = await starts_since(consumer, ends, datetime.now(UTC) - KEPT)
        return {
            place: min(end, max(begun[place], end - self._most, self._read.get(place.partition, 0)))
            for place, end in ends.items()
        }

    def _take(self, record: ConsumerRecord) -> None:
        """One notification of a decision; those that were written again by hand, and word of channels, have none."""
        decision = Decision.read(header(record.headers, DECISION_HEADER) or b"")
        written = (header(record.headers, "ce_id") or b"").decode("utf-8", "replace")
        if decision is not None and decision.places:
            self._placed(record.partition).put(decision, [written])
