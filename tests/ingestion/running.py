"""A process of ingestion in this one, and waiting for what it does."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.settings import Settings

ENDS_WITHIN_SECONDS = 7


@asynccontextmanager
async def running(settings: Settings, work: Callable[[Process], Awaitable[None]]) -> AsyncIterator[Process]:
    """Do this work for the block; it must end within its time."""
    async with AsyncExitStack() as stack:
        process = Process("ingestion", settings, stack, Progress("ingestion"))
        task = asyncio.ensure_future(work(process))
        try:
            yield process
        finally:
            process.stopping.set()
            await asyncio.wait_for(task, ENDS_WITHIN_SECONDS)


async def until(happens: Callable[[], object], seconds: float = 15) -> None:
    """Wait for it; fail when it does not happen in time."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)
