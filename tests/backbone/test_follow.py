import asyncio

import pytest

from schemas import WatchDefinition
from services.backbone.errors import TopicMismatch
from services.backbone.follow import Follower
from services.backbone.record import ConsumedRecord, OutgoingRecord
from services.backbone.settings import Settings
from services.backbone.topics import DELIVERIES, WATCHES, Topic
from tests.backbone.on_kafka import put, running


def raw(topic: str, *keys: str) -> list[OutgoingRecord]:
    return [OutgoingRecord(topic, key.encode(), b"{}", []) for key in keys]


async def test_a_topic_is_read_to_its_end_before_work_begins_and_followed_from_then_on(settings: Settings) -> None:
    taken: list[bytes | None] = []
    told: list[int] = []
    first = [f"key-{number}" for number in range(50)]
    await put(settings, raw(DELIVERIES.name, *first))
    async with running(settings) as process:
        follower = Follower(process, DELIVERIES, lambda record: taken.append(record.key))
        await follower.catch_up()
        assert sorted(taken, key=str) == sorted((key.encode() for key in first), key=str)

        heard = asyncio.Event()

        async def tell() -> None:
            told.append(len(taken))
            heard.set()

        following = asyncio.ensure_future(follower.follow(tell))
        await put(settings, raw(DELIVERIES.name, "new"))
        async with asyncio.timeout(5):
            await heard.wait()
        assert (taken[50:], told) == ([b"new"], [51])
        process.stopping.set()
        async with asyncio.timeout(5):
            await following


async def test_records_that_come_together_are_told_of_together(settings: Settings) -> None:
    taken: list[ConsumedRecord] = []
    rounds = 0

    async def tell() -> None:
        nonlocal rounds
        rounds += 1

    async with running(settings) as process:
        follower = Follower(process, WATCHES, taken.append)
        await follower.catch_up()
        following = asyncio.ensure_future(follower.follow(tell))
        await put(settings, raw(WATCHES.name, *map(str, range(100))))
        async with asyncio.timeout(10):
            while len(taken) < 100:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        process.stopping.set()
        await following
    assert rounds <= 3


async def test_a_topic_that_is_missing_is_an_error_with_its_fix(settings: Settings) -> None:
    missing = Topic("not-there", WatchDefinition, "key", "None.")
    async with running(settings) as process:
        with pytest.raises(TopicMismatch, match="tocsin topics provision"):
            await Follower(process, missing, print).catch_up()
