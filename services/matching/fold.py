"""Text folded for matching, and where every folded code point stood in the text that the reader saw.

The fold, in the order applied:

1. A space is put before and after the text, so that every word has a boundary on both sides.
2. Every code point becomes a letter, a separator, or nothing, by one table:
   marks, format characters and tatweel go; punctuation, symbols, white space and ZWNJ separate; letters lose case,
   accents and their regional shapes (ي ى ې ے are one letter, so are ك and ک); digits become ASCII.
3. Code points that fold to several letters (ß, ﬁ, ﻻ) are spelled out; all of them keep the place of the one.
4. Runs of separators become one space.
5. Where a script written without spaces meets one written with them ("TTP组织"), a space is put between.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int32]
IndexArray = npt.NDArray[np.intp]
Codes = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]

_DELETE: Final = 0
_SPACE: Final = 32
_PLANE: Final = 0x10000
_EXPANSION: Final = 0xF000  # private use: table values from here on number the spelled-out code points
_MARK: Final = "\ue000"  # private use: stands between the phrases of one batch
_BATCH: Final = 10_000  # phrases that are folded together: what they take stays in the processor's cache

APOSTROPHES: Final = "'’‘‛`´ʹʻʼʽʾʿ＇"
ZERO_WIDTH_NON_JOINER: Final = "\u200c"

UNSPACED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # Han iteration mark and zero
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x20000, 0x3FFFF),  # Han, supplementary planes
)
"""First and last code points of the scripts that are written without spaces between words."""
_DELETED_MARKS: Final = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x08CA, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE2F),
    (0x093C, 0x093C), (0x09BC, 0x09BC), (0x0A3C, 0x0A3C), (0x0ABC, 0x0ABC), (0x0B3C, 0x0B3C), (0x0CBC, 0x0CBC),
    (0xE0100, 0xE01EF),
)  # fmt: skip
_FIRST: Final = np.ones(1, dtype=np.bool_)
_DELETED_LETTERS: Final = frozenset("ـʹʻʼʽʾʿ")
_KEPT_COMPOSED: Final = frozenset("йїў") | {chr(c) for c in range(0x3041, 0x30FF)}
_OF_THEIR_OWN: Final = {
    **dict.fromkeys("يىېۍے", "ی"),
    **dict.fromkeys("كڪ", "ک"),
    "ٱ": "ا",
    **dict.fromkeys("ۇۆۈۋ", "و"),
    **dict.fromkeys("ةہۃھە", "ه"),
    **dict.fromkeys("ټٹ", "ت"),
    **dict.fromkeys("ډڈ", "د"),
    **dict.fromkeys("ړڑ", "ر"),
    **dict.fromkeys("ڼںڭ", "ن"),
    "ښ": "ش", "څ": "چ", "ځ": "ز", "ږ": "ژ", "ګ": "گ",
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text.

    Attributes:
        text: Words between single spaces, with one space before and after them all.
        offsets: int32 (len(text) + 1,), never decreasing: where each folded code point stood in the original, in code
            points, then the original's length.
        codes: The code points of `text`.
    """

    text: str
    offsets: IntArray
    codes: Codes


def fold(text: str) -> Folded:
    """Fold a text for matching. Lone surrogates separate words; no text is refused.

    Source: The Unicode Standard, sections 3.13 (caseless matching) and 23.2 (joiners).
    """
    return fold_codes(code_points(f" {text} "))


def fold_codes(codes: Codes) -> Folded:
    """The same for the code points of a text that has a space before and after it already."""
    folded, where = _apply(codes, _table_for(codes))
    offsets = np.empty(len(folded) + 1, dtype=np.int32)
    np.subtract(where, 1, out=offsets[:-1], casting="unsafe")
    offsets[0] = 0
    offsets[-1] = len(codes) - 2
    return Folded(_decode(folded), offsets, folded)


def fold_phrases(phrases: Sequence[str]) -> list[str]:
    """Fold many phrases at once, bare of outer spaces. Asterisks stay: they are no text but wildcards."""
    folded: list[str] = []
    for first in range(0, len(phrases), _BATCH):
        batch = [phrase.replace(_MARK, " ") for phrase in phrases[first : first + _BATCH]]
        codes = code_points(f" {f' {_MARK} '.join(batch)} ")
        letters, _ = _apply(codes, _phrase_table(codes.dtype == np.uint16))
        folded += map(str.strip, _decode(letters).split(_MARK))
    return folded


def code_points(text: str) -> Codes:
    """The code points of a text as an array: 16 bits wide unless one of them lies beyond the basic plane."""
    codes: Codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    if len(codes) != len(text):
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return codes


def is_unspaced(codes: Codes) -> npt.NDArray[np.bool_]:
    """Which code points belong to scripts that are written without spaces between words."""
    found = np.zeros(len(codes), dtype=np.bool_)
    if not len(codes) or codes.max() < UNSPACED[0][0]:
        return found
    for first, last in UNSPACED:
        found |= (codes >= first) & (codes <= last)
    return found


def _table_for(codes: Codes) -> Codes:
    return _basic_table() if codes.dtype == np.uint16 else _whole_table()


def _decode(codes: Codes) -> str:
    return str(codes.tobytes(), "utf-16-le" if codes.dtype == np.uint16 else "utf-32-le")


def _apply(codes: Codes, table: Codes) -> tuple[Codes, IntArray]:
    folded = table.take(codes)
    where = np.arange(len(folded), dtype=np.int32)
    last = folded.max()
    if last >= _EXPANSION:
        folded, where = _spell_out(folded)
    if not folded.all():
        kept = np.flatnonzero(folded)
        folded, where = folded.take(kept), where.take(kept)
    space = folded == _SPACE
    again = space[1:] & space[:-1]
    if again.any():
        kept = np.flatnonzero(np.concatenate((_FIRST, ~again)))
        folded, where = folded.take(kept), where.take(kept)
    return _part_scripts(folded, where) if last >= UNSPACED[0][0] else (folded, where)


def _spell_out(folded: Codes) -> tuple[Codes, IntArray]:
    spellings = _spellings()
    number = folded.astype(np.int64) - _EXPANSION
    number[(number < 0) | (number >= len(spellings))] = -1
    lengths = np.array([*map(len, spellings), 1])[number]  # -1 takes the last: one letter, itself
    where = np.repeat(np.arange(len(folded), dtype=np.int32), lengths)
    spelled = folded[where]
    starts = np.cumsum(lengths) - lengths
    for at in np.flatnonzero(number >= 0):
        start = starts[at]
        spelled[start : start + lengths[at]] = [ord(letter) for letter in spellings[number[at]]]
    return spelled, where


def _part_scripts(folded: Codes, where: IntArray) -> tuple[Codes, IntArray]:
    unspaced = is_unspaced(folded)
    if not unspaced.any():
        return folded, where
    letter = folded != _SPACE
    border = np.flatnonzero((unspaced[1:] != unspaced[:-1]) & letter[1:] & letter[:-1]) + 1
    if not len(border):
        return folded, where
    source = np.insert(np.arange(len(folded)), border, border)
    parted = folded.take(source)
    parted[border + np.arange(len(border))] = _SPACE
    return parted, where.take(source)


def _folded_letters(char: str) -> str:
    """What one code point folds to: letters, a space, or nothing."""
    code, category = ord(char), unicodedata.category(char)
    if char in _DELETED_LETTERS or any(first <= code <= last for first, last in _DELETED_MARKS if category[0] == "M"):
        return ""
    if category == "Cf":
        return " " if char == ZERO_WIDTH_NON_JOINER else ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category[0] in "PSZC":
        return " "
    small = char.casefold()
    if small in _KEPT_COMPOSED or 0xAC00 <= code <= 0xD7A3:
        return small
    if small in _OF_THEIR_OWN:
        return _OF_THEIR_OWN[small]
    apart = unicodedata.normalize("NFKD", small)
    if apart == char or max(apart) > max(char, "\uffff"):  # no fold leads out of the basic plane
        return char
    letters = "".join(map(_folded_letters, apart))
    return " " if " " in letters else letters  # ½ and ﷺ are no part of any one word


def _rows(first: int, last: int) -> list[tuple[int, str]]:
    return [(code, _folded_letters(chr(code))) for code in range(first, last + 1)]


@cache
def _letters_of_the_basic_plane() -> list[tuple[int, str]]:
    # Left out, because they fold to themselves or to a space as a block: Han, Hangul, surrogates and private use.
    return _rows(0, 0x33FF) + _rows(0xA000, 0xABFF) + _rows(0xD7A4, 0xD7FF) + _rows(0xF900, 0xFFFF)


@cache
def _spellings() -> list[str]:
    return sorted({letters for _, letters in _letters_of_the_basic_plane() if len(letters) > 1})


@cache
def _phrase_table(basic: bool) -> Codes:
    table = (_basic_table() if basic else _whole_table()).copy()
    table[[ord(_MARK), ord("*")]] = ord(_MARK), ord("*")
    return table


def _fill(table: Codes, rows: list[tuple[int, str]]) -> None:
    number = {letters: _EXPANSION + n for n, letters in enumerate(_spellings())}
    for code, letters in rows:
        table[code] = number.get(letters) or ord(letters[:1] or "\0")


@cache
def _basic_table() -> npt.NDArray[np.uint16]:
    table = np.arange(_PLANE, dtype=np.uint16)
    table[0xD800:0xF900] = _SPACE
    _fill(table, _letters_of_the_basic_plane())
    return table


@cache
def _whole_table() -> npt.NDArray[np.uint32]:
    table = np.full(0x110000, _SPACE, dtype=np.uint32)
    table[:_PLANE] = _basic_table()
    table[0x20000:0x32400] = np.arange(0x20000, 0x32400)  # Han
    _fill(table, _rows(0x10000, 0x1FFFF) + _rows(0x2F800, 0x2FA1F) + _rows(0xE0000, 0xE01EF))
    return table
