"""A watch as numbers: what an article must have to come into question, and what remains to be asked of it then.

What comes into question is said in groups: one term of each group must be there. They follow from the clauses, and
never leave out an article that meets them:

    term              one group, itself
    all               the groups of each
    any               one group: the rarest group of each, together; none where one of them needs nothing
    none              no group
    near, sentence    as all

Where the groups say all that the clauses say, nothing remains to be asked.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.alerting.match.vocabulary import Number, Property, PropertyKind
from services.alerting.watching.clauses import AllOf, AnyOf, Clause, Near, NoneOf, SameSentence
from services.alerting.watching.watch import Watch
from services.matching.expressions import NothingRequired

ALL, ANY, NONE, NEAR, SENTENCE = range(5)
MOST_SECONDS: Final = 8
"""Terms of a second group that a watch is posted under: each makes one more pair of every term of the first."""

Group = tuple[int, ...]


class Node(NamedTuple):
    """A clause."""

    kind: int
    """ALL to SENTENCE."""
    inner: tuple["Node | int", ...]
    """Clauses, or terms by their number."""
    within: int = 0
    """Words, of NEAR."""


class Plan(NamedTuple):
    """A watch, compiled."""

    asked: Group
    """The terms that can make it ring, in the order written."""
    posted: tuple[Group, ...]
    """The rarest group of terms, and the rarest of the others that are short, filters too: what it is found by. Never
    by filters alone: a thousand watches may look at one source."""
    others: tuple[Group, ...]
    """The other groups."""
    clause: Node | None
    """What must be asked of an article that has one of each group; None: nothing."""
    thresholds: tuple[float, float] | None
    """Salience and confidence."""


_KINDS: Final[dict[type, int]] = {AllOf: ALL, AnyOf: ANY, NoneOf: NONE, Near: NEAR, SameSentence: SENTENCE}


def plan(watch: Watch, number: Number, weights: Sequence[float]) -> Plan:
    """Compile one watch.

    Args:
        watch: a watch in which no problem was found.
        number: gives numbers to terms.
        weights: of the numbers so given: how often each is met.

    Raises:
        NothingRequired: an article without any of its terms could meet it.
    """
    clauses = tuple([node_of(clause, number) for clause in watch.clause.clauses])
    asked = tuple(dict.fromkeys(term for clause in clauses for term in _asked(clause)))
    filters = tuple(_filters(watch, number))
    groups, is_all = _groups(Node(ALL, clauses), weights)
    if not asked or not groups:
        raise NothingRequired(f"watch {watch.id!r} needs nothing; list terms under any: or all:")
    rarest = min(groups, key=lambda group: _weight(group, weights))
    groups.remove(rarest)
    filtered, filters_are_all = _groups(Node(ALL, filters), weights)
    others = sorted([*groups, *filtered], key=lambda group: _weight(group, weights))
    second = next((group for group in others if len(group) <= MOST_SECONDS), None)
    if second is not None:
        others.remove(second)
    thresholds = watch.filters.thresholds
    is_all = is_all and filters_are_all and thresholds is None
    return Plan(
        asked=asked,
        posted=(rarest,) if second is None else (rarest, second),
        others=tuple(others),
        clause=None if is_all else Node(ALL, (*clauses, *filters)),
        thresholds=thresholds,
    )


def node_of(clause: Clause, number: Number) -> Node | int:
    """A clause as numbers."""
    kind = _KINDS.get(type(clause))
    if kind is None:
        return number(clause)  # type: ignore[arg-type]
    inner = tuple([node_of(one, number) for one in clause.clauses])  # type: ignore[union-attr]
    return Node(kind, inner, clause.within if isinstance(clause, Near) else 0)


def _filters(watch: Watch, number: Number) -> list[Node]:
    filters = watch.filters
    asked: list[tuple[PropertyKind, Sequence[str | int] | None]] = [
        ("language", filters.languages),
        ("source", filters.sources),
        ("tier", filters.tiers),
        ("country", filters.countries),
    ]
    nodes = [
        Node(ANY, tuple([number(Property(kind, value)) for value in values]))
        for kind, values in asked
        if values is not None
    ]
    if filters.not_sources:
        nodes.append(Node(NONE, tuple([number(Property("source", value)) for value in filters.not_sources])))
    return nodes


def _asked(node: Node | int) -> Sequence[int]:
    if isinstance(node, int):
        return (node,)
    return () if node.kind == NONE else [term for inner in node.inner for term in _asked(inner)]


def _groups(node: Node | int, weights: Sequence[float]) -> tuple[list[Group], bool]:
    """What must be there, and whether that is all."""
    if isinstance(node, int):
        return [(node,)], True
    if node.kind == NONE:
        return [], False
    if node.kind == ANY and all(isinstance(inner, int) for inner in node.inner):
        return [tuple(dict.fromkeys(node.inner))], True  # type: ignore[arg-type]
    parts = [_groups(inner, weights) for inner in node.inner]
    is_all = all(part[1] for part in parts)
    if node.kind != ANY:
        return [group for groups, _ in parts for group in groups], is_all and node.kind == ALL
    if not all(groups for groups, _ in parts):
        return [], False
    rarest = [min(groups, key=lambda group: _weight(group, weights)) for groups, _ in parts]
    return [tuple(dict.fromkeys(term for group in rarest for term in group))], is_all and all(
        len(groups) == 1 for groups, _ in parts
    )


def _weight(group: Group, weights: Sequence[float]) -> float:
    return sum([weights[term] for term in group])
