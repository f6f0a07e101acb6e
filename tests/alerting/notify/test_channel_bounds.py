"""One channel on a real Kafka: what it keeps at most, and what it gives up when it is no more."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from schemas import Outcome
from services.alerting.notify import room
from services.backbone.settings import Settings
from tests.alerting.notify.at_work import deliveries, giving_up, told_by, until, working, write
from tests.alerting.notify.desk import LATER, TAKEN, TOO_LARGE, box, notification


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
