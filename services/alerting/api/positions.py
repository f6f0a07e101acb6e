"""Where somebody stands in the alerts. Pure.

Position  17-42-9              of each partition of `alerts` the offset that comes next: all below was given, nothing
                               above. It means the same in every instance and after any restart, whatever order the
                               partitions are read in. It is the SSE id, and the cursor of `order=oldest`.
Cursor    1764000000000.1.42   record time in milliseconds, partition, offset: the cursor of `order=newest`
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

OFFSET_BITS: Final = 40
"""A record's row is its partition and its offset in one integer: 2^40 records of a partition, 2^22 partitions."""
MOST_CHARACTERS: Final = 4_000
"""Of a position or cursor in a request: beside the rest of it, an address has room for these."""

_LIMIT: Final = 1 << OFFSET_BITS
_POSITION: Final = re.compile(r"\d{1,13}(-\d{1,13}){0,999}", re.ASCII)
_CURSOR: Final = re.compile(r"(\d{1,15})\.(\d{1,6})\.(\d{1,13})", re.ASCII)


class NotAPosition(ValueError):
    """A text that was never handed out as a position or cursor."""


@dataclass(frozen=True, slots=True)
class Position:
    """Of each partition the offset that comes next."""

    offsets: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Read what `str` wrote.

        Raises:
            NotAPosition: it did not write this.
        """
        offsets = tuple(int(part) for part in text.split("-")) if _POSITION.fullmatch(text) else ()
        if not offsets or max(offsets) >= _LIMIT:
            raise NotAPosition(f"{text[:100]!r} is no position in the alerts")
        return cls(offsets)

    def __str__(self) -> str:
        return "-".join(map(str, self.offsets))

    def __or__(self, other: "Position") -> "Position":
        """What is given when both are."""
        return Position(tuple(map(max, self.offsets, other.offsets)))

    def __le__(self, other: "Position") -> bool:
        """Whether what is given here is given there."""
        return all(mine <= theirs for mine, theirs in zip(self.offsets, other.offsets, strict=True))

    def after(self, partition: int, offset: int) -> "Position":
        """Once this record is given as well."""
        offsets = list(self.offsets)
        offsets[partition] = offset + 1
        return Position(tuple(offsets))

    def lacks(self, partition: int, offset: int) -> bool:
        """Whether this record is yet to be given."""
        return offset >= self.offsets[partition]


class Cursor(NamedTuple):
    """The record after which a page goes on, by time."""

    time: int
    """Milliseconds since 1970."""
    row: int

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read what `str` wrote.

        Raises:
            NotAPosition: it did not write this.
        """
        found = _CURSOR.fullmatch(text)
        if found is None or int(found[3]) >= _LIMIT:
            raise NotAPosition(f"{text[:100]!r} is no cursor of order=newest")
        return cls(int(found[1]), row_of(int(found[2]), int(found[3])))

    def __str__(self) -> str:
        partition, offset = place_of(self.row)
        return f"{self.time}.{partition}.{offset}"


def row_of(partition: int, offset: int) -> int:
    """A record as one integer: in the order of its offset within the partition."""
    return partition << OFFSET_BITS | offset


def place_of(row: int) -> tuple[int, int]:
    """Partition and offset of a row."""
    return row >> OFFSET_BITS, row & (_LIMIT - 1)
