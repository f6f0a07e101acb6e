"""The channels at work: one loop each, begun, ended and replaced as the configuration says.

A channel that vanishes from the configuration stops at once, but what it had not done fails only once it has been gone
for `GONE_SECONDS`: a file is edited in steps, and whoever takes a channel out by mistake puts it back.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from services.alerting.notify.channels.channel import Channel

GONE_SECONDS: Final = 600.0
STANDS_STILL_SECONDS: Final = 60.0


class Loop(Protocol):
    """A channel's loop, as far as it is kept here."""

    channel: Channel
    moved_at: float

    async def run(self) -> None:
        """Work until it is stopped."""

    def stop(self, *, removed: bool = False) -> None:
        """End; or, said before it runs, only give up what was not done."""


class RunningChannels:
    """The loops of one process."""

    def __init__(self, begin: Callable[[Channel], Loop], clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            begin: makes the loop of a channel.
            clock: seconds that never go back.
        """
        self._begin = begin
        self._clock = clock
        self._running: dict[asyncio.Task[None], Loop] = {}
        self._leaving: dict[asyncio.Task[None], Loop] = {}
        self._gone: dict[str, tuple[float, Channel]] = {}

    def look(self, wanted: Mapping[str, Channel]) -> None:
        """Begin, end and replace, so that these are at work.

        Raises:
            Exception: what ended a loop by itself.
        """
        self._take_results()
        for loop in self._running.values():
            name = loop.channel.config.id
            if wanted.get(name) != loop.channel:
                loop.stop()
                if name not in wanted:
                    self._gone.setdefault(name, (self._clock(), loop.channel))
        for name in self._gone.keys() & wanted.keys():
            del self._gone[name]
        at_work = {loop.channel.config.id for loop in (*self._running.values(), *self._leaving.values())}
        for name in wanted.keys() - at_work:
            loop = self._begin(wanted[name])
            self._running[asyncio.create_task(loop.run())] = loop
        for name, (since, channel) in list(self._gone.items()):
            if name not in at_work and self._clock() - since >= GONE_SECONDS:
                del self._gone[name]
                loop = self._begin(channel)
                loop.stop(removed=True)
                self._leaving[asyncio.create_task(loop.run())] = loop

    @property
    def moves(self) -> bool:
        """Whether each does something, or has nothing to do."""
        return all(self._clock() - loop.moved_at < STANDS_STILL_SECONDS for loop in self._running.values())

    async def end(self) -> None:
        """End all of them."""
        for loop in self._running.values():
            loop.stop()
        await asyncio.gather(*self._running, *self._leaving)

    def _take_results(self) -> None:
        for loops in (self._running, self._leaving):
            for task in [task for task in loops if task.done()]:
                del loops[task]
                task.result()
