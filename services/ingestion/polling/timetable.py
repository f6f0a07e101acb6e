"""Who is due, the longest overdue first, never two of one host at a time.

Everything is in one heap. What is due while its host is busy or rests waits in a heap of that host, and only its first
comes back when the host is free: so a step costs O(log n) however many sources one host has.
"""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from services.ingestion.polling.jitter import Dice

FIRST_POLLS_A_SECOND = 10


def spread(
    sources: Iterable[tuple[str, timedelta, datetime | None]], now: datetime, dice: Dice
) -> dict[str, timedelta]:
    """How long each source waits for its first poll, after a start or when a share of them is taken over.

    What was planned for later keeps its time. The others are spread evenly, each within its interval, so that a restart
    asks no host and no network for all at once; few of them begin soon.

    Args:
        sources: id, shortest interval, and when it was to be polled, None where that is not known.
        now: the time of the start.
        dice: to move each within its own slot.
    """
    waits: dict[str, timedelta] = {}
    overdue: list[tuple[str, timedelta]] = []
    for source, interval, planned in sources:
        if planned is not None and planned > now:
            waits[source] = planned - now
        else:
            overdue.append((source, interval))
    slots = len(overdue)
    for slot, (source, interval) in enumerate(_shuffled(overdue, dice)):
        within = min(interval.total_seconds(), slots / FIRST_POLLS_A_SECOND)
        waits[source] = timedelta(seconds=within * (slot + dice(0, 1)) / slots)
    return waits


def _shuffled(sources: list[tuple[str, timedelta]], dice: Dice) -> list[tuple[str, timedelta]]:
    """In any order: sources of one host stand beside each other in the configuration."""
    return [source for _, source in sorted((dice(0, 1), source) for source in sources)]


class _Entry(NamedTuple):
    at: float
    number: int
    source: str
    """Empty: the host's rest is over."""
    host: str


class Timetable:
    """Times are seconds of any one clock. A source that was taken is not due again until it is planned again."""

    def __init__(self) -> None:
        self._heap: list[_Entry] = []
        self._planned: dict[str, _Entry] = {}
        self._under_way: dict[str, str] = {}
        self._busy: set[str] = set()
        self._resting: dict[str, float] = {}
        self._waiting: dict[str, list[_Entry]] = {}
        self._number = 0

    def plan(self, source: str, host: str, at: float) -> None:
        """The source is due then, and no longer when it was planned for before."""
        self._planned[source] = self._push(at, source, host)

    def forget(self, source: str) -> None:
        """The source is not due any more."""
        self._planned.pop(source, None)

    def rest(self, host: str, until: float) -> None:
        """Take no source of this host before; a rest is never cut short."""
        if until > self._resting.get(host, 0):
            self._resting[host] = until
            self._push(until, "", host)

    def take(self, now: float, room: int) -> Iterator[str]:
        """Up to `room` sources that are due, each to be given back by `done`. One whose host is busy or rests waits."""
        while room > 0 and self._heap and self._heap[0].at <= now:
            entry = heapq.heappop(self._heap)
            if not self._holds(entry):
                self._call_next(entry.host, now)
                continue
            host = self._under_way.get(entry.source, entry.host)
            if host in self._busy or self._resting.get(host, now) > now:
                heapq.heappush(self._waiting.setdefault(host, []), entry)
                continue
            del self._planned[entry.source]
            self._busy.add(host)
            self._under_way[entry.source] = host
            room -= 1
            yield entry.source

    def done(self, source: str) -> None:
        """The source was polled: its host is free for the others."""
        host = self._under_way.pop(source)
        self._busy.discard(host)
        self._call_next(host)

    def next_at(self) -> float | None:
        """When the next one is due; None where none is, or all wait for a busy host."""
        while self._heap and self._heap[0].source and not self._holds(self._heap[0]):
            self._call_next(heapq.heappop(self._heap).host)
        return self._heap[0].at if self._heap else None

    def _push(self, at: float, source: str, host: str) -> _Entry:
        self._number += 1
        entry = _Entry(at, self._number, source, host)
        heapq.heappush(self._heap, entry)
        return entry

    def _holds(self, entry: _Entry) -> bool:
        return self._planned.get(entry.source) == entry

    def _call_next(self, host: str, now: float | None = None) -> None:
        """Let the first of those that wait for this host be taken, if it is free."""
        if now is not None and self._resting.get(host, now + 1) <= now:
            del self._resting[host]
        waiting = self._waiting.get(host)
        if waiting is None or host in self._busy:
            return
        while waiting:
            entry = heapq.heappop(waiting)
            if self._holds(entry):
                heapq.heappush(self._heap, entry)
                break
        if not waiting:
            del self._waiting[host]
