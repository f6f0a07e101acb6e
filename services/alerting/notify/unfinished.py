"""Which records of one partition are begun and not done: what may be committed, and what was begun already."""


class Unfinished:
    """Offsets of one partition."""

    def __init__(self) -> None:
        self._open: set[int] = set()
        self._reached = 0

    @property
    def reached(self) -> int:
        """All records below this offset were begun."""
        return self._reached

    @property
    def committable(self) -> int:
        """All records below this offset are done."""
        return min(self._open, default=self._reached)

    def begin(self, offset: int) -> bool:
        """Take note of a record.

        Returns:
            Whether it is new here: after a rebalance the consumer hands out again what was not committed.
        """
        if offset < self._reached:
            return False
        self._open.add(offset)
        self._reached = offset + 1
        return True

    def done(self, offset: int) -> None:
        """It needs nothing more."""
        self._open.discard(offset)

    def reach(self, position: int) -> None:
        """Nothing more comes below this offset: what stands there are marks of transactions."""
        self._reached = max(self._reached, position)
