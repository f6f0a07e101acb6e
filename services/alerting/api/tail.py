"""The newest alerts in memory: all who listen read the same bytes, each from where they stand. Nobody has a queue.

Whoever is slow falls behind the tail and reads on in the store; memory does not grow with those who listen.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.alerting.api.positions import Position
from services.alerting.api.writing import Written

MOST_ENTRIES: Final = 1_000
MOST_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """An alert as it is written to streams."""

    partition: int
    offset: int
    labels: frozenset[str]
    position: Position
    """Where the tail stands after it."""
    event: bytes
    """The event without its id."""
    frame: bytes
    """The event with `position` as its id."""


class Tail:
    """The newest entries in the order in which this process read them, numbered from 0."""

    def __init__(self, position: Position) -> None:
        """Begin at a position: what it lacks is added from now on."""
        self._entries: list[Entry] = []
        self._size = 0
        self.first = 0
        """The number of the oldest entry that is held."""
        self.begins_at = position
        """What lies below was never added, or is held no longer."""
        self.head = position
        """What lies below is held, or was."""
        self.is_closed = False
        self._moved: asyncio.Future[None] | None = None

    @property
    def end(self) -> int:
        """The number that the next entry gets."""
        return self.first + len(self._entries)

    def covers(self, position: Position) -> bool:
        """Whether all that a position lacks is held, or is yet to come."""
        return self.begins_at <= position

    def __getitem__(self, number: int) -> Entry:
        """The entry of a number from `first` up to `end`."""
        return self._entries[number - self.first]

    def add(self, alerts: Iterable[Written], head: Position) -> None:
        """Add alerts, each after those of lower offsets of its partition, and say how far was read."""
        before = self.end
        for alert in alerts:
            self.head = self.head.after(alert.partition, alert.offset)
            event = framed(alert.body)
            entry = Entry(alert.partition, alert.offset, alert.labels, self.head, event, with_id(self.head, event))
            self._entries.append(entry)
            self._size += 2 * len(event)
        self.head = self.head | head
        self._shorten()
        if self.end > before:
            self._wake()

    def close(self) -> None:
        """Nothing comes any more: all who wait are told."""
        self.is_closed = True
        self._wake()

    async def moved(self, number: int, seconds: float) -> None:
        """Wait for an entry of this number, or for the end; for so long at most."""
        if self.end > number or self.is_closed:
            return
        if self._moved is None:
            self._moved = asyncio.get_running_loop().create_future()
        await asyncio.wait({self._moved}, timeout=seconds)

    def _shorten(self) -> None:
        surplus = max(0, len(self._entries) - MOST_ENTRIES)
        size = self._size - sum(2 * len(entry.event) for entry in self._entries[:surplus])
        while size > MOST_BYTES:
            size -= 2 * len(self._entries[surplus].event)
            surplus += 1
        if surplus:
            self.begins_at = self._entries[surplus - 1].position
            del self._entries[:surplus]
            self.first += surplus
            self._size = size

    def _wake(self) -> None:
        moved, self._moved = self._moved, None
        if moved is not None:
            moved.set_result(None)


def framed(body: bytes) -> bytes:
    """An alert's JSON, on one line, as a server-sent event without its id."""
    return b"event: alert\ndata: " + body + b"\n\n"


def with_id(position: Position, event: bytes = b"\n") -> bytes:
    """An event whose id is a position; by itself, one that nobody sees and that only moves the reader's position."""
    return f"id: {position}\n".encode() + event
