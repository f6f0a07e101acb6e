"""The forms of many phrases as columns: what a million of them would take as objects, numbers take a tenth of."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from services.matching.affixes import AffixTable
from services.matching.fold import IntArray
from services.matching.patterns import Pattern, compile_phrases

Bits = npt.NDArray[np.bool_]
Kinds = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.uint16]

PLAIN, OPEN, COMPOUND, AFFIXED, AFFIXED_COMPOUND = range(5)
"""What is looked at around a hit of a pattern: nothing; nothing, and it goes on to the end of the word; all its words;
what is joined to its one word; what is joined to the last word of its text, and if that fits all its words."""

_NOTHING: Final = frozenset({""})


@dataclass(frozen=True, slots=True)
class Forms:
    """Columns over the patterns (`texts` to `first`), and over the forms: those of one pattern after each other, in the
    order of their phrases."""

    texts: list[str]
    """What is searched for, each once."""
    times: IntArray
    """Forms of each."""
    first: IntArray
    """The first form of each."""
    lead: Kinds
    """1 where it begins with the boundary before it."""
    trail: Kinds
    """1 where it ends with the boundary after it."""
    phrases: IntArray
    """Whose form it is, by its number."""
    around: Kinds
    """PLAIN to COMPOUND."""
    before: Numbers
    """The set of what may be joined before it."""
    after: Numbers
    """The set of what may be joined after it."""
    several: Bits
    """Whether it is of several words."""
    affixes: AffixTable
    """The sets."""
    nth: Kinds
    """Which of the forms of its phrase it is."""

    @classmethod
    def of(cls, phrases: Sequence[str]) -> Forms:
        """Compile phrases; numbered by their order."""
        texts, owners, nth = list[str](), array("i"), bytearray()
        sets, looked_at = {_NOTHING: 0}, array("i")
        for number, forms in enumerate(compile_phrases(phrases)):
            for place, form in enumerate(forms):
                if isinstance(form, str):
                    texts.append(form)
                else:
                    before = sets.setdefault(form.prefixes or _NOTHING, len(sets))
                    after = sets.setdefault(_endings(form), len(sets))
                    looked_at.extend((len(texts), _around(form), before, after, not form.is_one_word))
                    texts.append(form.text)
                owners.append(number)
                nth.append(place)
        # Searched for in alphabetical order: a large automaton is then built sooner, and takes half the memory.
        numbers = dict.fromkeys(texts, 0)
        distinct = sorted(numbers)
        numbers.update(zip(distinct, range(len(distinct)), strict=True))
        patterns = np.fromiter(map(numbers.__getitem__, texts), dtype=np.int32, count=len(texts))
        del numbers
        order = patterns.argsort(kind="stable")
        times = np.bincount(patterns, minlength=len(distinct)).astype(np.int32)
        several = np.fromiter((text.find(" ", 1, -1) > 0 for text in texts), dtype=np.bool_, count=len(texts))
        around, before_it, after_it = np.zeros((3, len(texts)), dtype=np.int32)
        rows = np.array(looked_at, dtype=np.int32).reshape(-1, 5).T
        around[rows[0]], before_it[rows[0]], after_it[rows[0]], several[rows[0]] = rows[1:]
        return cls(
            texts=distinct,
            times=times,
            first=(np.cumsum(times) - times).astype(np.int32),
            lead=_ones(text[0] == " " for text in distinct).repeat(times),
            trail=_ones(text[-1] == " " for text in distinct).repeat(times),
            phrases=np.array(owners, dtype=np.int32).take(order),
            around=around.take(order).astype(np.uint8),
            before=before_it.take(order).astype(np.uint16),
            after=after_it.take(order).astype(np.uint16),
            several=several.take(order),
            affixes=AffixTable(list(sets)),
            nth=np.frombuffer(bytes(nth), dtype=np.uint8).take(order),
        )


def _around(pattern: Pattern) -> int:
    if pattern.is_open:
        return OPEN
    if pattern.is_affixed:
        return AFFIXED
    return AFFIXED_COMPOUND if pattern.is_bounded else COMPOUND


def _endings(pattern: Pattern) -> frozenset[str]:
    return (pattern.tail[0][0] if pattern.tail else None) or _NOTHING


def _ones(values: Iterable[bool]) -> Kinds:
    return np.fromiter(values, dtype=np.uint8)
