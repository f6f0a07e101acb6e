"""What people did about alerts, as of now."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from schemas import Acknowledgement
from schemas.ids import step_id
from services.alerting.handling.follower import HandledAlerts, HandlingFollower
from services.backbone.clients import Writer
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord, encode
from services.backbone.settings import Settings
from services.backbone.topics import ACKNOWLEDGEMENTS

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def step(action: Any = "acknowledge", alert: str = "alr-1", by: str = "Zarmina", note: str = "") -> Acknowledgement:
    return Acknowledgement(
        id=step_id(alert, action, by, None, note, NOON),
        alert_id=alert,
        watch="ttp",
        action=action,
        by=by,
        note=note,
        at=NOON,
        via="api",
    )


def after(*steps: Acknowledgement, most: int = 10) -> HandledAlerts:
    handled = HandledAlerts(most)
    for each in steps:
        handled.take(each)
    return handled


def test_an_alert_is_acknowledged_until_it_is_released() -> None:
    handled = after(step())
    handling = handled.acknowledged("alr-1")

    assert handling is not None
    assert (handling.acknowledged_by, handling.acknowledged_at) == ("Zarmina", NOON)
    assert handled.acknowledged("alr-2") is None
    assert after(step(), step("release", by="Farid")).acknowledged("alr-1") is None


def test_a_note_alone_is_something_that_was_done_but_no_acknowledgement() -> None:
    handled = after(step("note", note="called the spokesman"))
    handling = handled.of("alr-1")

    assert handling is not None
    assert [note.text for note in handling.notes] == ["called the spokesman"]
    assert handled.acknowledged("alr-1") is None
    assert handled.of("alr-2") is None


def test_a_step_that_was_written_twice_is_one() -> None:
    noted = step("note", note="once")
    handling = after(noted, step(), step("release"), noted).of("alr-1")

    assert handling is not None
    assert len(handling.notes) == 1
    assert after(step(), step("release"), step()).acknowledged("alr-1") is None, "the first one, written again"


def test_of_too_many_alerts_those_whose_first_step_is_the_oldest_are_forgotten() -> None:
    handled = after(step(alert="alr-1"), step(alert="alr-2"), step("assign", "alr-1"), step(alert="alr-3"), most=2)

    assert [handled.of(f"alr-{number}") is not None for number in (1, 2, 3)] == [False, True, True]


async def test_it_knows_what_stands_on_the_topic_and_hears_what_comes(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        process = Process("notify", settings, stack, Progress("notify"))
        writer = await Writer.start(process)

        async def write(*steps: Acknowledgement) -> None:
            await writer.write([encode(ACKNOWLEDGEMENTS.name, each, "test") for each in steps])

        await writer.write([OutgoingRecord(ACKNOWLEDGEMENTS.name, b"alr-1", b"not JSON", [])])
        await write(step(alert="alr-1"), step(alert="alr-2"))
        handling = HandlingFollower(process)
        await handling.catch_up()
        assert [handling.acknowledged(f"alr-{number}") is not None for number in (1, 2, 3)] == [True, True, False]

        following = asyncio.ensure_future(handling.follow())
        await write(step(alert="alr-3"), step("release", "alr-1"))
        end = time.monotonic() + 10
        while handling.acknowledged("alr-3") is None or handling.acknowledged("alr-1") is not None:
            assert time.monotonic() < end
            await asyncio.sleep(0.02)
        process.stopping.set()
        async with asyncio.timeout(5):
            await following
