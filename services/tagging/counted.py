"""The number that a word that counts stands with, and what noun it has.

After the word: "killed at least 12 people". Before it: "12 people were killed", if it is clear that they suffer it.
Before that, with "and" between, further ones of the same kind. After a toll, and a word that leads to a level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.tagging.figure_grammars import Grammar
from services.tagging.figure_words import Counting
from services.tagging.numbers import Number, is_numeric, number_at, number_from
from services.tagging.words import Token

_FARTHEST: Final = 9
_LONGEST_NOUN: Final = 6
_LEVEL_WITHIN: Final = 12
"""Words: up to the number, in a noun phrase, up to the level of a toll."""

_CHAINED: Final = 3
_DOUBTFUL: Final = 4
_DENIED_WITHIN: Final = 12
_HYPHENS: Final = frozenset("-‐‑")


class Counted(NamedTuple):
    """A number, what it counts, and where all that stands."""

    number: Number
    noun: tuple[int, int]
    """Tokens, half-open; empty where no noun is given."""


def counted_by(words: Sequence[Token], at: tuple[int, int, int], counting: Counting, grammar: Grammar) -> list[Counted]:
    """What is counted by the word that stands at `at`: its first token, one past its last, the next such word."""
    first, last, following = at
    voice = counting.voice
    reading = None
    if voice == "toll":
        reading = _level(words, last, grammar)
    elif voice in ("verb", "doing", "both"):
        reading = _after(words, last, min(following, len(words)), grammar)
    if reading is None and voice in ("verb", "done", "state", "both"):
        reading = _before(words, first, last, counting, grammar)
    if reading is None or (counting.people and not _counts_people(words, reading, counting)):
        return []
    readings = [reading]
    while reading.number.last <= first and reading.noun[0] < reading.noun[1] and len(readings) < _CHAINED:
        reading = _joined_before(words, reading.number.first, grammar)
        if reading is None:
            break
        readings.append(reading)
    return readings[::-1]


def _after(words: Sequence[Token], last: int, stop: int, grammar: Grammar) -> Counted | None:
    """`killed at least 12 people`, up to a token."""
    for index in range(last, min(last + _LONGEST_NOUN, stop)):
        if is_numeric(words[index], grammar):
            number = number_from(words, index, grammar)
            if number is None or number.first != last or _refuses(words, number, grammar):
                return None
            return Counted(number, (number.last, _end_of_noun(words, number.last, stop, grammar)))
        if words[index].kind == "mark":
            return None
    return None


def _level(words: Sequence[Token], last: int, grammar: Grammar) -> Counted | None:
    """`death toll from the blast rises to 45`."""
    for index in range(last, min(last + _LEVEL_WITHIN, len(words))):
        if words[index].kind == "mark" and words[index].key not in grammar.levels:
            return None
        if is_numeric(words[index], grammar):
            number = number_at(words, index, grammar)
            if number is None or _refuses(words, number, grammar, leading=False):
                return None
            if words[number.first].key in grammar.levels:  # до 45: the level, not a highest number
                return Counted(number._replace(least=number.most), (number.last, number.last))
            led = number.first > last and words[number.first - 1].key in grammar.levels
            return Counted(number, (number.last, number.last)) if led else None
    return None


def _before(words: Sequence[Token], first: int, last: int, counting: Counting, grammar: Grammar) -> Counted | None:
    """`at least 12 people were killed`."""
    stop = first
    while stop and words[stop - 1].key in grammar.links:
        stop -= 1
    if (
        counting.voice in ("verb", "state")
        and grammar.signs
        and stop == first
        and not _is_complete(words, last, grammar)
    ):
        return None
    return _counted(words, stop, grammar)


def _counted(words: Sequence[Token], stop: int, grammar: Grammar) -> Counted | None:
    """A number and its noun, right before a token."""
    for index in range(stop - 1, max(stop - _FARTHEST, 0) - 1, -1):
        token = words[index]
        if token.kind == "mark":
            return None
        if not is_numeric(token, grammar):
            continue
        number = number_at(words, index, grammar)
        if number is None or number.last > stop or _refuses(words, number, grammar):
            return None
        noun = words[number.last : stop]
        if noun and noun[0].key == "of":  # of them, of the wounded: no noun of its own
            return Counted(number, (stop, stop))
        if len(noun) > _LONGEST_NOUN or any(word.key in grammar.stops or word.key in grammar.units for word in noun):
            return None
        return Counted(number, (number.last, stop))
    return None


def _joined_before(words: Sequence[Token], index: int, grammar: Grammar) -> Counted | None:
    """`five soldiers and` before a number."""
    joint = index - 1
    if joint > 1 and words[joint].key in grammar.ands:
        reading = _counted(words, joint, grammar)
        if reading is not None and reading.noun[0] < reading.noun[1]:
            return reading
    return None


def _is_complete(words: Sequence[Token], last: int, grammar: Grammar) -> bool:
    return (
        last >= len(words)
        or words[last].key in grammar.signs
        or (words[last].kind == "mark" and words[last].key not in _HYPHENS)
    )


def _refuses(words: Sequence[Token], number: Number, grammar: Grammar, *, leading: bool = True) -> bool:
    """Whether a number is one of time, distance, money, or part of a name or date."""
    following = words[number.last] if number.last < len(words) else None
    if following is not None and (following.key in grammar.units or following.key in _HYPHENS):
        return True
    if number.least == 0 and number.most == 0:
        return True
    before = words[number.first - 1] if number.first else None
    if number.bare and before is not None and before.key in grammar.stops:
        return True
    if number.bare and (
        following is None
        or following.kind == "mark"
        or following.key in grammar.stops
        or following.key in grammar.links
    ):
        return True
    if before is None or not leading:
        return False
    return before.key in grammar.refused or (before.kind == "mark" and before.key in "$€£₹₨№#/+")


def _end_of_noun(words: Sequence[Token], first: int, stop: int, grammar: Grammar) -> int:
    last = first
    while last < min(stop, first + grammar.noun):
        word = words[last]
        if word.kind != "word" or word.key in grammar.stops or is_numeric(word, grammar):
            break
        if (word.key == "of" and last == first) or (len(word.key) == 1 and word.key.isascii()):
            return first  # one of them; 10 U.S. citizens
        if last > first and word.key.isascii() and word.key.endswith(("ing", "ed", "ly")):
            break
        last += 1
    return last


def _counts_people(words: Sequence[Token], reading: Counted, counting: Counting) -> bool:
    return any(word.key.startswith(tuple(counting.people)) for word in words[slice(*reading.noun)])


def is_doubtful(words: Sequence[Token], span: tuple[int, int], reading: Counted, grammar: Grammar) -> bool:
    """Whether the words around a figure deny it or leave it open."""
    left, right = span
    first, last, *_ = reading.number
    near = {word.key for part in (words[max(0, left - _DOUBTFUL) : first], words[last:right]) for word in part}
    if not near.isdisjoint(grammar.doubts):
        return True
    before = {word.key for word in words[max(0, left - _DENIED_WITHIN) : left]}
    after = {word.key for word in words[right : right + _DOUBTFUL]}
    return not before.isdisjoint(grammar.denials) or not after.isdisjoint(grammar.denied)
