"""Words that are no names and no terms of topics, but tell something of the names around them: what aliases require or
exclude, what flags rest on, and what parts of an article begin with that speak of no one.

They stand in the one lexicon with everything else, so that nothing is searched twice. Each is a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from schemas.tagged import Flag
from services.matching.expressions import Occurrence, Phrase, Term
from services.matching.fold import IntArray
from services.matching.lexicon import Case, Found
from services.tagging.flags import HINTS as FLAG_HINTS
from services.tagging.gazetteer import Alias
from services.tagging.zone_words import CUES


class Hint(NamedTuple):
    """The owner of words that flags or silent parts are looked for around."""

    of: Flag | Literal["silent"]
    words: tuple[str, ...]


_HINTS: Final = (Hint("silent", CUES), *(Hint(flag, words) for flag, words in FLAG_HINTS.items()))
_NONE: Final = -1

Around = Sequence[tuple[int, Occurrence]]
"""Asides that were found, by number, in the order of the document."""


class Asides:
    """The numbers of all asides of a pack; those of hints come first."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        asked = (term for alias in aliases for term in (*alias.requires, *alias.excludes))
        self.numbers: Final[Mapping[Term, int]] = {
            term: number for number, term in enumerate(dict.fromkeys(asked), start=len(_HINTS))
        }

    def searched(self) -> Iterator[tuple[Term | Hint, str, Case | None]]:
        """What has to be searched for, beside the concepts that aliases ask for: whose it is, its text and case."""
        for hint in _HINTS:
            for word in hint.words:
                yield hint, word, "any"
        for term in self.numbers:
            if isinstance(term, Phrase):
                yield term, term.text, None

    def column(self, owners: Iterable[object]) -> IntArray:
        """The number of each owner, or that it is no aside."""
        known: dict[object, int] = {owner: number for number, owner in enumerate((*_HINTS, *self.numbers))}
        return np.array([known.get(owner, _NONE) for owner in owners], dtype=np.int32)


def asides_of(found: Found, column: IntArray) -> Around:
    """The asides among what was found."""
    numbers = column.take(found.entries)
    which = np.flatnonzero(numbers != _NONE)
    columns = (found.starts, found.ends, found.sentences, found.places)
    places = zip(*[one.take(which).tolist() for one in columns], strict=True)
    return list(zip(numbers.take(which).tolist(), map(Occurrence._make, places), strict=True))


def silent_cues(around: Around) -> list[Occurrence]:
    """Where words stand with which silent parts begin."""
    return [at for number, at in around if number == 0]


def flag_hints(around: Around) -> list[tuple[Flag, Occurrence]]:
    """Where words stand that flags rest on."""
    return [
        (hint, at) for number, at in around if number < len(_HINTS) for hint in (_HINTS[number].of,) if hint != "silent"
    ]
