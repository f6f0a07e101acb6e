"""Numbers as articles write them: digits of all scripts with their separators, words up to the thousands, ranges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from services.tagging.figure_grammars import Bound, Grammar
from services.tagging.words import Token

_PARTS: Final = re.compile(r"\s?[-–—]\s?")
_DECIMAL: Final = re.compile(r"(\d{1,4})[.,٫](\d{1,2})")
_SEPARATORS: Final = re.compile(r"\D")
_YEARS: Final = range(1900, 2101)
_LONGEST_BOUND: Final = 4
_LONGEST_NUMBER: Final = 8
"""Words."""
_MOST: Final = 10**10
"""More people than there are."""


class Number(NamedTuple):
    """A number in a list of tokens, with what says that it is a lowest or a highest."""

    first: int
    """Index of its first token."""
    last: int
    """One past its last."""
    least: int | None
    most: int | None
    bare: bool
    """Four digits that may as well be a year, and nothing says otherwise."""


def is_numeric(token: Token, grammar: Grammar) -> bool:
    """Whether a token is a number or part of one."""
    return token.kind == "number" or token.key in grammar.numerals


def number_at(tokens: Sequence[Token], index: int, grammar: Grammar) -> Number | None:
    """The whole number that a numeric token is part of; None where it is none of people."""
    first = (_first_digits if tokens[index].kind == "number" else _first_word)(tokens, index, grammar)
    value = _value(tokens, first, grammar)
    if value is None:
        return None
    low, high, last = value
    bare = last == first + 1 and low == high and low in _YEARS and tokens[first].key.isdecimal()
    if low == high and first > 1 and tokens[first - 1].key in grammar.ranges:
        first, low = _range(tokens, first, low, grammar)
    first, last, bound = _bounded(tokens, first, last, grammar)
    if low > high or high > _MOST:
        return None
    if bound == "least":
        return Number(first, last, low, None, bare=False)
    if bound == "most":
        return Number(first, last, None, high, bare=False)
    return Number(first, last, low, high, bare=bare and bound is None)


def number_from(tokens: Sequence[Token], index: int, grammar: Grammar) -> Number | None:
    """The number, or the range of two, that begins with a numeric token or the words that bound it."""
    number = number_at(tokens, index, grammar)
    if number is None or number.last + 1 >= len(tokens) or tokens[number.last].key not in grammar.ranges:
        return number
    if not is_numeric(tokens[number.last + 1], grammar):
        return number
    whole = number_at(tokens, number.last + 1, grammar)
    return whole if whole is not None and whole.first <= number.first else number


def _first_digits(tokens: Sequence[Token], index: int, grammar: Grammar) -> int:
    """Where the number begins that digits belong to: "3 ہزار" before "287"."""
    if index > 1 and grammar.scales.get(tokens[index - 1].key, 0) >= 1000 and tokens[index - 2].kind == "number":
        return index - 2
    return index


def _first_word(tokens: Sequence[Token], index: int, grammar: Grammar) -> int:
    """Where the number begins that a number word belongs to: "one hundred and" before "five"."""
    for first in range(max(0, index - _LONGEST_NUMBER + 1), index):
        if is_numeric(tokens[first], grammar):
            value = _value(tokens, first, grammar)
            if value is not None and value[2] > index:
                return first
    return index


def _value(tokens: Sequence[Token], first: int, grammar: Grammar) -> tuple[int, int, int] | None:
    """Lowest, highest and one past the last token."""
    return (_of_digits if tokens[first].kind == "number" else _of_words)(tokens, first, grammar)


def _of_digits(tokens: Sequence[Token], first: int, grammar: Grammar) -> tuple[int, int, int] | None:
    scale, last = _scale(tokens, first + 1, grammar)
    values = [_digits(part, scale) for part in _PARTS.split(tokens[first].key)]
    low, high = values[0], values[-1]
    if low is None or high is None:
        return None
    if scale >= 1000 and last < len(tokens) and tokens[last].kind == "number" and tokens[last].key.isdecimal():
        more, after = _scale(tokens, last + 1, grammar)
        rest = int(tokens[last].key) * more
        if rest < scale:
            return low + rest, high + rest, after
    return low, high, last


def _scale(tokens: Sequence[Token], first: int, grammar: Grammar) -> tuple[int, int]:
    """What up to two words after digits multiply them by."""
    scale, last = 1, first
    while last < min(len(tokens), first + 2) and tokens[last].key in grammar.scales:
        scale *= grammar.scales[tokens[last].key]
        last += 1
    return scale, last


def _of_words(tokens: Sequence[Token], first: int, grammar: Grammar) -> tuple[int, int, int] | None:
    total, part, last = 0, grammar.numerals[tokens[first].key], first + 1
    while last < min(len(tokens), first + _LONGEST_NUMBER):
        word = tokens[last].key
        if by := grammar.scales.get(word):
            total, part = (total + part * by, 0) if by >= 1000 else (total, part * by)
        elif word in grammar.numerals and _adds(part, grammar.numerals[word]):
            part += grammar.numerals[word]
        elif not _joins(tokens, last, part, grammar):
            break
        last += 1
    return total + part, total + part, last


def _adds(part: int, more: int) -> bool:
    """Whether a word adds to those before it: twenty five, two hundred ten; not five ten."""
    return part == 0 or (part % 100 == 0 and more < 100) or (part % 10 == 0 and part % 100 >= 20 and more < 10)


def _joins(tokens: Sequence[Token], index: int, part: int, grammar: Grammar) -> bool:
    """Whether an "and" stands inside of a number: one hundred and five, بیست و پنج."""
    if tokens[index].key not in grammar.ands or index + 1 >= len(tokens):
        return False
    more = grammar.numerals.get(tokens[index + 1].key)
    return more is not None and part % 10 == 0 and part >= 20 and _adds(part, more)


def _digits(part: str, scale: int) -> int | None:
    if decimal := _DECIMAL.fullmatch(part):
        whole, tenths = decimal.groups()
        exact = (int(whole) * 10 ** len(tenths) + int(tenths)) * scale
        return exact // 10 ** len(tenths) if scale >= 1000 else None
    return int(_SEPARATORS.sub("", part)) * scale


def _range(tokens: Sequence[Token], first: int, high: int, grammar: Grammar) -> tuple[int, int]:
    """Where "10 to" stands before a number: its first token and the lower value; "and" needs "between" before it."""
    joint, before = tokens[first - 1].key, first - 2
    low = _value(tokens, before, grammar) if is_numeric(tokens[before], grammar) else None
    if low is None or low[0] != low[1] or low[0] >= high or low[2] != first - 1:
        return first, high
    if joint in grammar.ands and (before == 0 or tokens[before - 1].key not in grammar.between):
        return first, high
    return before - (joint in grammar.ands), low[0]


def _bounded(tokens: Sequence[Token], first: int, last: int, grammar: Grammar) -> tuple[int, int, Bound | None]:
    """The number with the words that bound it, before it or after it."""
    for length in range(min(_LONGEST_BOUND, first), 0, -1):
        bound = grammar.bounds.get(tuple(token.key for token in tokens[first - length : first]))
        if bound:
            return first - length, last, bound
    for length in range(_LONGEST_BOUND, 0, -1):
        bound = grammar.bounds.get(tuple(token.key for token in tokens[last : last + length]))
        if bound and last + length <= len(tokens) and length > 1:
            return first, last + length, bound
    return first, last, None
