import threading
import time

import pytest
from aiokafka.admin import NewTopic
from confluent_kafka import Consumer, Message, Producer

from services.backbone import session
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord
from services.backbone.settings import Settings
from tests.backbone.on_kafka import admin_of, put, put_with_a_bad_header, stands_in
from tests.backbone.once_each import STAGE, OnceEach, deciding, mention, mentions, names, until, until_committed, values


async def test_outputs_state_and_offsets_come_together(settings: Settings) -> None:
    await put(settings, mentions(100))
    async with deciding(settings, OnceEach()) as progress:
        await until_committed(settings)
        await until(lambda: progress.report()["lag"] == {f"mentions[{number}]": 0 for number in range(3)})
        assert progress.report()["ready"] is True
    assert await values(settings, "alerts") == names(100)
    assert await values(settings, "alerting.state") == names(100)
    state = await stands_in(settings, "alerting.state")
    assert all(record.partition == int(record.value.removeprefix(b"name-")) % 3 for record in state)
    [header] = (await stands_in(settings, "alerts"))[0].headers
    assert header[0] == "ce_id"


async def test_a_second_session_knows_what_the_first_did(settings: Settings) -> None:
    await put(settings, mentions(50))
    async with deciding(settings, OnceEach()):
        await until_committed(settings)
    await put(settings, mentions(60))  # fifty of them are not new
    second = OnceEach()
    async with deciding(settings, second):
        await until_committed(settings)
    assert len(second.decided) == 60, "it went on at the committed offset"
    assert await values(settings, "alerts") == names(60)
    assert second.without_memory == []


async def test_what_is_aborted_is_never_seen_and_is_done_again(settings: Settings) -> None:
    """The batch's last output is one that the broker refuses the first time, when the others are there already."""
    async with admin_of(settings) as admin:
        await admin.create_topics([NewTopic("narrow", 1, 1, topic_configs={"max.message.bytes": "1000"})])

    class TooLargeAtFirst(OnceEach):
        def decide(self, record: ReadRecord) -> list[OutgoingRecord]:
            size = 10 if self.forgotten else 100_000
            return [*super().decide(record), OutgoingRecord("narrow", b"k", b"x" * size, [])]

    await put(settings, mentions(30))
    async with deciding(settings, TooLargeAtFirst()):
        await until_committed(settings)
    assert await values(settings, "alerts") == names(30)
    assert await values(settings, "alerting.state") == names(30)
    attempted = await stands_in(settings, "alerts", "read_uncommitted")
    assert len(attempted) > 30, "the first attempt did reach the topic"


async def test_what_a_predecessor_left_open_is_never_seen(settings: Settings) -> None:
    """As after kill -9: the heir has the same transactional id, which ends the open transaction."""
    dead = Producer(settings.kafka.librdkafka() | {"transactional.id": f"{settings.deployment}.{STAGE}.one"})
    dead.init_transactions(20)
    dead.begin_transaction()
    for name in names(20):
        dead.produce("alerts", name, name)
        dead.produce("alerting.state", name, name, int(name.removeprefix(b"name-")) % 3)
    assert dead.flush(20) == 0
    await put(settings, mentions(20))
    async with deciding(settings, OnceEach()):
        await until_committed(settings)
    assert await values(settings, "alerts") == names(20)
    assert await values(settings, "alerting.state") == names(20)
    assert len(await stands_in(settings, "alerts", "read_uncommitted")) == 40


async def test_what_was_read_before_a_rebalance_is_dropped(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its partition's memory is gone, and the heir reads it again.

    A first record is held up on its way from the client to us; meanwhile a second instance joins the group.
    """
    hold_up = threading.Event()

    class HeldUp(Consumer):
        def poll(self, timeout: float | None = None) -> Message | None:
            message = super().poll(-1 if timeout is None else timeout)
            if message is not None and hold_up.is_set():
                hold_up.clear()
                time.sleep(4)  # longer than a heartbeat
            return message

    monkeypatch.setattr(session, "Consumer", HeldUp)
    await put(settings, mentions(30))
    first, second = OnceEach(), OnceEach()
    async with deciding(settings, first):
        await until_committed(settings)
        hold_up.set()
        await put(settings, mentions(60))  # thirty of them are not new
        await until(lambda: not hold_up.is_set())
        async with deciding(settings.model_copy(update={"instance": "two"}), second):
            await until_committed(settings)
    assert second.restored, "there was a rebalance"
    assert (first.without_memory, second.without_memory) == ([], [])
    assert await values(settings, "alerts") == names(60)


async def test_a_header_whose_name_is_not_utf8_stops_nothing(settings: Settings) -> None:
    await put_with_a_bad_header(settings, mention("bad", 0))
    await put(settings, [mention("good", 0)])
    decider = OnceEach()
    async with deciding(settings, decider):
        await until(lambda: decider.decided == [b"bad", b"good"])
    assert await values(settings, "alerts") == [b"bad", b"good"]
