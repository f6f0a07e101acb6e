"""Fair to each host: one thing at a time, a pause between pages, and left alone when it is in trouble.

Feeds and pages take turns at the same door. A rest is told, not enforced: `wait` says how long none should ask, and who
has something to ask plans by it. What is known of hosts is bounded; those forgotten first are those that could be asked
soonest.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from services.ingestion.polling.asked import MAX_ASKED
from services.ingestion.polling.backoff import LONGEST_REST, SHORTEST_REST

PAGE_SPACING = timedelta(seconds=1)
"""Between two pages of one host, where it does not ask for more."""
MAX_KNOWN = 10_000

_NOTHING = timedelta(0)


@dataclass(slots=True)
class _Host:
    turns: asyncio.Semaphore
    users: int = 0
    ended_at: float = float("-inf")
    failures: int = 0
    rests_until: float = float("-inf")


class Hosts:
    """The hosts that one process asks. A host is named by any string that is the same each time, such as its netloc."""

    def __init__(self, at_a_time: int, per_host: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        """Know nothing of any host yet.

        Args:
            at_a_time: turns at all hosts together.
            per_host: turns at one host.
            clock: gives seconds.
        """
        self._all = asyncio.Semaphore(at_a_time)
        self._per_host = per_host
        self._clock = clock
        self._known: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, spacing: timedelta = _NOTHING) -> AsyncIterator[None]:
        """Ask a host within the block. Those who wait come in the order in which they asked.

        Args:
            host: whom to ask.
            spacing: what must have passed since the last turn at this host ended.
        """
        known = self._host(host)
        known.users += 1
        try:
            async with known.turns:
                pause = known.ended_at + spacing.total_seconds() - self._clock()
                if pause > 0:
                    await asyncio.sleep(pause)
                async with self._all:
                    try:
                        yield
                    finally:
                        known.ended_at = self._clock()
        finally:
            known.users -= 1

    def answered(self, host: str) -> None:
        """The host is well: what it failed before is forgotten."""
        if host in self._known:
            self._known[host].failures = 0

    def failed(self, host: str, asked: timedelta = _NOTHING) -> None:
        """The host is in trouble (`FetchFailed.of_host`): let it rest, longer with each failure.

        Args:
            host: which one.
            asked: how long it asks to be left alone; up to a day.
        """
        known = self._host(host)
        now = self._clock()
        rest = min(asked, MAX_ASKED)
        if now >= known.rests_until:  # else it is the same trouble, met by one who asked at the same time
            known.failures += 1
            rest = max(rest, min(SHORTEST_REST * (1 << min(known.failures - 1, 10)), LONGEST_REST))
        known.rests_until = max(known.rests_until, now + rest.total_seconds())

    def wait(self, host: str) -> timedelta:
        """How long nobody should ask this host."""
        known = self._known.get(host)
        return timedelta(seconds=max(known.rests_until - self._clock(), 0)) if known else _NOTHING

    def _host(self, host: str) -> _Host:
        known = self._known.get(host)
        if known is None:
            if len(self._known) >= MAX_KNOWN:
                self._forget()
            known = self._known[host] = _Host(asyncio.Semaphore(self._per_host))
        return known

    def _forget(self) -> None:
        """Half of those that nobody asks now."""
        idle = [
            (max(known.rests_until, known.ended_at), host) for host, known in self._known.items() if not known.users
        ]
        for _, host in sorted(idle)[: MAX_KNOWN // 2]:
            del self._known[host]
