"""A commit that falls into a rebalance, on a real Kafka."""

import asyncio
from collections.abc import Collection
from contextlib import AsyncExitStack

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from services.backbone.clients import new_consumer, stop_client
from services.backbone.consume import commit
from services.backbone.settings import Settings

HEARTBEAT_MS = 100


class Member(ConsumerRebalanceListener):  # type: ignore[misc]
    """One of a group, that can be made slow to give back what it has."""

    def __init__(self, settings: Settings) -> None:
        self.consumer: AIOKafkaConsumer = new_consumer(
            settings.kafka, group=settings.group("tried"), session_timeout_ms=30_000, heartbeat_interval_ms=HEARTBEAT_MS
        )
        self.consumer.subscribe(["articles"], listener=self)
        self.gives_back = asyncio.Event()
        self.gives_back.set()
        self.asked = asyncio.Event()
        self.assigned = 0

    async def on_partitions_revoked(self, _: Collection[TopicPartition]) -> None:
        self.asked.set()
        await self.gives_back.wait()

    def on_partitions_assigned(self, _: Collection[TopicPartition]) -> None:
        self.assigned += 1


async def test_a_commit_within_a_rebalance_waits_for_the_next_and_begins_no_other_rebalance(settings: Settings) -> None:
    async with asyncio.timeout(30), AsyncExitStack() as stack:
        quick, slow, new = members = [Member(settings) for _ in range(3)]
        for member in members:
            stack.push_async_callback(stop_client, member.consumer)
        await quick.consumer.start()
        await slow.consumer.start()
        for member in (quick, slow):
            member.asked.clear()
        slow.gives_back.clear()
        joining = asyncio.ensure_future(new.consumer.start())
        await quick.asked.wait()
        assert not joining.done()
        await asyncio.sleep(0.2)  # its join is with the broker, which waits for the slow one

        done = dict.fromkeys(quick.consumer.assignment(), 0)
        committing = asyncio.ensure_future(commit("tried", quick.consumer, done))
        await asyncio.sleep(0.2)
        before = quick.assigned
        slow.gives_back.set()
        await joining
        assert await committing is False

        await asyncio.sleep(10 * HEARTBEAT_MS / 1000)
        assert quick.assigned == before + 1, "it was asked once to join, and joined once"
        assert await commit("tried", quick.consumer, dict.fromkeys(quick.consumer.assignment(), 0))
