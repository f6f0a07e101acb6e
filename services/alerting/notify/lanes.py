"""Order where it is asked for: of each lane one goes, the others wait behind it."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """What is in work, by lane, in the order in which it came."""

    def __init__(self) -> None:
        self._lanes: dict[str, deque[T]] = {}

    def enter(self, lane: str | None, one: T) -> bool:
        """Take one in.

        Returns:
            Whether it may go now. None is no lane: it may.
        """
        if lane is None:
            return True
        waiting = self._lanes.setdefault(lane, deque())
        waiting.append(one)
        return len(waiting) == 1

    def leave(self, lane: str | None, one: T) -> T | None:
        """Let one go that is done, or that goes another way.

        Returns:
            The one that may go now, because this one does not stand before it any more.
        """
        if lane is None or lane not in self._lanes:
            return None
        waiting = self._lanes[lane]
        was_first = waiting[0] is one
        if one in waiting:
            waiting.remove(one)
        if not waiting:
            del self._lanes[lane]
            return None
        return waiting[0] if was_first else None

    def of(self, lane: str | None) -> Sequence[T]:
        """What is in a lane, the one that goes first."""
        return () if lane is None else tuple(self._lanes.get(lane, ()))

    def drop(self, lost: Callable[[T], bool]) -> list[T]:
        """Take out what is somebody else's now.

        Returns:
            Those that may go now.
        """
        freed = []
        for lane, waiting in list(self._lanes.items()):
            first, kept = waiting[0], deque(one for one in waiting if not lost(one))
            if not kept:
                del self._lanes[lane]
                continue
            self._lanes[lane] = kept
            if kept[0] is not first:
                freed.append(kept[0])
        return freed
