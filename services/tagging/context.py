"""Names that count only in some company: what an alias requires and excludes near it.

The phrases that aliases ask for stand in the one lexicon with everything else (asides.py), so that they cost next to
nothing where no such name is found.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from services.matching.document import Document
from services.matching.expressions import TITLE, Occurrence, Term
from services.tagging.gazetteer import Alias


class Company(NamedTuple):
    """What an alias asks of the words around it, in numbers of asides."""

    requires: tuple[int, ...]
    excludes: tuple[int, ...]
    within: int
    weak: bool

    @classmethod
    def of(cls, alias: Alias, numbers: Mapping[Term, int]) -> Company | None:
        """What an alias asks; None if it asks nothing."""
        if not (alias.requires or alias.excludes or alias.weak):
            return None
        requires, excludes = (tuple(numbers[term] for term in terms) for terms in (alias.requires, alias.excludes))
        return cls(requires, excludes, alias.within, alias.weak)


@dataclass(frozen=True)
class Surroundings:
    """Where the asides of a pack stand in one document."""

    document: Document
    found: Sequence[tuple[int, Occurrence]]
    """Number of the aside, and where it stands; of each aside in the order of the document."""

    @cached_property
    def _words(self) -> Mapping[int, Sequence[int]]:
        words = defaultdict[int, list[int]](list)
        for aside, occurrence in self.found:
            words[aside].append(self.document.word(occurrence.place))
        return words

    @cached_property
    def _in_title(self) -> frozenset[int]:
        return frozenset(aside for aside, occurrence in self.found if occurrence.sentence == TITLE)

    def admit(self, company: Company, at: Occurrence) -> bool | None:
        """Whether a name may count at a place: None where only another name of its actor can tell."""
        here = self.document.word(at.place)
        if company.excludes and self._near(company.excludes, here, company.within):
            return False
        if not company.requires:
            return None if company.weak else True
        if not self._in_title.isdisjoint(company.requires) or self._near(company.requires, here, company.within):
            return True
        return None if company.weak else False

    def _near(self, asides: Iterable[int], here: int, within: int) -> bool:
        for aside in asides:
            words = self._words.get(aside, ())
            first = bisect_left(words, here - within)
            if first < len(words) and words[first] <= here + within:
                return True
        return False
