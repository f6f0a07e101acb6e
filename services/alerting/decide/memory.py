"""What rang already, as values: one memory for each partition of the mentions.

An entry is forgotten 90 days after it rang, by the time of the mentions that come in, never by a clock: the same
mentions give the same memory again. Each mention measures for itself: one that claims to be from the future makes few
forgotten, and the next one none.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Final

KEPT: Final = timedelta(days=90)
"""As long as the alerts themselves."""
MOST_FORGOTTEN: Final = 10
"""At one call: more than one ring adds, so that what is old drains, and few, so that no mention carries a flood."""


class Memory:
    """Keys of `RungState`, and when each rang."""

    def __init__(self, rang: Iterable[tuple[str, datetime]] = ()) -> None:
        self._rang_at = dict(rang)
        self._oldest_first = [(rang_at, key) for key, rang_at in self._rang_at.items()]
        heapify(self._oldest_first)

    def __contains__(self, key: object) -> bool:
        return key in self._rang_at

    def __len__(self) -> int:
        return len(self._rang_at)

    def remember(self, key: str, rang_at: datetime) -> None:
        """Take note of a key that is not there yet."""
        self._rang_at[key] = rang_at
        heappush(self._oldest_first, (rang_at, key))

    def forget(self, now: datetime) -> list[str]:
        """Drop what rang long before `now`, the oldest first and not all at once.

        Returns:
            The keys that were dropped.
        """
        forgotten: list[str] = []
        while self._oldest_first and self._oldest_first[0][0] < now - KEPT and len(forgotten) < MOST_FORGOTTEN:
            _, key = heappop(self._oldest_first)
            del self._rang_at[key]
            forgotten.append(key)
        return forgotten
