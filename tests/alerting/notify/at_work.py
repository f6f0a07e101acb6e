"""A channel's loop at work on a real Kafka."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

from schemas import Delivery, Notification
from services.alerting.handling.follower import HandledAlerts
from services.alerting.notify.addressed import addressed
from services.alerting.notify.channel_loop import ChannelLoop
from services.alerting.notify.trouble import Trouble
from services.backbone.clients import Writer
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import decode
from services.backbone.settings import Settings
from services.backbone.topics import DELIVERIES
from tests.alerting.notify.desk import Box, told_of
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
