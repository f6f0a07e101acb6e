"""That the canary is missing is told once, and that it is over once: across restarts and instances."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from schemas import ChannelIncident, Notification
from services.alerting.canary.absence import Absence
from services.alerting.canary.addressing import scripts_in
from services.alerting.canary.arrivals import Arrivals
from services.alerting.canary.channel import CanaryChannel
from services.alerting.notify.trouble import Trouble
from services.backbone.canary import CANARY
from services.backbone.clients import Writer
from services.backbone.record import decode
from services.backbone.settings import Settings
from services.backbone.topics import CHANNEL_INCIDENTS, NOTIFICATIONS
from tests.backbone.on_kafka import running, stands_in

SECOND = timedelta(seconds=1)
ALL = frozenset({0, 1, 2})


@dataclass
class Reading:
    partitions: frozenset[int]


@dataclass
class Instance:
    """One `notify` at the end of the line."""

    arrivals: Arrivals
    reading: Reading

    def takes(self, *without: str) -> None:
        """A canary of each script that is its own, but for these."""
        for script in scripts_in(self.reading.partitions) - {*without}:
            self.arrivals.came(script, timedelta(0), time.monotonic())


@asynccontextmanager
async def instance(settings: Settings, partitions: Collection[int] = ALL) -> AsyncIterator[Instance]:
    channel, reading = CanaryChannel(Arrivals(SECOND)), Reading(frozenset(partitions))
    async with running(settings, "notify") as process:
        trouble = Trouble(process, await Writer.start(process), lambda: {CANARY: channel}, lambda: ("mail", CANARY))
        await trouble.catch_up()
        absence = Absence(process, channel, trouble)
        absence.reader = reading
        work = asyncio.gather(trouble.follow(), absence.watch())
        yield Instance(channel.arrivals, reading)
        process.stopping.set()
        await work


async def told(settings: Settings) -> list[ChannelIncident]:
    return [decode(CHANNEL_INCIDENTS, record) for record in await stands_in(settings, CHANNEL_INCIDENTS.name)]


async def states(settings: Settings, number: int) -> list[str]:
    """What was told so far, once it is so much."""
    async with asyncio.timeout(15):
        while len(incidents := await told(settings)) < number:  # noqa: ASYNC110 - it is written beside this
            await asyncio.sleep(0.2)
    return [incident.state for incident in incidents]


async def test_it_is_told_once_for_all_scripts_and_a_later_start_tells_the_end(settings: Settings) -> None:
    async with instance(settings) as first:
        assert await states(settings, 1) == ["raised"]
        first.takes("han")  # one is missing still
        await asyncio.sleep(1.5)
    async with instance(settings) as second:
        second.takes("latin")
        await asyncio.sleep(1.5)
        assert await states(settings, 1) == ["raised"]
        second.takes()
        assert await states(settings, 2) == ["raised", "resolved"]
    raised, resolved = await told(settings)
    assert (raised.id, raised.channel, raised.kind) == (resolved.id, CANARY, "dead")
    assert raised.reason.endswith("in latin, arabic, pashto, cyrillic, han, devanagari")
    assert "tocsin doctor" in raised.fix
    word: list[Notification] = [decode(NOTIFICATIONS, each) for each in await stands_in(settings, NOTIFICATIONS.name)]
    assert [each.channel for each in word] == ["mail", "mail"]


async def test_an_instance_whose_own_are_missing_still_tells_it_anew_and_each_end_is_told_once(
    settings: Settings,
) -> None:
    async with instance(settings, {0}) as first:
        assert await states(settings, 1) == ["raised"]
        async with instance(settings, {1, 2}) as second:
            await asyncio.sleep(1.5)  # it has seen what is told, and waits for its own
            first.takes()
            assert await states(settings, 3) == ["raised", "resolved", "raised"]
            for _ in range(3):
                first.takes()
                await asyncio.sleep(1)
            second.takes()
            assert await states(settings, 4) == ["raised", "resolved", "raised", "resolved"]
    before, _, after, _ = await told(settings)
    assert before.id != after.id
