"""A small topic, read to its end before work begins, and followed from then on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiokafka.errors import KafkaError

from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.process import Process
from services.backbone.record import ConsumedRecord
from services.backbone.telemetry import logger
from services.backbone.topics import Topic

POLL_MS: Final = 250
GATHER_SECONDS: Final = 1.0
"""So long records that come one after the other are gathered before they are told of."""
RETRY_SECONDS: Final = 1.0

log = logger()

Take = Callable[[ConsumedRecord], None]
"""Takes over one record."""
Told = Callable[[], Awaitable[None]]
"""Is called when records were taken over."""


async def _nobody_waits() -> None:
    """What was taken over is looked at when somebody asks."""


class Follower:
    """Reads every record of every partition, in each process anew."""

    def __init__(self, process: Process, topic: Topic[Any], take: Take) -> None:
        """Follow a topic.

        Args:
            process: the consumer is closed with it.
            topic: of few records, or compacted.
            take: takes over a record, oldest first within its partition; must not raise.
        """
        self._process = process
        self._topic = topic
        self._take = take
        self._consumer = new_consumer(process.settings.kafka, fetch_max_wait_ms=POLL_MS)
        process.stack.push_async_callback(stop_client, self._consumer)

    async def catch_up(self) -> None:
        """Read to where the topic ends now.

        Raises:
            TopicMismatch: the topic does not exist.
        """
        consumer = self._consumer
        await consumer.start()
        partitions = await partitions_of(consumer, self._topic.name)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while not self._process.stopping.is_set():
            behind = [each for each in partitions if await consumer.position(each) < ends[each]]
            if not behind:
                return
            await self._poll()

    async def follow(self, told: Told = _nobody_waits) -> None:
        """Take over what comes, until the process stops; `told` is awaited after each batch of it."""
        loop, process = asyncio.get_running_loop(), self._process
        while not process.stopping.is_set():
            try:
                if not await self._poll():
                    continue
                gather_until = loop.time() + GATHER_SECONDS
                while loop.time() < gather_until and await self._poll():
                    pass
            except KafkaError as error:
                log.warning("follow.waits", topic=self._topic.name, error=str(error) or type(error).__name__)
                await process.sleep(RETRY_SECONDS)
            else:
                await told()

    async def _poll(self) -> int:
        """Take over what is there; how many records that were."""
        batches = await self._consumer.getmany(timeout_ms=POLL_MS)
        for records in batches.values():
            for record in records:
                self._take(record)
        return sum(map(len, batches.values()))
