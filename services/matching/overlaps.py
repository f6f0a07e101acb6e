"""Names inside longer names: the longest match wins."""

from __future__ import annotations

from collections.abc import Sequence


def longest_wins(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Which of the half-open spans stand, as indices in their given order.

    A span that overlaps a longer one falls; among overlapping spans of one length the first in the text stands. Equal
    spans share their fate.
    """
    standing = set[tuple[int, int]]()
    taken = bytearray(max((end for _, end in spans), default=0))
    for start, end in sorted(set(spans), key=lambda span: (span[0] - span[1], span)):
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            standing.add((start, end))
    return [index for index, span in enumerate(spans) if span in standing]
