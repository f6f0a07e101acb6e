"""The words, numbers and marks of a stretch of text, with where they stand: what figures and statements are read from.

Words are compared by keys: small letters, without accents of writing that hide no other word, one letter where scripts
have several for one (ي ى ی; ك ک). A number is a token only where it stands alone: not in "F-16", "3-year-old", "9/11",
"12.5.2014", "$12", "12%".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, Literal, NamedTuple

Kind = Literal["number", "word", "mark"]

_GROUPED: Final = r"\d{1,3}(?:(?:,\d{2,3})*,\d{3}|(?:[٬'’]\d{3})+|(?:[ \u00a0\u202f]\d{3})+)(?!\d)"
_DECIMAL: Final = r"\d{1,4}[.,٫]\d{1,2}(?!\d)"
_ONE: Final = rf"(?:{_GROUPED}|{_DECIMAL}|\d{{1,9}})"
_JOINED: Final = (
    r"\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0970-\u097f\u200c\u200d"
)
_TOKEN: Final = re.compile(
    rf"(?P<number>(?<![\w.,/:#$€£₹₨+%\-–]){_ONE}(?:\s?[-–—]\s?{_ONE})?(?![\w%٪/:°$€£]|[-–]\w|[.,٫]\d|\s%))"
    rf"|(?P<word>\w[\w{_JOINED}]*(?:['’\-][\w{_JOINED}]+)*)"
    r"|(?P<mark>[^\w\s])"
)
_SAME: Final = str.maketrans(
    {
        **dict.fromkeys("يىېۍےئ", "ی"), **dict.fromkeys("كڪ", "ک"),
        **dict.fromkeys("ةہۃھۀ", "ه"), **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ټٹ", "ت"), **dict.fromkeys("ډڈ", "د"), **dict.fromkeys("ړڑ", "ر"), **dict.fromkeys("ڼںڭ", "ن"),
        "ؤ": "و", "ё": "е", "’": "'",
        **{chr(0x958 + number): letter for number, letter in enumerate("कखगजडढफय")},
        **dict.fromkeys(chr(code) for code in (*range(0x300, 0x370), *range(0x610, 0x61B), *range(0x64B, 0x660))),
        **dict.fromkeys("\u0640\u0654\u0670\u093c\u200c\u200d"),
    }
)  # fmt: skip


class Token(NamedTuple):
    """A word, a number or a mark."""

    key: str
    """What it is compared by."""
    start: int
    end: int
    kind: Kind


_token: Final[Callable[[tuple[object, ...]], Token]] = partial(tuple.__new__, Token)  # without a frame for each


def key(word: str) -> str:
    """What a word is compared by."""
    if not word.isascii():
        return word.lower().translate(_SAME)
    return word.lower()


def keys(words: str) -> frozenset[str]:
    """The keys of words that are listed between spaces."""
    return frozenset(map(key, words.split()))


def phrases(listed: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Each phrase as the keys of its words."""
    return frozenset(tuple(map(key, phrase.split())) for phrase in listed)


def tokens(text: str, start: int, end: int) -> list[Token]:
    """What stands between two code points of a text; linear in their distance."""
    return list(first_tokens(text, start, end))


def first_tokens(text: str, start: int, end: int) -> Iterator[Token]:
    """The same, one by one: for those who stop early."""
    for match in _TOKEN.finditer(text, start, end):
        yield _token((key(match[0]), *match.span(), match.lastgroup))
