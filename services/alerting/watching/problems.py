"""What is wrong with a watch that is well-formed: names that nobody defines, phrases that no one should search for,
and demands that no article can meet, or that nearly every one does (demands.py)."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.alerting.watching.clauses import terms_of
from services.alerting.watching.demands import never_met, nothing_needed
from services.alerting.watching.known import Known
from services.alerting.watching.terms import Family, Name, Term
from services.alerting.watching.watch import Watch
from services.backbone.canary import is_reserved
from services.backbone.configuration import nearest
from services.backbone.yaml_file import Path
from services.matching.acronyms import is_acronym
from services.matching.expressions import Phrase, Reference
from services.matching.objections import objection_to


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
    if is_reserved(watch.id):
        yield Problem(("id",), f"{watch.id!r} is the name of a watch of Tocsin's own", "give it another id")
    for key, clauses in watch.lists():
        for number, clause in enumerate(clauses):
            for path, term in terms_of(clause, (key, number)):
                yield from _of_term(path, term, known)
    yield from _of_filters(watch, known)
    if demand := never_met(watch, known) or nothing_needed(watch):
        yield Problem(*demand)


def _of_term(path: Path, term: Term, known: Known | None) -> Iterator[Problem]:
    if isinstance(term, Phrase | Name):
        if objection := objection_to(term.text, exact=is_acronym(term.text)):
            what, _, fix = objection.partition("; ")
            if not fix or "case:" in fix:  # an alias of the pack has a `case`, a phrase of a watch has none
                fix = "write a longer phrase, or a bare acronym in capitals"
            yield Problem(path, what, fix)
    elif known is not None:
        kind = "actor" if isinstance(term, Family) else term.kind
        yield from _unknown(path, kind, term.id, known)


def _of_filters(watch: Watch, known: Known | None) -> Iterator[Problem]:
    filters = watch.filters
    for key in ("languages", "sources", "tiers", "countries"):
        if getattr(filters, key) == ():
            yield Problem(("filters", key), "it can never be met: an empty list lets nothing pass", "remove it")
    if filters.sources and set(filters.sources) <= set(filters.not_sources):
        what = "it can never be met: every source of sources: is under not_sources:"
        yield Problem(("filters", "not_sources"), what, "remove sources from one of the two")
    if known is not None and "source" in known.ids:
        for key, sources in (("sources", filters.sources or ()), ("not_sources", filters.not_sources)):
            for number, source in enumerate(sources):
                yield from _unknown(("filters", key, number), "source", source, known)
    if filters.salience and not any(_has_salience(term) for term in watch.required):
        what = "salience is of actors, and this watch asks for none"
        yield Problem(("filters", "salience"), what, "remove it, or use confidence: for topics")


def _has_salience(term: Term) -> bool:
    return isinstance(term, Family) or (isinstance(term, Reference) and term.kind in ("actor", "kind"))


def _unknown(path: Path, kind: str, name: str, known: Known) -> Iterator[Problem]:
    if name not in known.ids[kind]:
        where = "sources/" if kind == "source" else "pack/"
        fix = nearest(name, known.ids[kind], f"define it in a file under {where}, or remove it")
        yield Problem(path, f"unknown {kind} {name!r}", fix)
