"""Endings and joined particles, checked for all words of a document at once.

An affix of up to four letters of the basic plane is packed into one 64-bit number, so that it is compared as a number
and never cut out of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from services.matching.endings import LONGEST_AFFIX
from services.matching.fold import Codes, code_points

Packed = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.integer[Any]]

_BITS: Final = 16
_LETTERS: Final = 64 // _BITS
_SHIFTS: Final = np.arange(0, 64, _BITS, dtype=np.uint64)
_PLACES: Final = np.arange(_LETTERS, dtype=np.int32)
_NO_LETTER: Final = 0xFFFF

assert LONGEST_AFFIX <= _LETTERS  # noqa: S101 - of endings.py, known when this is imported


class AffixTable:
    """Sets of affixes by number; numbered as `number` is asked for them."""

    def __init__(self, sets: Sequence[frozenset[str]]) -> None:
        affixes = sorted({affix for affixes in sets for affix in affixes})
        letters = np.full((len(affixes), _LETTERS), 0, dtype=np.uint64)
        for row, affix in enumerate(affixes):
            letters[row, : len(affix)] = code_points(affix)
        packed = _pack(letters)
        order = np.argsort(packed)
        self._packed: Final = packed[order]
        self._allowed: Final = np.array(
            [[affixes[row] in allowed for row in order.tolist()] for allowed in sets], dtype=np.bool_
        ).reshape(len(sets), len(affixes))

    def allows(self, sets: Positions, codes: Codes, starts: Positions, ends: Positions) -> npt.NDArray[np.bool_]:
        """Whether what stands between each start and end is one of the affixes of the set.

        Args:
            sets: (n,): the number of the set.
            codes: The code points of the text.
            starts: (n,): first letter of what is asked about.
            ends: (n,): one past its last; may equal the start.
        """
        lengths = ends - starts
        letters = codes.take(starts[:, None] + _PLACES, mode="clip").astype(np.uint64)
        np.minimum(letters, _NO_LETTER, out=letters)
        letters[lengths[:, None] <= _PLACES] = 0
        packed = _pack(letters)
        found = np.minimum(self._packed.searchsorted(packed), len(self._packed) - 1)
        known = (self._packed.take(found) == packed) & (lengths <= _LETTERS)
        allowed: npt.NDArray[np.bool_] = known & self._allowed[sets, found]
        return allowed


def _pack(letters: Packed) -> Packed:
    packed: Packed = np.bitwise_or.reduce(letters << _SHIFTS, axis=1)
    return packed
