"""The router at work: `alerts` and `canary` in one consumer group, each record to its notifications. At least once.

Before the first record of a partition is handled, what was decided on it is restored.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from services.alerting.routing.router import STAGE, Router
from services.alerting.routing.tail import Tail
from services.backbone.beginning import begin_group
from services.backbone.clients import Writer, new_consumer, stop_client
from services.backbone.consume import consume
from services.backbone.process import Process, unless
from services.backbone.telemetry import logger
from services.backbone.topics import ALERTS, CANARY

LOOK_BACK: Final = timedelta(hours=1)
"""How old an alert may be at most that a new installation begins with."""
RETRY_SECONDS: Final = 1.0
_READ: Final = [ALERTS.name, CANARY.name]

log = logger()


class RouterLoop(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Routes the alerts of the partitions that this process has."""

    def __init__(self, process: Process, router: Router, writer: Writer) -> None:
        """
        Args:
            process: the process that it runs in; its progress is kept.
            router: decides.
            writer: where notifications go.
        """
        self._process = process
        self._router = router
        self._writer = writer
        self._tail = Tail(process.settings.kafka, router.placed)
        self.restored: set[int] = set()
        """The partitions of which all is known that was decided on them."""

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """They may be read from a while longer; what is written until they are another's is restored there."""

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Others may have decided on them. The loop restores them: what is awaited here keeps no records back."""
        self.restored -= _of_alerts(assigned)

    async def run(self) -> None:
        """Work until the process stops.

        Raises:
            aiokafka.errors.KafkaError: one that waiting cannot mend.
        """
        process, kafka = self._process, self._process.settings.kafka
        group = process.settings.group(STAGE)
        for topic in _READ:
            await unless(process.stopping, begin_group(kafka, group, topic, datetime.now(UTC) - LOOK_BACK))
        consumer = new_consumer(kafka, group=group)
        consumer.subscribe(_READ, listener=self)
        process.stack.push_async_callback(stop_client, consumer)
        await unless(process.stopping, consumer.start())
        await consume(process, consumer, self._writer, self._router.handle, self._restore, name=STAGE)

    async def _restore(self, partitions: Collection[TopicPartition]) -> None:
        """Return when all is known that was decided on these partitions, or the process stops."""
        wanted = _of_alerts(partitions)
        while (lacking := wanted - self.restored) and not self._process.stopping.is_set():
            self.restored |= lacking  # first: what is assigned anew meanwhile is restored anew
            try:
                await self._tail.read(lacking)
            except KafkaError as error:
                self.restored -= lacking
                log.warning("restore.waits", stage=STAGE, error=str(error) or type(error).__name__)
                await self._process.sleep(RETRY_SECONDS)


def _of_alerts(partitions: Collection[TopicPartition]) -> set[int]:
    """Their numbers, as far as they are of `alerts`: where a canary goes is the same each time, and not remembered."""
    return {each.partition for each in partitions if each.topic == ALERTS.name}
