"""Old offsets to new ones: a record's new offset is its number among those that were taken over. Pure."""

from bisect import bisect_left
from collections.abc import Iterable


class Renumbering:
    """One partition's."""

    def __init__(self, base: int, wanted: Iterable[int] = ()) -> None:
        """
        Args:
            base: the new offset of the first record.
            wanted: old offsets that will be asked for.
        """
        self._next = base
        self._wanted = sorted(set(wanted))
        self._reached = 0
        self._new: dict[int, int] = {}
        self._exact: dict[int, int] = {}

    @property
    def next(self) -> int:
        """The new offset that comes next."""
        return self._next

    def take(self, offsets: Iterable[int]) -> None:
        """Give these records, by their old offsets, the next new ones; the offsets grow from call to call."""
        new, wanted, reached = self._next, self._wanted, self._reached
        most = len(wanted)
        for offset in offsets:
            while reached < most and wanted[reached] <= offset:
                self._new[wanted[reached]] = new
                if wanted[reached] == offset:
                    self._exact[offset] = new
                reached += 1
            new += 1
        self._next, self._reached = new, reached

    def position(self, offset: int) -> int:
        """Where somebody goes on who was to go on at an old offset: at the first record from there on that there is.

        Raises:
            KeyError: it was not said that this would be asked for.
        """
        found = bisect_left(self._wanted, offset)
        if found == len(self._wanted) or self._wanted[found] != offset:
            raise KeyError(offset)
        return self._new.get(offset, self._next)

    def record(self, offset: int) -> int | None:
        """The new offset of the very record that stood there; None where it was not taken over."""
        return self._exact.get(offset)
