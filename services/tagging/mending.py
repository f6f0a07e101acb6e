"""A text as its readers read it: look-alike letters and words cut at the end of a line put right, code point for code
point, so that every place in it is the same place in the original.

- A word that mixes Latin and Cyrillic letters ("Tаliban" with a Cyrillic "а") is written in the one script in which all
  its letters have their like; where both would do, in that of most of the text; where neither does, it stays.
- A hyphen at the end of a line before a small letter ("Paki-", "stan") becomes two code points that matching passes
  over, unless what stands before it is a name of its own ("Taliban-", "led").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from services.matching.fold import Codes, code_points

_LATIN: Final = "aceopxyijshkmABCEHIJKMOPSTXY"
_CYRILLIC: Final = "асеорхуіјѕһкмАВСЕНІЈКМОРЅТХУ"
_TO_LATIN: Final = str.maketrans(_CYRILLIC, _LATIN)
_TO_CYRILLIC: Final = str.maketrans(_LATIN, _CYRILLIC)

_WORD: Final = re.compile(r"[A-Za-z\u0400-\u04ff]+")
_CUT: Final = re.compile(r"(?<!\w)(\w{2,30})-\n(?=[^\W\d_A-ZА-ЯЁ])")
_PASSED_OVER: Final = "\u00ad\u00ad"  # soft hyphens

_CYRILLIC_BLOCK: Final = 0x04
_SMALL: Final = 0x20


def mended(text: str, is_name: Callable[[str], bool]) -> str:
    """The text with mixed and cut words put right; of the same length.

    Args:
        text: As it came.
        is_name: Whether a word is searched for by itself, and so is no half of one.
    """
    if "-\n" in text:
        text = _CUT.sub(lambda cut: cut[0] if is_name(cut[1]) else cut[1] + _PASSED_OVER, text)
    if not text.isascii() and (codes := _mixing_scripts(text)) is not None:
        latin = bool(np.count_nonzero(_is_latin(codes)) > np.count_nonzero(_is_cyrillic(codes)))
        text = _WORD.sub(lambda word: _in_one_script(word[0], latin), text)
    return text


def _mixing_scripts(text: str) -> Codes | None:
    """The code points, if a Latin letter stands next to a Cyrillic one."""
    codes = code_points(text)
    cyrillic = _is_cyrillic(codes)
    if not cyrillic.any():
        return None
    latin = _is_latin(codes)
    return codes if ((cyrillic[1:] & latin[:-1]) | (cyrillic[:-1] & latin[1:])).any() else None


def _is_cyrillic(codes: Codes) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = codes >> 8 == _CYRILLIC_BLOCK
    return found


def _is_latin(codes: Codes) -> npt.NDArray[np.bool_]:
    small = codes | _SMALL
    found: npt.NDArray[np.bool_] = (small >= ord("a")) & (small <= ord("z"))
    return found


def _in_one_script(word: str, latin: bool) -> str:
    if word.isascii():
        return word
    in_latin, in_cyrillic = word.translate(_TO_LATIN), word.translate(_TO_CYRILLIC)
    whole_latin, whole_cyrillic = in_latin.isascii(), not any(map(str.isascii, in_cyrillic))
    if whole_latin and (latin or not whole_cyrillic):
        return in_latin
    return in_cyrillic if whole_cyrillic else word
