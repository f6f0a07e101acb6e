"""Where sentences begin.

A sentence ends after . ! ? … ۔ before white space or the end of the text, closing quotes and brackets included; after
。！？｡ ؟ । and line breaks always. A full stop after a single letter ("S. Jaishankar", "the U.S."), after a title
("Gen. Munir") or before a small letter ends nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from services.matching.fold import IntArray, code_points
from services.matching.punctuation import ALWAYS, CLOSER, SPACE, STOP, Signs, signs

_MOST_CLOSERS: Final = 3
_TITLES: Final = {
    "en": "adm brig capt col dr gen gov hon jr lt maj mr mrs ms no prof rep rev sen sgt sr st vs",
    "ru": "им ген гос проф ул",
}
_KNOWN_TITLES: Final = frozenset(title for titles in _TITLES.values() for title in titles.split())
_LONGEST_TITLE: Final = max(map(len, _KNOWN_TITLES))


def sentence_starts(text: str, found: Signs | None = None) -> IntArray:
    """Offsets at which the sentences of a text begin, ascending, the first at 0; white space may precede the words.

    Args:
        text: The text.
        found: `punctuation.signs` of its code points and of one space after them, where they are known already.
    """
    signed = signs(code_points(f"{text} ")) if found is None else found
    marks = np.flatnonzero(signed >= STOP)
    kinds = signed.take(marks)
    following = signed.take(marks + 1)
    starts = [0]
    for mark, kind, after in zip(marks.tolist(), kinds.tolist(), following.tolist(), strict=True):
        end = mark + 1
        if kind != ALWAYS:
            if after == CLOSER:
                end = _after_closers(signed, end)
                after = signed[end]
            if after != SPACE:
                continue
        if starts[-1] < end < len(text) and (kind != STOP or _ends_a_sentence(text, mark, end)):
            starts.append(end)
    return np.array(starts, dtype=np.int32)


def _after_closers(found: Signs, end: int) -> int:
    last = end + _MOST_CLOSERS
    while end < last and found[end] == CLOSER:
        end += 1
    return end


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
