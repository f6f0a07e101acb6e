"""Whether an article meets a clause, by which terms, and in which sentences that shows.

Of the whole article a clause is asked once. Inside `same_sentence` it is asked of all sentences at once: they are the
bits of one integer, bit 0 the title.
"""

from collections.abc import Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Final, NamedTuple

from services.alerting.match.plans import ALL, ANY, NEAR, NONE, Node, Plan
from services.alerting.match.present import Present, Thresholds
from services.alerting.match.things import Thing

Signs = list[tuple[int, int]]
"""Terms that a clause rests on, each with the sentences in which it does: none where it is the whole article."""


class Met(NamedTuple):
    """What a watch was met by."""

    terms: tuple[int, ...]
    """Those that the article has and the clauses rest on, in the order written."""
    sentences: int
    """Where `near` and `same_sentence` hold, as bits."""


def evaluate(plan: Plan, present: Present) -> Met | None:
    """Hold an article that has what a watch is posted under against all else that it asks for."""
    found = present.found
    for group in plan.others:
        if found.keys().isdisjoint(group):
            return None
    if plan.clause is None:
        return Met(tuple([term for term in plan.asked if term in found]), 0)
    signs = View(present, plan.thresholds).holds(plan.clause)
    if signs is None:
        return None
    rests_on = {term for term, _ in signs}
    return Met(tuple([term for term in plan.asked if term in rests_on]), reduce(or_, [at for _, at in signs], 0))


class View:
    """An article as one watch sees it: what does not reach the watch's thresholds is not there."""

    def __init__(self, present: Present, thresholds: Thresholds | None) -> None:
        self._present: Final = present
        self._thresholds: Final = thresholds

    def has(self, term: int) -> bool:
        """Whether a term is there."""
        things = self._present.found.get(term)
        if things is None:
            return False
        return self._thresholds is None or not things or bool(self._present.counting((term,), self._thresholds))

    @cached_property
    def bare(self) -> "View":
        """What bars: there a mention counts however unsure or in passing it is."""
        return self if self._thresholds is None else View(self._present, None)

    def holds(self, node: Node | int) -> Signs | None:
        """What a clause rests on in the article; None where it does not hold."""
        if isinstance(node, int):
            return [(node, 0)] if self.has(node) else None
        if node.kind == ALL:
            signs: Signs = []
            for inner in node.inner:
                own = self.holds(inner)
                if own is None:
                    return None
                signs += own
            return signs
        if node.kind == ANY:
            held = [own for inner in node.inner if (own := self.holds(inner)) is not None]
            return [sign for own in held for sign in own] if held else None
        if node.kind == NONE:
            return [] if all(self.bare.holds(inner) is None for inner in node.inner) else None
        signs = []
        sentences = self._near(node, signs, in_one=False) if node.kind == NEAR else self._shared(node, signs)
        return signs if sentences else None

    def _shared(self, node: Node, signs: Signs) -> int:
        """The sentences in which each of a clause's parts holds."""
        own: Signs = []
        sentences = self._inside(Node(ALL, node.inner), own)
        signs += [(term, at & sentences) for term, at in own if at & sentences]
        return sentences

    def _inside(self, node: Node | int, signs: Signs) -> int:
        """The sentences in which a clause holds."""
        if isinstance(node, int):
            places = [occurrence for thing in self._things(node) for occurrence in thing.occurrences]
            signs.append((node, at := reduce(or_, [1 << occurrence.sentence for occurrence in places], 0)))
            return at
        if node.kind == NEAR:
            return self._near(node, signs, in_one=True)
        everywhere = (1 << len(self._present.document.sentences)) - 1
        if node.kind == NONE:
            return everywhere & ~reduce(or_, [self.bare._inside(inner, []) for inner in node.inner], 0)
        masks = [self._inside(inner, signs) for inner in node.inner]
        return reduce(or_, masks, 0) if node.kind == ANY else reduce(int.__and__, masks, everywhere)

    def narrowest(self, node: Node) -> int | None:
        """The fewest words, anywhere, that hold one of each part of NEAR; None where a part is missing."""
        fewest, latest = None, dict[int, int]()
        for word, part, _, _ in self._stream(node):
            latest[part] = word
            if len(latest) == len(node.inner):
                words = word - min(latest.values()) + 1
                fewest = words if fewest is None else min(fewest, words)
        return fewest

    def _near(self, node: Node, signs: Signs, *, in_one: bool) -> int:
        """The sentences of the windows that hold one of each part; `in_one`: of those within a sentence."""
        near, latest = 0, dict[int, tuple[int, int, int]]()
        for word, part, term, sentence in self._stream(node):
            if in_one and any(other[2] != sentence for other in latest.values()):
                latest.clear()
            latest[part] = word, term, sentence
            if len(latest) == len(node.inner) and word - min(latest.values())[0] < node.within:
                signs += [(one[1], 1 << one[2]) for one in latest.values()]
                near |= reduce(or_, [1 << one[2] for one in latest.values()], 0)
        return near

    def _stream(self, node: Node) -> list[tuple[int, int, int, int]]:
        """Where the parts of NEAR stand, in order: word, part, term, sentence."""
        return sorted(
            (self._present.document.word(occurrence.place), part, term, occurrence.sentence)
            for part, inner in enumerate(node.inner)
            for term in ((inner,) if isinstance(inner, int) else inner.inner)
            if isinstance(term, int)
            for thing in self._things(term)
            for occurrence in thing.occurrences
        )

    def _things(self, term: int) -> Sequence[Thing]:
        return self._present.counting((term,), self._thresholds)
