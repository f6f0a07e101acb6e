"""Demands that no article can meet, and those that nearly every one does.

What cannot be met is told where it follows from the watch alone: everything that could make it ring is barred. An
actor is barred with its kind or with a family that it is in, a phrase with words that stand in it.

What nearly every article meets: a clause that asks only for what is not there, and `{kind: state}` with nothing else
that narrows it (87 % of news articles name a state; any other kind, at most a third, may stand alone).
"""

from collections.abc import Sequence
from typing import Final

from services.alerting.watching.clauses import AllOf, AnyOf, Clause, Near, NoneOf, SameSentence
from services.alerting.watching.known import Known
from services.alerting.watching.terms import Family, Name, Term, spellings
from services.alerting.watching.watch import CHOICES, Watch
from services.backbone.yaml_file import Path
from services.matching.acronyms import is_acronym
from services.matching.expressions import Phrase, Reference
from services.matching.fold import fold_phrases

Demand = tuple[Path, str, str]
"""Where in the watch, what is wrong, the fix."""

_NEVER: Final = "it can never be met"
_ALWAYS: Final = "nearly every article meets it"
_EVERYWHERE: Final = Reference("kind", "state")


def never_met(watch: Watch, known: Known | None) -> Demand | None:
    """The first demand that no article meets."""
    if not watch.all and not watch.choices:
        return (), f"{_NEVER}: no term says what to ring for", "list terms under any: or all:"
    bars = (*watch.none, *_bars(watch.all))
    if not bars and all(isinstance(clause, _TERMS) for clause in (*watch.all, *watch.choices)):
        return None
    for number, clause in enumerate(watch.all):
        if not _is_possible(clause, bars, known):
            fix = "remove it from one of the two"
            if isinstance(clause, _TERMS):
                return ("all", number), f"{_NEVER}: {clause.label!r} is under all: and barred by none:", fix
            return ("all", number), f"{_NEVER}: what this asks for is barred by none:", fix
    if watch.choices and not any(_is_possible(clause, bars, known) for clause in watch.choices):
        keys = [key for key in CHOICES if getattr(watch, key)]
        listed = " and ".join(f"{key}:" for key in keys)
        return (keys[0],), f"{_NEVER}: none: bars every term of {listed}", "remove terms from one of the two"
    return None


def nothing_needed(watch: Watch) -> Demand | None:
    """The first clause that opens a watch to nearly every article."""
    whole = watch.clause
    if not _needs(whole, ()):
        open_ones = [
            (key, number)
            for key, clauses in watch.lists()
            for number, clause in enumerate(clauses)
            if key != "none" and not _needs(clause, ())
        ]
        return open_ones[0], f"{_ALWAYS}: this asks only for what is not there", "add what must be there"
    if not _needs(whole, (_EVERYWHERE,)) and watch.filters.sources is None:
        what = f"{_ALWAYS}: nine of ten name some state"
        return (), what, "add a term under all:, name the states, or set filters: {sources: [...]}"
    return None


_TERMS: Final = (Phrase, Name, Reference, Family)


def _needs(clause: Clause, everywhere: Sequence[Term]) -> bool:
    """Whether an article must have something to meet it, beside what stands everywhere."""
    match clause:
        case AllOf() | SameSentence():
            return any(_needs(inner, everywhere) for inner in clause.clauses)
        case AnyOf():
            return all(_needs(inner, everywhere) for inner in clause.clauses)
        case NoneOf():
            return False
        case Near():
            return True
        case _:
            return clause not in everywhere


def _bars(clauses: Sequence[Clause]) -> list[Clause]:
    """What must not be there if all of these hold."""
    found = list[Clause]()
    for clause in clauses:
        if isinstance(clause, NoneOf):
            found += clause.clauses
        elif isinstance(clause, AllOf):
            found += _bars(clause.clauses)
    return found


def _is_possible(clause: Clause, bars: Sequence[Clause], known: Known | None) -> bool:
    match clause:
        case NoneOf():
            return True
        case AnyOf():
            return any(_is_possible(inner, bars, known) for inner in clause.clauses)
        case AllOf() | SameSentence():
            within = (*bars, *_bars(clause.clauses))
            return all(_is_possible(inner, within, known) for inner in clause.clauses)
        case Near():
            return all(_is_possible(inner, bars, known) for inner in clause.clauses)
        case _:
            return not any(_brings(clause, bar, known) for bar in bars)


def _brings(term: Term, other: Clause, known: Known | None) -> bool:
    """Whether where a term stands the other clause always holds."""
    match other:
        case AnyOf():
            return any(_brings(term, inner, known) for inner in other.clauses)
        case AllOf() | SameSentence():
            return all(_brings(term, inner, known) for inner in other.clauses)
        case Near() | NoneOf():
            return False
        case Phrase() | Name():
            return term == other or (isinstance(term, Phrase | Name) and _hold(spellings(term), spellings(other)))
        case _:
            return term == other or (known is not None and _brings_actor(term, other, known))


def _brings_actor(term: Term, other: Reference | Family, known: Known) -> bool:
    if isinstance(term, Phrase | Name) or (isinstance(term, Reference) and term.kind != "actor"):
        return False
    actors = known.family(term.id) if isinstance(term, Family) else frozenset({term.id})
    if isinstance(other, Family):
        return actors <= known.family(other.id)
    if other.kind == "kind":
        return all(known.kind_of.get(actor) == other.id for actor in actors)
    return other.kind == "actor" and actors == {other.id}


def _hold(wanted: Sequence[str], barred: Sequence[str]) -> bool:
    """Whether each of these has one of the others in it, in any capitals."""
    words = [text for text in fold_phrases([text for text in barred if not is_acronym(text)]) if text]
    return all(any(f" {word} " in f" {text} " for word in words) for text in fold_phrases(wanted))
