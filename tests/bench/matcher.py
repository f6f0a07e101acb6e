"""The engine of services/matching as tagging puts it together, around names and rules made for measuring."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from services.matching.document import Document
from services.matching.expressions import Expression, Occurrence, Phrase, Reference, Term
from services.matching.index import ExpressionIndex
from services.matching.lexicon import Entry, Lexicon
from services.matching.overlaps import longest_wins
from services.matching.presence import Presence
from tests.bench.gazetteer import NAMES_OF_AN_ACTOR

_OF_NO_RULE: Final = -1


class Matcher:
    """Names and rules, compiled."""

    def __init__(self, names: Sequence[str], rules: Iterable[Expression], implementation: str | None = None) -> None:
        self.index: Final = ExpressionIndex(rules)
        numbers = self.index.numbers
        phrases = [term for term in numbers if isinstance(term, Phrase)]
        self.lexicon: Final = Lexicon(_entries(names, phrases), implementation)
        self.terms: Final = np.fromiter(
            (
                *(numbers.get(actor_of(number), _OF_NO_RULE) for number in range(len(names))),
                *(numbers[phrase] for phrase in phrases),
            ),
            dtype=np.int32,
        )
        self._names: Final = len(names)

    def find(self, document: Document) -> tuple[list[tuple[int, int, int]], list[int]]:
        """The names that stand, each with its start, end and number; and the numbers of the rules that are met."""
        found = self.lexicon.search(document)
        terms: list[int] = self.terms.take(found.entries).tolist()
        rows = list(zip(*[column.tolist() for column in found], terms, strict=True))
        named = [row for row in rows if row[2] < self._names]
        named = [named[index] for index in longest_wins([row[:2] for row in named])]
        met = [row for row in named if row[5] >= 0] + [row for row in rows if row[2] >= self._names]
        occurrences = [Occurrence(start, end, sentence, place) for start, end, _, sentence, place, _ in met]
        presence = Presence([row[5] for row in met], occurrences, document.word)
        return [row[:3] for row in named], [one.number for one in self.index.met(presence)]


def actor_of(name: int) -> Term:
    """Whose name it is."""
    return Reference("actor", str(name // NAMES_OF_AN_ACTOR))


def _entries(names: Sequence[str], phrases: Sequence[Phrase]) -> Iterator[Entry[int]]:
    for number, name in enumerate(names):
        yield Entry(number // NAMES_OF_AN_ACTOR, name)
    for phrase in phrases:
        yield Entry(-1, phrase.text)
