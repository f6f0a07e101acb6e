"""When to poll next. Pure: the time and the dice come in as values.

After an answer: the source's interval, longer where the host asks for it (Cache-Control, the feed's ttl).
After a failure: the interval, doubled with each further failure up to an hour, longer where the host asks for it
(Retry-After). A source is tried ever more slowly and never given up.
Each wait is jittered, so that what was once polled together does not stay together.
"""

import heapq
import re
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_BACKOFF = timedelta(hours=1)
MAX_ASKED = timedelta(hours=24)
"""No host is left alone for longer than this, whatever it asks for."""
FIRST_POLLS_A_SECOND = 10

Dice = Callable[[float, float], float]
"""A number between two, each as likely: `random.uniform`."""

_MAX_AGE = re.compile(r'(?:^|[\s,])max-age\s*=\s*"?([0-9]{1,10})', re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,10}")
_NOTHING = timedelta(0)


def first_wait(interval: timedelta, sources: int, dice: Dice) -> timedelta:
    """Before a source's first poll: spread, so that a restart asks no host and no network for all at once."""
    return timedelta(seconds=dice(0, min(interval.total_seconds(), sources / FIRST_POLLS_A_SECOND)))


def wait_after_answer(interval: timedelta, asked: timedelta, dice: Dice) -> timedelta:
    """Before the next poll of a source that answered; `asked` is what the host asks for at least."""
    return max(interval * dice(0.95, 1.05), min(asked, MAX_ASKED) * dice(1, 1.05))


def wait_after_failure(interval: timedelta, failures: int, asked: timedelta, dice: Dice) -> timedelta:
    """Before the next poll of a source that failed so many times running, `failures` >= 1."""
    backoff = min(interval * (1 << min(failures - 1, 20)), max(interval, MAX_BACKOFF))
    return max(backoff * dice(0.75, 1.25), min(asked, MAX_ASKED) * dice(1, 1.05))


def asked_by_cache_control(header: str | None) -> timedelta:
    """How long the answer stays fresh (RFC 9111, section 5.2.2.1); zero where it does not say."""
    found = _MAX_AGE.search(header or "")
    return timedelta(seconds=int(found.group(1))) if found else _NOTHING


def asked_by_retry_after(header: str | None, now: datetime) -> timedelta:
    """How long the host wants to be left alone (RFC 9110, section 10.2.3); zero where it does not say."""
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=int(text))
    try:
        return max(parsedate_to_datetime(text) - now, _NOTHING)
    except (ValueError, TypeError, OverflowError):
        return _NOTHING


class Timetable:
    """Who is due, the longest overdue first, never two of one host at a time.

    Times are seconds of any one clock. A source that was taken is not due again until it is planned again.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, str]] = []
        self._planned: dict[str, tuple[float, int, str]] = {}
        self._hosts: dict[str, str] = {}
        self._under_way: dict[str, str] = {}
        self._held: dict[str, deque[tuple[float, int, str]]] = {}
        self._number = 0

    def plan(self, source: str, host: str, at: float) -> None:
        """The source is due then, and no longer when it was planned for before."""
        self._number += 1
        self._hosts[source] = host
        self._planned[source] = entry = (at, self._number, source)
        heapq.heappush(self._heap, entry)

    def forget(self, source: str) -> None:
        """The source is not due any more."""
        self._planned.pop(source, None)
        self._hosts.pop(source, None)

    def take(self, now: float, room: int) -> Iterator[str]:
        """Up to `room` sources that are due, each to be given back by `done`. One whose host is busy waits for it."""
        while room > 0 and self._heap and self._heap[0][0] <= now:
            entry = heapq.heappop(self._heap)
            source = entry[2]
            if self._planned.get(source) != entry:
                continue
            host = self._under_way.get(source, self._hosts[source])
            if host in self._held:
                self._held[host].append(entry)
                continue
            del self._planned[source]
            self._held[host] = deque()
            self._under_way[source] = host
            room -= 1
            yield source

    def done(self, source: str) -> None:
        """The source was polled: its host is free for the others."""
        for entry in self._held.pop(self._under_way.pop(source), ()):
            heapq.heappush(self._heap, entry)

    def next_at(self) -> float | None:
        """When the next one is due; None where none is, or all wait for a busy host."""
        while self._heap and self._planned.get(self._heap[0][2]) != self._heap[0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None
