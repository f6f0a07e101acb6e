"""How many requests are read and worked on at a time: each may hold as much memory as a body may be long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AT_A_TIME = 8
QUEUE_SECONDS = 5.0


class Busy(Exception):
    """No place came free in time."""


class Gate:
    """Lets a few in at a time."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_A_TIME)

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[None]:
        """Hold a place for the block.

        Raises:
            Busy: none came free within `QUEUE_SECONDS`.
        """
        try:
            async with asyncio.timeout(QUEUE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Busy from None
        try:
            yield
        finally:
            self._places.release()
