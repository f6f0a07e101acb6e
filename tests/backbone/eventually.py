"""To wait for what another task brings about."""

import asyncio
from collections.abc import Callable


async def eventually(met: Callable[[], bool], seconds: float = 5.0) -> None:
    """Return once it holds; fail when it does not in time."""
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110 - the condition belongs to the code under test, which sets no event
            await asyncio.sleep(0.02)
