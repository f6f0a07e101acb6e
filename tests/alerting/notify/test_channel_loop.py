"""One channel on a real Kafka: what is lost, what is repeated, what is held, over restarts."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from schemas import Acknowledgement, Alert, AlertGroup, Notification, Outcome
from services.alerting.handling.follower import HandledAlerts
from services.alerting.notify.addressed import CHANNEL_HEADER, addressed
from services.backbone.record import OutgoingRecord, decode
from services.backbone.settings import Settings
from services.backbone.topics import DEAD_LETTERS, NOTIFICATIONS
from tests.alerting.notify.at_work import deliveries, until, working, write
from tests.alerting.notify.desk import GONE, LATER, NEVER, TAKEN, box, notification, told_of
from tests.vocabulary import read_records


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
        + [
            (f"alr-{watch}", outcome)
            for watch in watches
            for outcome in (Outcome.HELD, Outcome.HELD, Outcome.DELIVERED)
        ]
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

        end = time.monotonic() + 30
        while not (here.told and there.told):  # the group has not found its balance
            assert time.monotonic() < end, "one of them is given nothing"
            await write_some()
        met_by_both = len(written)
        for _ in range(10):
            await write_some()
        await until(lambda: len({*here.told, *there.told}) >= len(written), "all are told")
    told = Counter(here.told + there.told)
    assert set(told) == {f"alr-{number}" for number in range(len(written))}
    in_balance = [told[f"alr-{number}"] for number in range(met_by_both, len(written))]
    assert in_balance == [1] * 10, "what is under way when a partition changes hands may come twice, nothing else"


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
