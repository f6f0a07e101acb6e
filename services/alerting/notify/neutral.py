"""Foreign text made harmless wherever it is shown: no character steers the terminal, the line or its direction.

A text of another direction inside a line is put between isolates (Unicode Standard Annex 9, section 2.5), so that it
neither turns the rest of the line nor is torn apart by it.
"""

from typing import Final, Literal
from unicodedata import bidirectional, category

Direction = Literal["ltr", "rtl"]

_NEUTRAL: Final[dict[int, int | str]] = {
    **{code: 0x2400 + code for code in range(0x20)},  # control pictures
    **dict.fromkeys(b"\t\n\r", " "),
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0x200B),  # directions of embedded text
    0x2028: " ",
    0x2029: " ",
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
    **dict.fromkeys((0xFFFE, 0xFFFF), 0xFFFD),  # no characters: XML refuses them
}
_RIGHT_TO_LEFT: Final = frozenset(
    {"ar", "arc", "azb", "bal", "bcc", "bgn", "bqi", "ckb", "dv", "fa", "glk", "haz", "he", "khw", "ks", "lrc", "mzn"}
    | {"nqo", "pnb", "prs", "ps", "sd", "skr", "syr", "ug", "ur", "yi"}
)
"""Languages that are written from right to left, in the script that news use."""
_LRI, _RLI, _PDI, _JOINER = "\u2066", "\u2067", "\u2069", "\u200d"


def neutral(text: str) -> str:
    """The text without a character that steers a terminal; every code point keeps its place."""
    return text.translate(_NEUTRAL)


def shortened(text: str, most: int) -> str:
    """The text, neutral, and cut where it is longer than `most` code points: on a character, with an ellipsis."""
    if len(text) <= most:
        return neutral(text)
    return neutral(text[: cut(text, most - 1)]).rstrip() + "…"


def cut(text: str, at: int) -> int:
    """The last place up to `at` at which the text can be cut without taking marks from their letter."""
    while 0 < at < len(text) and (category(text[at])[0] == "M" or _JOINER in text[at - 1 : at + 1]):
        at -= 1
    return at


def direction(text: str, language: str | None = None) -> Direction:
    """Which way a text is read. A sentence may well begin with a name of the other direction, so all letters count.

    Args:
        text: a sentence or a title.
        language: its BCP 47 tag. A sentence of a language that is written from right to left may quote a lot.
    """
    ways = [way for way in map(bidirectional, text[:2_000]) if way in ("L", "R", "AL")]
    leftward = sum(way != "L" for way in ways)
    is_expected = (language or "").split("-", 1)[0].lower() in _RIGHT_TO_LEFT
    return "rtl" if leftward * (8 if is_expected else 2) > len(ways) else "ltr"


def isolated(text: str, language: str | None = None) -> str:
    """The text as it may stand in a line that is read from left to right."""
    if not any(bidirectional(char) in ("R", "AL") for char in text):
        return text
    return (_RLI if direction(text, language) == "rtl" else _LRI) + text + _PDI
