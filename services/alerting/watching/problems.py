"""What is wrong with a watch that is well-formed: names that nobody defines, phrases that no one should search for,
and demands that no article can meet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.alerting.watching.watch import Watch
from services.backbone.configuration import nearest
from services.backbone.yaml_file import Path
from services.matching.acronyms import is_acronym
from services.matching.expressions import Phrase, Reference, Term
from services.matching.fold import fold_phrases
from services.matching.objections import objection_to


@dataclass(frozen=True, slots=True)
class Known:
    """What the pack defines."""

    ids: Mapping[str, frozenset[str]]
    """What a reference may name, by its kind: actor, kind, topic."""
    kind_of: Mapping[str, str]
    """Of each actor."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must be put right in a watch; `path` begins at the watch."""

    path: Path
    what: str
    fix: str


def find_problems(watch: Watch, known: Known | None) -> Iterator[Problem]:
    """Everything that is wrong with one watch.

    Args:
        watch: the watch.
        known: what the pack defines; None where the pack cannot be read, and ids are not checked.
    """
    for key, terms in (("all", watch.all), ("any", watch.any), ("none", watch.none)):
        for number, term in enumerate(terms):
            if isinstance(term, Phrase):
                yield from _objection((key, number), term)
            elif known is not None and term.id not in known.ids[term.kind]:
                fix = nearest(term.id, known.ids[term.kind], "define it in a file under pack/, or remove it")
                yield Problem((key, number), f"unknown {term.kind} {term.id!r}", fix)
    yield from _never_met(watch, known)


def _objection(path: Path, phrase: Phrase) -> Iterator[Problem]:
    if objection := objection_to(phrase.text, exact=is_acronym(phrase.text)):
        what, _, fix = objection.partition("; ")
        if not fix or "case:" in fix:  # an alias of the pack has a `case`, a phrase of a watch has none
            fix = "write a longer phrase, or a bare acronym in capitals"
        yield Problem(path, what, fix)


def _never_met(watch: Watch, known: Known | None) -> Iterator[Problem]:
    if not watch.all and not watch.any:
        yield Problem((), "it can never be met: no term says what to ring for", "list terms under any: or all:")
        return
    if not watch.none:
        return
    barred = [_is_barred(term, watch.none, known) for term in watch.all]
    if True in barred:
        number = barred.index(True)
        what = f"it can never be met: {watch.all[number].label!r} is under all: and barred by none:"
        yield Problem(("all", number), what, "remove it from one of the two")
    elif watch.any and all(_is_barred(term, watch.none, known) for term in watch.any):
        what = "it can never be met: none: bars every term of any:"
        yield Problem(("any",), what, "remove terms from one of the two")


def _is_barred(term: Term, none: Sequence[Term], known: Known | None) -> bool:
    """Whether an article that has the term always has one of `none` too."""
    if term in none:
        return True
    if isinstance(term, Reference):
        kind = known.kind_of.get(term.id) if known is not None and term.kind == "actor" else None
        return kind is not None and Reference("kind", kind) in none
    barring = [other.text for other in none if isinstance(other, Phrase) and not is_acronym(other.text)]
    wanted, *words = fold_phrases([term.text, *barring])
    return any(f" {word} " in f" {wanted} " for word in words if word)
