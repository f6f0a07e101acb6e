"""Where sentences begin.

A sentence ends after . ! ? … ۔ before white space or the end of the text, closing quotes and brackets included; after
。！？｡ ؟ । and line breaks always. A full stop after a single letter ("S. Jaishankar", "the U.S."), after a title
("Gen. Munir") or before a small letter ends nothing.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from services.matching.fold import IntArray, code_points

_LETTER, _SPACE, _CLOSER, _STOP, _MARK, _ALWAYS = range(6)
_ALWAYS_ENDS: Final = "。！？｡؟।॥\n\r\x0b\x0c\x85\u2028\u2029"
_TITLES: Final = {
    "en": "adm brig capt col dr gen gov hon jr lt maj mr mrs ms no prof rep rev sen sgt sr st vs",
    "ru": "им ген гос проф ул",
}
_KNOWN_TITLES: Final = frozenset(title for titles in _TITLES.values() for title in titles.split())
_LONGEST_TITLE: Final = max(map(len, _KNOWN_TITLES))


def sentence_starts(text: str) -> IntArray:
    """Offsets at which the sentences of a text begin, ascending, the first at 0; white space may precede the words."""
    codes = code_points(text)
    flags = _flags().take(codes if codes.dtype == np.uint16 else np.minimum(codes, 0xFFFF))
    flags = np.append(flags, np.uint8(_SPACE))
    marks = np.flatnonzero(flags >= _STOP)
    after = marks + 1
    always = flags[marks] == _ALWAYS
    for _ in range(3):
        after += (flags[after] == _CLOSER) & ~always
    ends = always | (flags[after] == _SPACE)
    starts = [0]
    for mark, end, flag in zip(marks[ends].tolist(), after[ends].tolist(), flags[marks[ends]].tolist(), strict=True):
        if end > starts[-1] and end < len(text) and (flag != _STOP or _ends_a_sentence(text, mark, end)):
            starts.append(end)
    return np.array(starts, dtype=np.int32)


def _ends_a_sentence(text: str, stop: int, end: int) -> bool:
    following = text[end : end + 8].lstrip()
    if following[:1].islower():
        return False
    before = text[max(0, stop - _LONGEST_TITLE - 1) : stop]
    letters = len(before)
    while letters and before[letters - 1].isalpha():
        letters -= 1
    word = before[letters:]
    return len(word) != 1 and word.lower() not in _KNOWN_TITLES


@cache
def _flags() -> npt.NDArray[np.uint8]:
    flags = np.full(0x10000, _LETTER, dtype=np.uint8)
    for code in range(0x3001):
        if chr(code).isspace():
            flags[code] = _SPACE
        elif unicodedata.category(chr(code)) in ("Pe", "Pf", "Pi"):
            flags[code] = _CLOSER
    for marks, flag in (("\"'", _CLOSER), (".", _STOP), ("!?…۔", _MARK), (_ALWAYS_ENDS, _ALWAYS)):
        flags[[ord(mark) for mark in marks]] = flag
    return flags
