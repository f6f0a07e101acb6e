"""The one language of topic rules and watches: which terms must stand together, and where.

An expression fires in a sentence (or in the title, or once in the whole article) when every `all` term, at least one of
the `any` terms if there are some, and no `none` term stand there; `within` n: all of them inside n words.

An index posts every expression under its rarest required group, so that an article is compared with the few expressions
that it can meet, not with all. One group is one `all` term, or the `any` terms together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, itemgetter
from typing import Final, Literal, NamedTuple, get_args

ReferenceKind = Literal["actor", "concept", "kind", "topic"]
Scope = Literal["sentence", "article", "title"]


class NothingRequired(ValueError):
    """An expression has no term that must be there."""


class UnreadableTerm(ValueError):
    """A term is neither a phrase nor a reference."""


class Phrase(NamedTuple):
    """Words to be found as they are written; `*` after a letter stands for any ending of that word."""

    text: str

    @property
    def label(self) -> str:
        return self.text


class Reference(NamedTuple):
    """Something that the pack defines: an actor, any actor of a kind, a concept, a topic."""

    kind: ReferenceKind
    id: str

    @property
    def label(self) -> str:
        return self.id


Term = Phrase | Reference


class Occurrence(NamedTuple):
    """One place in a document where a term stands."""

    start: int
    """First code point, in the document."""
    end: int
    """One past the last."""
    word: int
    """Number of the word that it begins with."""
    sentence: int
    """Number of its sentence; the title is sentence 0."""


TITLE: Final = 0
"""The title's sentence number."""


class Occurrences:
    """Where terms stand in one document: the occurrences of each term, by sentence."""

    def __init__(self, found: Iterable[tuple[Term, Occurrence]]) -> None:
        self._places = places = defaultdict[Term, dict[int, list[Occurrence]]](lambda: defaultdict(list))
        for term, occurrence in found:
            places[term][occurrence.sentence].append(occurrence)

    def __iter__(self) -> Iterator[Term]:
        """The terms that are present."""
        return iter(self._places)

    def sentences(self, group: Sequence[Term]) -> Set[int]:
        """The sentences that hold any term of a group."""
        places = self._places
        if len(group) == 1:
            return places.get(group[0], _NOWHERE).keys()
        return {sentence for term in group if term in places for sentence in places[term]}

    def words(self, group: Iterable[Term], sentence: int) -> list[int]:
        """The numbers of the words at which a group's terms stand in a sentence."""
        places = self._places
        return [o.word for term in group if term in places for o in places[term].get(sentence, ())]

    def matches(self, group: Iterable[Term], sentences: Collection[int]) -> list[Match]:
        """The occurrences of a group's terms in some sentences."""
        places = self._places
        return [
            Match(term, occurrence)
            for term in group
            if term in places
            for sentence in sentences
            for occurrence in places[term].get(sentence, ())
        ]


_NOWHERE: Final[dict[int, list[Occurrence]]] = {}
_OCCURRENCE: Final = itemgetter(1)


class Match(NamedTuple):
    """A term and the occurrence by which it was met."""

    term: Term
    occurrence: Occurrence


class Firing(NamedTuple):
    """One sentence (or article) in which an expression was met, and one match for each of its groups."""

    sentence: int
    """Of the first match."""
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """Terms that must, may and must not stand together.

    Raises:
        NothingRequired: neither `all` nor `any` has a term: it would fire everywhere.
    """

    all: tuple[Term, ...] = ()
    any: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()
    scope: Scope = "sentence"
    within: int | None = None
    groups: tuple[tuple[Term, ...], ...] = field(init=False, repr=False, compare=False)
    """What is required: one term of each group."""

    def __post_init__(self) -> None:
        if not self.all and not self.any:
            raise NothingRequired("an expression needs at least one term under 'all' or 'any'")
        groups = (*((term,) for term in self.all), *((self.any,) if self.any else ()))
        object.__setattr__(self, "groups", groups)


def parse_term(value: object) -> Term:
    """Read a term as people write it: a phrase, or one of `{actor: id}`, `{kind: k}`, `{concept: id}`, `{topic: id}`.

    Raises:
        UnreadableTerm: it is something else.
    """
    if isinstance(value, Phrase | Reference):
        return value
    if isinstance(value, str) and value.strip():
        return Phrase(value)
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, identifier),) = value.items()
        if kind in get_args(ReferenceKind) and isinstance(identifier, str):
            return Reference(kind, identifier)
    kinds = ", ".join(f"{{{kind}: id}}" for kind in get_args(ReferenceKind))
    raise UnreadableTerm(f"{value!r} is no term; write a phrase, or one of {kinds}")


def evaluate(expression: Expression, occurrences: Occurrences) -> list[Firing]:
    """Where an expression is met: by sentence, in order; at most one firing for the scopes article and title."""
    firings = []
    for place in _places(expression, occurrences):
        matches = _choose([occurrences.matches(group, place) for group in expression.groups], expression.within)
        if matches:
            firings.append(Firing(min(match.occurrence.sentence for match in matches), matches))
    return firings


def sentences_met(expression: Expression, occurrences: Occurrences) -> list[int]:
    """The sentences of all firings of an expression: what `evaluate` finds, without the matches."""
    within = expression.within
    if within is None:
        return [min(place) for place in _places(expression, occurrences)]
    if expression.scope == "article":
        return [firing.sentence for firing in evaluate(expression, occurrences)]
    return [
        sentence
        for (sentence,) in _places(expression, occurrences)
        if _are_near([occurrences.words(group, sentence) for group in expression.groups], within)
    ]


class ExpressionIndex:
    """Many expressions, numbered by their order, each posted under the terms of its rarest required group."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self.expressions: Final = tuple(expressions)
        posted = defaultdict[Term, list[int]](list)
        for number, expression in enumerate(self.expressions):
            rarest = min(expression.groups, key=lambda group: sum(map(_usual, group)))
            for term in dict.fromkeys(rarest):
                posted[term].append(number)
        self._posted: Final = dict(posted)

    def candidates(self, present: Iterable[Term]) -> list[int]:
        """Numbers of the expressions that can be met where these terms are present, ascending."""
        posted = self._posted
        return sorted({number for term in present if term in posted for number in posted[term]})


def _places(expression: Expression, occurrences: Occurrences) -> list[Collection[int]]:
    """The sets of sentences in each of which an expression has all that it needs, `within` apart."""
    held = [occurrences.sentences(group) for group in expression.groups]
    barred = occurrences.sentences(expression.none)
    if expression.scope == "article":
        return [set[int]().union(*held)] if all(held) and not barred else []
    shared = reduce(and_, held) - barred
    return [(sentence,) for sentence in sorted(shared) if expression.scope == "sentence" or sentence == TITLE]


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


def _are_near(groups: list[list[int]], within: int) -> bool:
    """Whether a window of so many words holds a word of each group."""
    latest = dict[int, int]()
    for word, number in sorted((word, number) for number, words in enumerate(groups) for word in words):
        latest[number] = word
        if len(latest) == len(groups) and word - min(latest.values()) < within:
            return True
    return False


def _choose(groups: list[list[Match]], within: int | None) -> tuple[Match, ...] | None:
    """The first match of each group; with `within` the first window of that many words with one of each, if any."""
    if within is None:
        return tuple(min(group, key=_OCCURRENCE) if len(group) > 1 else group[0] for group in groups)
    stream = sorted((match.occurrence, number, match) for number, group in enumerate(groups) for match in group)
    latest = dict[int, Match]()
    for occurrence, number, match in stream:
        latest[number] = match
        if len(latest) == len(groups) and occurrence.word - min(m.occurrence.word for m in latest.values()) < within:
            return tuple(latest[number] for number in range(len(groups)))
    return None
