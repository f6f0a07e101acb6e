import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka.admin import NewTopic
from confluent_kafka import Consumer

from services.backbone import session, transaction
from services.backbone.kafka_faults import NothingCommitted
from services.backbone.librdkafka import ReadRecord
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord
from services.backbone.settings import Settings
from services.backbone.transaction import TransactionalLoop, utc_now
from tests.backbone.on_kafka import admin_of, committed, ends, put
from tests.backbone.once_each import (
    STAGE,
    OnceEach,
    Timed,
    deciding,
    mention,
    mentions,
    names,
    until,
    until_committed,
    values,
)


async def test_what_is_due_is_written_without_an_input_and_once(settings: Settings) -> None:
    now = [datetime(2026, 11, 24, 5, tzinfo=UTC)]
    first = Timed(now[0] + timedelta(hours=1))
    await put(settings, mentions(3))
    async with deciding(settings, first, lambda: now[0]):
        await until_committed(settings)
        where, asked = await committed(settings, STAGE, "mentions"), len(first.asked)
        await until(lambda: len(first.asked) >= asked + 3, seconds=3)
        assert await values(settings, "alerts") == names(3)
        now[0] += timedelta(hours=1)
        await until(lambda: not first.due(now[0]), seconds=5)
    assert await values(settings, "alerts") == names(3) + 3 * [b"the hour"]
    assert await committed(settings, STAGE, "mentions") == where
    second = Timed(now[0])
    async with deciding(settings, second, lambda: now[0]):
        await until(lambda: bool(second.asked))
        await asyncio.sleep(1)
    assert await values(settings, "alerts") == names(3) + 3 * [b"the hour"]


async def test_one_who_was_gone_too_long_tells_no_time(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an input nothing but the positions, sent as offsets, can tell the broker that another has them now."""
    entered, resumes = threading.Event(), threading.Event()

    class Hasty(Consumer):
        def __init__(self, config: dict[str, object]) -> None:
            super().__init__({**config, "max.poll.interval.ms": 6_000})

    class Slow(Timed):
        def tick(self, now: datetime) -> list[OutgoingRecord]:
            outputs = super().tick(now)
            entered.set()
            resumes.wait(60)
            return outputs

    monkeypatch.setattr(session, "Consumer", Hasty)
    slow, heir = Slow(utc_now()), Timed(utc_now())
    async with deciding(settings, slow):
        await until(entered.is_set)
        async with deciding(settings.model_copy(update={"instance": "two"}), heir):
            await until(lambda: len(heir.memory) == 3 and not heir.due(utc_now()))
            resumes.set()
            await until(lambda: slow.forgotten > 0, seconds=20)
    assert await values(settings, "alerts") == 3 * [b"the hour"]


async def test_lag_is_known_where_nothing_was_committed(settings: Settings) -> None:
    async with deciding(settings, OnceEach()) as progress:
        await until(lambda: progress.report()["lag"] == {f"mentions[{number}]": 0 for number in range(3)}, seconds=10)


async def test_what_the_broker_never_takes_ends_the_loop_with_the_reason(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with admin_of(settings) as admin:
        await admin.create_topics([NewTopic("narrow", 1, 1, topic_configs={"max.message.bytes": "1000"})])

    class TooLarge(OnceEach):
        def decide(self, record: ReadRecord) -> list[OutgoingRecord]:
            return [*super().decide(record), OutgoingRecord("narrow", b"k", b"x" * 100_000, [])]

    monkeypatch.setattr(transaction, "MOST_REFUSED", 3)
    monkeypatch.setattr(transaction, "RETRY_SECONDS", (0.1,))
    await put(settings, mentions(3))
    with pytest.raises(NothingCommitted, match="too large"):
        async with deciding(settings, TooLarge()) as progress:
            await until(lambda: progress.report()["waiting_for"] == "a person", seconds=30)
    assert await values(settings, "alerts") == []


async def test_what_no_session_mends_ends_the_loop_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "TRANSACTION_SECONDS", 3_600)  # over what the broker allows
    with pytest.raises(NothingCommitted, match=r"transaction\.max\.timeout\.ms"):
        async with deciding(settings, OnceEach()) as progress:
            await until(lambda: progress.report()["waiting_for"] == "a person", seconds=10)


async def test_while_nothing_happens_nothing_is_written(settings: Settings) -> None:
    await put(settings, mentions(3))
    decider = OnceEach()
    async with deciding(settings, decider):
        await until_committed(settings)
        before, asked = await ends(settings, "alerts"), decider.asked_for_changes
        await asyncio.sleep(2)
        assert decider.asked_for_changes == asked
    assert await ends(settings, "alerts") == before


async def test_state_that_changed_without_an_output_is_written(settings: Settings) -> None:
    class Silent(Timed):
        def tick(self, now: datetime) -> list[OutgoingRecord]:
            super().tick(now)
            return []

    async with deciding(settings, Silent(utc_now())):
        async with asyncio.timeout(20):
            while await values(settings, "alerting.state") != 3 * [b"the hour"]:  # noqa: ASYNC110 - the broker tells nobody
                await asyncio.sleep(0.2)
    assert await values(settings, "alerts") == []


async def test_a_batch_is_bounded_by_bytes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "BATCH_BYTES", 1_000)
    decider = OnceEach()
    await put(settings, [OutgoingRecord("mentions", b"k", bytes([number]) * 300, [], 0) for number in range(20)])
    async with deciding(settings, decider):
        await until_committed(settings)
    assert decider.asked_for_changes == 5


async def test_two_with_one_name_do_not_fence_each_other_for_ever(settings: Settings) -> None:
    """One of them was fenced twice: it ends, and says why. Nothing is lost or repeated meanwhile."""
    stop = threading.Event()
    loops = [TransactionalLoop(settings, STAGE, "mentions", "alerting.state", Progress(STAGE)) for _ in range(2)]
    running = [asyncio.ensure_future(asyncio.to_thread(loop.run, OnceEach(), stop.is_set)) for loop in loops]
    count = 0
    try:
        async with asyncio.timeout(60):
            while not any(one.done() for one in running):
                await put(settings, [mention(f"name-{count + number}", number) for number in range(3)])
                count += 3
                await asyncio.sleep(0.3)
        await until_committed(settings)
    finally:
        stop.set()
        ended = await asyncio.gather(*running, return_exceptions=True)
    [error] = [one for one in ended if one is not None]
    assert isinstance(error, NothingCommitted)
    assert "TOCSIN_INSTANCE" in str(error)
    assert await values(settings, "alerts") == names(count)
