"""What the signs between words are to a sentence: one look-up per code point."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from services.matching.fold import Codes

Signs = npt.NDArray[np.uint8]

LETTER, SPACE, CLOSER, STOP, MARK, ALWAYS = range(6)
"""Nothing; white space; what may close a sentence; a full stop; another mark that ends one before white space; a mark
that always ends one."""

_ALWAYS_ENDS: Final = "。！？｡؟।॥\n\r\x0b\x0c\x85\u2028\u2029"

HARD: Final = '.!?;:,|()"«»“”،؛؟۔।。，、！？；：'
"""What stands between two names, not within one."""
_PERHAPS_HARD: Final = f"{HARD}\n–—-"


def may_part(codes: Codes) -> npt.NDArray[np.bool_]:
    """Which code points may part the words of a name: hard signs, and line breaks and dashes, as it depends."""
    found: npt.NDArray[np.bool_] = _parting().take(codes if codes.dtype == np.uint16 else np.minimum(codes, 0xFFFF))
    return found


@cache
def _parting() -> npt.NDArray[np.bool_]:
    table = np.zeros(0x10000, dtype=np.bool_)
    table[[ord(sign) for sign in _PERHAPS_HARD]] = True
    return table


def signs(codes: Codes) -> Signs:
    """LETTER to ALWAYS of each code point."""
    found: Signs = _table().take(codes if codes.dtype == np.uint16 else np.minimum(codes, 0xFFFF))
    return found


@cache
def _table() -> Signs:
    table = np.full(0x10000, LETTER, dtype=np.uint8)
    for code in range(0x3001):
        if chr(code).isspace():
            table[code] = SPACE
        elif unicodedata.category(chr(code)) in ("Pe", "Pf", "Pi"):
            table[code] = CLOSER
    for marks, sign in (("\"'", CLOSER), (".", STOP), ("!?…۔", MARK), (_ALWAYS_ENDS, ALWAYS)):
        table[[ord(mark) for mark in marks]] = sign
    return table
