"""Many expressions, compared with a document all at once.

Every expression is posted under its two rarest required groups, so that a document is compared with the few expressions
that it can meet, those that it has something of both for, not with all. One group is one `all` term, or the `any` terms
together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from services.matching.expressions import Expression, Occurrence, Phrase, Reference, Term
from services.matching.presence import Presence, bits

_Found = tuple[int, Occurrence]

_TITLE_BIT: Final = 1


class Match(NamedTuple):
    """A term and the occurrence by which it was met."""

    term: Term
    occurrence: Occurrence


class Met(NamedTuple):
    """An expression that a document meets."""

    number: int
    """Of the expression, in the index."""
    sentences: int
    """The sentences in which it fires, as bits; over an article the first that holds any of it."""


class _Compiled(NamedTuple):
    """An expression with its terms as numbers."""

    groups: tuple[tuple[int, ...], ...]
    none: tuple[int, ...]
    expression: Expression
    posted: tuple[tuple[int, ...], tuple[int, ...]]
    """The two groups that it is posted under; twice the same where there is one."""


class ExpressionIndex:
    """Expressions, numbered by their order. Immutable; safe to share between threads."""

    def __init__(self, expressions: Iterable[Expression], usual: Callable[[Term], float] | None = None) -> None:
        """Compile the expressions.

        Args:
            expressions: In the order of their numbers.
            usual: How often a term is met, on any scale; by the term's kind where it is not known.
        """
        self.expressions: Final = tuple(expressions)
        numbers = dict[Term, int]()
        posted, posted_too = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
        compiled: list[_Compiled] = []
        for number, expression in enumerate(self.expressions):
            groups = tuple(
                tuple(numbers.setdefault(term, len(numbers)) for term in dict.fromkeys(group))
                for group in expression.groups
            )
            none = tuple(numbers.setdefault(term, len(numbers)) for term in expression.none)
            weights = [sum(map(usual or _usual, group)) for group in expression.groups]
            rarest, *others = sorted(range(len(groups)), key=weights.__getitem__)
            under = groups[rarest], groups[others[0] if others else rarest]
            for terms, where in zip(under, (posted, posted_too), strict=True):
                for term in terms:
                    where[term].append(number)
            compiled.append(_Compiled(groups, none, expression, under))
        self.numbers: Final[Mapping[Term, int]] = numbers
        self._terms: Final = tuple(numbers)
        self._posted: Final = dict(posted), dict(posted_too)
        self._compiled: Final = compiled

    def candidates(self, present: Iterable[int]) -> list[int]:
        """Numbers of the expressions that can be met where these terms are present, ascending."""
        known, compiled = set(present), self._compiled
        sides = [[posted[term] for term in posted.keys() & known] for posted in self._posted]
        other = 1 if sum(map(len, sides[0])) <= sum(map(len, sides[1])) else 0
        fewest = set[int]().union(*sides[1 - other])
        return sorted([number for number in fewest if not known.isdisjoint(compiled[number].posted[other])])

    def met(self, presence: Presence) -> list[Met]:
        """The expressions that a document meets, ascending."""
        compiled, masks = self._compiled, presence.masks
        met: list[Met] = []
        for number in self.candidates(masks):
            this = compiled[number]
            sentences = _together(this, masks)
            if sentences and this.expression.within is not None:
                sentences = self._near(this, presence, sentences)
            if sentences:
                met.append(Met(number, sentences))
        return met

    def firings(self, met: Met, presence: Presence) -> Iterator[tuple[Match, ...]]:
        """For each sentence in which an expression fires, one match for each of its groups."""
        this = self._compiled[met.number]
        for place in _places(this, met.sentences, presence.masks):
            chosen = _chosen(this, place, presence)
            if chosen is not None:
                yield tuple([Match(self._terms[term], occurrence) for term, occurrence in chosen])

    def _near(self, this: _Compiled, presence: Presence, sentences: int) -> int:
        """Of these sentences those in which the terms stand near enough."""
        near, in_article = 0, this.expression.scope == "article"
        for place in _places(this, sentences, presence.masks):
            if not in_article and _is_short(this, place, presence):
                near |= place
            elif (chosen := _chosen(this, place, presence)) is not None:
                near |= 1 << min(occurrence.sentence for _, occurrence in chosen)
        return near


def _together(this: _Compiled, masks: Mapping[int, int]) -> int:
    """The sentences in which an expression has all that it needs, `within` apart."""
    scope = this.expression.scope
    barred = 0
    for term in this.none:
        barred |= masks.get(term, 0)
    if scope == "article":
        return 0 if barred else _lowest(_held(this, masks))
    shared = ~barred if scope == "sentence" else _TITLE_BIT & ~barred
    for group in this.groups:
        held = 0
        for term in group:
            held |= masks.get(term, 0)
        shared &= held
        if not shared:
            return 0
    return shared


def _held(this: _Compiled, masks: Mapping[int, int]) -> int:
    """The sentences that hold any of an expression, over an article that holds all of it; else none."""
    everything = 0
    for group in this.groups:
        held = 0
        for term in group:
            held |= masks.get(term, 0)
        if not held:
            return 0
        everything |= held
    return everything


def _places(this: _Compiled, sentences: int, masks: Mapping[int, int]) -> Iterable[int]:
    """What is looked at as one: each sentence, or the whole article."""
    if this.expression.scope == "article":
        return (_held(this, masks),)
    return (1 << sentence for sentence in bits(sentences))


def _lowest(mask: int) -> int:
    return mask & -mask


def _is_short(this: _Compiled, place: int, presence: Presence) -> bool:
    """Whether all that a sentence has of an expression stands near enough."""
    found = [occurrence[3] for group in this.groups for _, occurrence in presence.inside(group, place)]
    return presence.word(max(found)) - presence.word(min(found)) < (this.expression.within or 0)


def _chosen(this: _Compiled, place: int, presence: Presence) -> tuple[_Found, ...] | None:
    """One match for each group of an expression in these sentences, if they stand near enough."""
    groups = [presence.inside(group, place) for group in this.groups]
    within = this.expression.within
    if within is None:
        return tuple([min(group, key=_occurrence) if len(group) > 1 else group[0] for group in groups])
    return _window(groups, within, presence.word)


def _window(groups: Sequence[Sequence[_Found]], within: int, word: Callable[[int], int]) -> tuple[_Found, ...] | None:
    """A match of each group from the first window of so many words that has one of each, if any."""
    stream = sorted((occurrence, number, term) for number, group in enumerate(groups) for term, occurrence in group)
    latest = dict[int, tuple[int, _Found]]()
    for occurrence, number, term in stream:
        at = word(occurrence.place)
        latest[number] = at, (term, occurrence)
        if len(latest) == len(groups) and at - min(before for before, _ in latest.values()) < within:
            return tuple(latest[number][1] for number in range(len(groups)))
    return None


def _occurrence(found: _Found) -> Occurrence:
    return found[1]


def _usual(term: Term) -> float:
    """How often a term is met, roughly and on no scale: it is the order that matters."""
    match term:
        case Phrase():
            return 1
        case Reference(kind="actor"):
            return 10
        case Reference(kind="concept"):
            return 20
        case Reference(kind="topic"):
            return 50
        case _:
            return 200
