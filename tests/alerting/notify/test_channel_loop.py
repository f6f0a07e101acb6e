"""One channel on a real Kafka: what is lost, what is repeated, what is held, over restarts."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from schemas import Acknowledgement, Alert, AlertGroup, Delivery, Notification, Outcome
from services.alerting.handling.follower import HandledAlerts
from services.alerting.notify import room
from services.alerting.notify.addressed import CHANNEL_HEADER, addressed
from services.alerting.notify.channel_loop import ChannelLoop
from services.alerting.notify.trouble import Trouble
from services.backbone.clients import Writer
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord, decode
from services.backbone.settings import Settings
from services.backbone.topics import DEAD_LETTERS, DELIVERIES, NOTIFICATIONS
from tests.alerting.notify.desk import GONE, LATER, NEVER, TAKEN, TOO_LARGE, Box, box, notification, told_of
from tests.vocabulary import read_records


@contextlib.asynccontextmanager
async def working(
    settings: Settings, channel: Box, handling: HandledAlerts | None = None, *, removed: bool = False
) -> AsyncIterator[Writer]:
    """The channel's loop at work for the block; then it is stopped and must end by itself."""
    async with AsyncExitStack() as stack:
        process = Process("notify", settings, stack, Progress("notify"))
        writer = await Writer.start(process)
        trouble = Trouble(process, writer, lambda: {channel.config.id: channel}, lambda: ())
        await trouble.catch_up()
        loop = ChannelLoop(process, channel, writer, handling or HandledAlerts(), trouble)
        work = asyncio.ensure_future(loop.run())
        try:
            yield writer
        finally:
            loop.stop(removed=removed)
            async with asyncio.timeout(8):
                await work
            process.stopping.set()


async def giving_up(settings: Settings, channel: Box) -> None:
    """The channel's loop, begun only to give up; it must end by itself."""
    async with AsyncExitStack() as stack:
        process = Process("notify", settings, stack, Progress("notify"))
        writer = await Writer.start(process)
        trouble = Trouble(process, writer, dict, lambda: ())
        loop = ChannelLoop(process, channel, writer, HandledAlerts(), trouble)
        loop.stop(removed=True)
        async with asyncio.timeout(15):
            await loop.run()
        process.stopping.set()


def told_by(channel: Box) -> list[str]:
    """The alerts that came there, alone or in groups."""
    return [name for message in channel.messages for name in told_of(message.event)]


async def write(writer: Writer, *notifications: Notification) -> None:
    """Write as the router does."""
    await writer.write(addressed(each, "route") for each in notifications)


async def deliveries(settings: Settings) -> list[Delivery]:
    """All of them."""
    return [decode(DELIVERIES, record) for record in await read_records(settings.kafka, DELIVERIES.name)]


async def until(happens: Callable[[], bool], what: str, seconds: float = 15) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, f"did not happen within {seconds} s: {what}"
        await asyncio.sleep(0.02)


async def test_what_is_addressed_to_it_is_told_and_nothing_else(settings: Settings) -> None:
    channel = box()
    async with working(settings, channel) as writer:
        await write(writer, notification("one"), notification("other", channel="another"))
        unnamed = addressed(notification("unnamed"), "route")
        headers = [each for each in unnamed.headers if each[0] != CHANNEL_HEADER]
        await writer.write([OutgoingRecord(unnamed.topic, unnamed.key, unnamed.value, headers)])
        await until(lambda: len(channel.told) == 2, "both are told")
    assert Counter(channel.told) == Counter(["alr-one", "alr-unnamed"])


async def test_after_a_restart_a_schedule_goes_on_and_nothing_that_was_taken_comes_again(settings: Settings) -> None:
    first = box(retry_seconds=(2, 60))
    first.answer = lambda message: LATER if message.id == "alr-late" else TAKEN
    async with working(settings, first) as writer:
        await write(writer, notification("late"), *(notification(f"{number}") for number in range(5)))
        await until(lambda: len(first.told) == 6, "all are tried")
        await asyncio.sleep(0.1)
    second = box(retry_seconds=(2, 60))
    async with working(settings, second):
        await until(lambda: bool(second.told), "the schedule goes on")
        await asyncio.sleep(0.1)
    assert second.told == ["alr-late"]

    tried, delivered = [each for each in await deliveries(settings) if each.alert_id == "alr-late"]
    assert [(each.attempt, each.outcome) for each in (tried, delivered)] == [
        (1, Outcome.RETRYING),
        (2, Outcome.DELIVERED),
    ]
    assert tried.next_attempt_at is not None
    assert delivered.attempted_at >= tried.next_attempt_at
    assert delivered.first_attempt_at == tried.first_attempt_at


async def test_what_waits_for_hours_comes_once_in_one_message_though_it_was_started_anew(settings: Settings) -> None:
    due_at, watches = datetime.now(UTC) + timedelta(seconds=2.5), ("a", "b", "c", "d")
    held = [notification(watch, watch=watch, waits_for="hours", due_at=due_at) for watch in watches]
    before, after = box(), box()
    async with working(settings, before) as writer:
        await write(writer, *held, notification("at-once"))
        await until(lambda: before.told == ["alr-at-once"], "what waits for nothing is told")
        await asyncio.sleep(0.1)
    async with working(settings, after):
        await until(lambda: bool(after.messages), "the hours begin")
        await asyncio.sleep(0.1)
    (message,) = after.messages
    assert isinstance(message.event, AlertGroup)
    assert sorted(told_of(message.event)) == ["alr-a", "alr-b", "alr-c", "alr-d"]
    assert (message.event.reason, message.event.at) == ("hours", due_at)

    written = Counter((each.alert_id, each.outcome) for each in await deliveries(settings))
    assert written == Counter(
        [("alr-at-once", Outcome.DELIVERED)]
        + [(f"alr-{watch}", outcome) for watch in watches for outcome in (Outcome.HELD, Outcome.DELIVERED)]
    )


async def test_one_that_waited_by_itself_comes_whole(settings: Settings) -> None:
    channel = box()
    async with working(settings, channel) as writer:
        waited = notification("a", waits_for="hours", due_at=datetime.now(UTC) + timedelta(seconds=1))
        await write(writer, waited)
        await until(lambda: bool(channel.messages), "the hours begin")
    assert channel.messages[0].event == waited.alert


async def test_the_next_in_line_is_told_unless_somebody_acknowledges(settings: Settings) -> None:
    channel, handling = box(), HandledAlerts()
    due_at = datetime.now(UTC) + timedelta(seconds=2)
    async with working(settings, channel, handling) as writer:
        await write(writer, *(notification(slug, waits_for="acknowledgement", due_at=due_at) for slug in ("a", "b")))
        handling.take(
            Acknowledgement(
                id="ack-1", alert_id="alr-a", watch="ttp", action="acknowledge", by="Zarmina", at=due_at, via="cli"
            )
        )
        await until(lambda: bool(channel.messages), "the time is over")
        await asyncio.sleep(0.1)
    assert [(message.id, message.escalated) for message in channel.messages] == [("alr-b", True)]
    assert isinstance(channel.messages[0].event, Alert)

    ended = {each.alert_id: each for each in await deliveries(settings) if each.outcome.ends}
    assert ended["alr-a"].outcome is Outcome.NOT_NEEDED
    assert "Zarmina" in ended["alr-a"].detail
    assert ended["alr-b"].outcome is Outcome.DELIVERED


async def test_what_a_channel_had_not_done_has_failed_when_it_is_removed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_BEGUN", 3)
    channel = box(answer=LATER, retry_seconds=(3600,))
    held = notification("held", waits_for="hours", due_at=datetime.now(UTC) + timedelta(hours=1))
    async with working(settings, channel, removed=True) as writer:
        await write(writer, held, *(notification(f"{number}") for number in range(8)))
        await until(lambda: len(channel.told) == 3, "as many are begun as may be")
    ended = [each for each in await deliveries(settings) if each.outcome.ends]
    assert Counter(each.alert_id for each in ended) == Counter(["alr-held", *(f"alr-{number}" for number in range(8))])
    assert {each.outcome for each in ended} == {Outcome.FAILED}
    assert "removed" in ended[0].detail

    again = box()
    async with working(settings, again) as writer:
        await write(writer, notification("new"))
        await until(lambda: bool(again.told), "it is there again")
    assert again.told == ["alr-new"]


async def test_a_channel_that_was_stopped_gives_up_what_it_left_once_it_is_said_to_be_removed(
    settings: Settings,
) -> None:
    channel = box(answer=LATER, retry_seconds=(3600,))
    held = notification("held", waits_for="hours", due_at=datetime.now(UTC) + timedelta(hours=1))
    async with working(settings, channel) as writer:
        await write(writer, held, notification("tried"))
        await until(lambda: bool(channel.told), "one is tried")
    assert not [each for each in await deliveries(settings) if each.outcome.ends]

    await giving_up(settings, channel)
    await giving_up(settings, channel)
    ended = [(each.alert_id, each.outcome) for each in await deliveries(settings) if each.outcome.ends]
    assert Counter(ended) == Counter([("alr-held", Outcome.FAILED), ("alr-tried", Outcome.FAILED)])
    assert channel.told == ["alr-tried"]


async def test_a_channel_that_refuses_each_message_for_itself_reads_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_BEGUN", 5)
    channel = box(retry_seconds=(3600,))
    channel.answer = lambda message: TAKEN if message.id == "alr-good" else TOO_LARGE
    async with working(settings, channel) as writer:
        await write(writer, *(notification(f"{number}") for number in range(12)), notification("good"))
        await until(lambda: "alr-good" in channel.told, "the good one is told")
    assert len(channel.told) == 13


async def test_a_flood_that_is_held_keeps_nothing_from_being_told_and_each_of_it_is_told_in_the_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_HELD", 5)
    due_at = datetime.now(UTC) + timedelta(seconds=2.5)
    before, after = box(), box()
    flood = [notification(f"{number}", waits_for="hours", due_at=due_at) for number in range(30)]
    async with working(settings, before) as writer:
        await write(writer, *flood, notification("severe", severity="critical"))
        await until(lambda: before.told == ["alr-severe"], "the severe one passes")
    async with working(settings, after):
        await until(lambda: len(told_by(after)) >= 30, "all are told")
    assert Counter(told_by(after)) == Counter(f"alr-{number}" for number in range(30))
    ended = Counter(each.alert_id for each in await deliveries(settings) if each.outcome.ends)
    assert ended == Counter(["alr-severe", *told_by(after)])


async def test_a_channel_reads_no_further_than_it_can_keep_and_loses_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_BEGUN", 5)
    first, second = box(answer=LATER, retry_seconds=(2, 3600)), box()
    async with working(settings, first) as writer:
        await write(writer, *(notification(f"{number}") for number in range(12)))
        await until(lambda: len(first.told) == 5, "five are tried")
        await asyncio.sleep(0.6)
        assert len(first.told) == 5
    async with working(settings, second):
        await until(lambda: len(second.told) == 12, "all are told")
    assert Counter(second.told) == Counter(f"alr-{number}" for number in range(12))


async def test_what_cannot_be_read_is_set_aside_and_the_next_is_told(settings: Settings) -> None:
    channel = box()
    broken = OutgoingRecord(NOTIFICATIONS.name, b"ttp", b"[]", [(CHANNEL_HEADER, b"box")])
    async with working(settings, channel) as writer:
        await writer.write([broken])
        await write(writer, notification("one"))
        await until(lambda: channel.told == ["alr-one"], "the good one is told")
        await asyncio.sleep(0.1)
    (letter,) = [decode(DEAD_LETTERS, each) for each in await read_records(settings.kafka, DEAD_LETTERS.name)]
    assert letter.origin_topic == NOTIFICATIONS.name


async def test_two_instances_share_the_alerts_and_tell_each_once(settings: Settings) -> None:
    here, there = box(), box()
    written: list[Notification] = []
    async with working(settings, here) as writer, working(settings.model_copy(update={"instance": "two"}), there):

        async def write_some() -> None:
            written.append(notification(f"{len(written)}", watch=f"watch-{len(written)}"))
            await write(writer, written[-1])
            await asyncio.sleep(0.05)

        end = time.monotonic() + 15
        while not (here.told and there.told):  # the group has not found its balance
            assert time.monotonic() < end, "one of them is given nothing"
            await write_some()
        for _ in range(10):
            await write_some()
        await until(lambda: len(here.told) + len(there.told) >= len(written), "all are told")
    assert Counter(here.told + there.told) == Counter(f"alr-{number}" for number in range(len(written)))


async def test_a_channel_that_wants_nothing_any_more_is_asked_no_more(settings: Settings) -> None:
    channel = box(answer=GONE)
    async with working(settings, channel) as writer:
        await write(writer, notification("one"))
        await until(lambda: len(channel.told) == 1, "it is told")
        await asyncio.sleep(0.1)
        await write(writer, notification("two"))
        await asyncio.sleep(0.5)
    assert channel.told == ["alr-one"]
    details = {each.alert_id: each.detail for each in await deliveries(settings) if each.outcome is Outcome.FAILED}
    assert details["alr-one"] == "HTTP 410"
    assert "tocsin channel enable box" in details["alr-two"]


async def test_an_attempt_under_way_may_end_when_the_channel_is_stopped(settings: Settings) -> None:
    channel, again = box(), box()
    channel.seconds = 1.0
    async with working(settings, channel) as writer:
        await write(writer, notification("one"))
        await until(lambda: bool(channel.told), "it is under way")
    async with working(settings, again) as writer:
        await write(writer, notification("two"))
        await until(lambda: bool(again.told), "the next is told")
    assert (channel.told, again.told) == (["alr-one"], ["alr-two"])


async def test_what_is_asked_for_once_more_is_told_once_more_under_the_same_id(settings: Settings) -> None:
    channel = box(answer=NEVER)
    async with working(settings, channel) as writer:
        await write(writer, notification("one"), notification("one"))
        await until(lambda: bool(channel.told), "it is told")
        await asyncio.sleep(0.1)
        channel.answer = lambda _: TAKEN
        await write(writer, notification("one", again=1))
        await until(lambda: len(channel.told) == 2, "it is told once more")
    assert channel.told == ["alr-one", "alr-one"]
    assert Counter(each.outcome for each in await deliveries(settings)) == {Outcome.FAILED: 1, Outcome.DELIVERED: 1}
