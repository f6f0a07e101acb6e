"""Why an article meets a watch, or where it stops: clause by clause, with the words that show it.

The same code answers that matches articles, so that an explanation never says otherwise. What alerting does not know,
why an article is not tagged with an actor, is for the caller to add.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from schemas import Article, Evidence, TaggedArticle
from services.alerting.match.evaluate import View
from services.alerting.match.meet import WITHDRAWN
from services.alerting.match.plans import Node, node_of, plan
from services.alerting.match.present import Present
from services.alerting.match.things import MOST_EVIDENCE, Tagged, Thing, Worded
from services.alerting.match.vocabulary import Number, Numbering, Vocabulary
from services.alerting.watching.clauses import AllOf, AnyOf, Clause, Near, NoneOf, SameSentence, key_of, parts_of
from services.alerting.watching.known import Known
from services.alerting.watching.terms import Family, Name, Term, as_written, spellings
from services.alerting.watching.watch import CHOICES, Watch
from services.backbone.yaml_file import Path
from services.matching.expressions import Phrase, Reference
from services.matching.lexicon import Entry, Lexicon


class Why(StrEnum):
    """Why a clause does not hold."""

    NOT_TAGGED = "not-tagged"
    """The article has no tag of the actor, of any of its family, or of the kind."""
    NOT_FILED = "not-filed"
    """It is not filed under the topic."""
    ABSENT = "absent"
    """The words do not stand in it."""
    OTHER_CAPITALS = "other-capitals"
    """The acronym stands there only in other capitals, or where all is in capitals."""
    BELOW = "below-threshold"
    """It is there, less central or less sure than the filters ask."""
    TOO_FAR = "too-far"
    """The terms are there, and never so near to each other."""
    APART = "apart"
    """All is there, and in no sentence together."""
    BARRED = "barred"
    """Something is there that must not be."""
    PARTS = "parts"
    """What it is made of does not hold."""
    FILTER = "filter"
    """The article does not pass."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause, or one filter."""

    path: Path
    """Where it stands in the watch."""
    clause: str
    """As a desk writes it; of a list its key."""
    met: bool
    """Whether it holds."""
    why: Why | None = None
    """Why it does not."""
    detail: str = ""
    """More of that, for people."""
    evidence: tuple[Evidence, ...] = ()
    """The words that show it; of what is barred, those that bar."""
    parts: tuple["Finding", ...] = ()
    """What it is made of."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A watch and an article."""

    met: bool
    """Whether the article meets it."""
    clauses: tuple[Finding, ...]
    """Each `all`; then all of which one must hold, as one; then what must not be there."""
    filters: tuple[Finding, ...]
    """Those that the watch has."""

    @property
    def misses(self) -> tuple[Finding, ...]:
        """The least that would have to be otherwise: one is a near miss. Of a list of which one must hold it is the
        list."""
        return tuple(miss for finding in (*self.clauses, *self.filters) for miss in _misses(finding))


def explain(tagged: TaggedArticle, watch: Watch, known: Known) -> Explanation:
    """Hold one article against one watch in which no problem was found, and say why."""
    return Explainer(watch, known).explain(tagged)


class Explainer:
    """One watch, ready for any number of articles."""

    def __init__(self, watch: Watch, known: Known) -> None:
        self._watch: Final = watch
        numbering = Numbering(known)
        plan(watch, numbering.number, numbering.weights)
        self._numbers: Final = numbering.numbers
        self._vocabulary: Final = Vocabulary(numbering.numbers, known)

    def explain(self, tagged: TaggedArticle) -> Explanation:
        """Whether the article meets the watch, and why."""
        reader = _Reader(Present(tagged, self._vocabulary), self._watch, self._numbers.__getitem__)
        clauses, filters = tuple(reader.clauses()), tuple(_filters(self._watch, tagged.article))
        return Explanation(all(finding.met for finding in (*clauses, *filters)), clauses, filters)


class _Reader:
    """Looks at the clauses of a watch in one article."""

    def __init__(self, present: Present, watch: Watch, number: Number) -> None:
        self._present: Final = present
        self._watch: Final = watch
        self._number: Final = number

    def clauses(self) -> Iterator[Finding]:
        """What the watch asks of the words of an article."""
        watch, view = self._watch, View(self._present, self._watch.filters.thresholds)
        for number, clause in enumerate(watch.all):
            yield self._finding(clause, ("all", number), view)
        choices = [
            self._finding(clause, (key, number), view)
            for key in CHOICES
            for number, clause in enumerate(getattr(watch, key))
        ]
        if choices:
            yield _any((), choices)
        if watch.none:
            yield self._finding(NoneOf(watch.none), (), view)

    def _finding(self, clause: Clause, path: Path, view: View) -> Finding:
        if isinstance(clause, Phrase | Name | Reference | Family):
            return self._term(clause, path, view)
        inside = view.bare if isinstance(clause, NoneOf) else view
        parts = [self._finding(inner, place, inside) for place, inner in parts_of(clause, path)]
        path = (*path, key_of(clause)) if path else path
        if isinstance(clause, AnyOf):
            return _any(path, parts)
        if isinstance(clause, NoneOf):
            return _none(path, parts)
        met = view.holds(node_of(clause, self._number)) is not None
        finding = Finding(path, key_of(clause) or "all", met, parts=tuple(parts))
        if met:
            return finding
        if any(not part.met and part.clause != "none" for part in parts):
            return replace(finding, why=Why.PARTS)
        why, detail = self._apart(clause, view)
        return replace(finding, why=why, detail=detail)

    def _apart(self, clause: AllOf | Near | SameSentence, view: View) -> tuple[Why, str]:
        """Why parts that all hold do not hold together."""
        if isinstance(clause, Near):
            node = node_of(clause, self._number)
            words = view.narrowest(node) if isinstance(node, Node) else None
            return Why.TOO_FAR, f"the nearest are {words} words, {clause.within} are asked"
        return (Why.APART, "in no sentence together") if isinstance(clause, SameSentence) else (Why.PARTS, "")

    def _term(self, term: Term, path: Path, view: View) -> Finding:
        number = self._number(term)
        things = self._present.found.get(number, ())
        evidence = tuple(one for thing in things for one in thing.match.evidence)[:MOST_EVIDENCE]
        written, met = as_written(term), view.has(number)
        if met or things:
            named = ", ".join(f"{thing.match.name}{_measures(thing)}" for thing in things)
            return Finding(path, written, met, None if met else Why.BELOW, named, evidence)
        if isinstance(term, Phrase | Name):
            return self._absent(term, path, written)
        why = Why.NOT_FILED if isinstance(term, Reference) and term.kind == "topic" else Why.NOT_TAGGED
        return Finding(path, written, met=False, why=why)

    def _absent(self, term: Phrase | Name, path: Path, written: str) -> Finding:
        """Words that do not stand in the article; or do, but not as they are asked for."""
        document = self._present.document
        hits = Lexicon([Entry(term, text, "any") for text in spellings(term)]).find(document)
        if not hits:
            return Finding(path, written, met=False, why=Why.ABSENT)
        thing = Worded(term, [(hit.occurrence, hit.entry.text) for hit in hits], document)
        found = dict.fromkeys(evidence.words for evidence in thing.match.evidence)
        detail = f"only {', '.join(found)}{', where all is in capitals' if term.text in found else ''}"
        return Finding(path, written, met=False, why=Why.OTHER_CAPITALS, detail=detail, evidence=thing.match.evidence)


def _measures(thing: Thing) -> str:
    if thing.salience is None:
        return f" (confidence {thing.confidence:.2f})" if isinstance(thing, Tagged) else ""
    return f" (salience {thing.salience:.2f}, confidence {thing.confidence:.2f})"


def _any(path: Path, parts: Sequence[Finding]) -> Finding:
    met = any(part.met for part in parts)
    return Finding(path, "any", met, None if met else Why.PARTS, parts=tuple(parts))


def _none(path: Path, parts: Sequence[Finding]) -> Finding:
    barring = [part for part in parts if part.met]
    evidence = tuple(one for part in barring for one in part.evidence)[:MOST_EVIDENCE]
    detail = ", ".join(part.clause for part in barring)
    return Finding(path, "none", not barring, Why.BARRED if barring else None, detail, evidence, tuple(parts))


def _filters(watch: Watch, article: Article) -> Iterator[Finding]:
    """The filters that the watch has; and that the article was not withdrawn."""
    unmet = set(watch.filters.unmet(article))
    has = {
        "languages": article.language,
        "sources": article.source.id,
        "not_sources": article.source.id,
        "tiers": article.source.tier,
        "countries": article.source.country,
    }
    for key, value in has.items():
        if getattr(watch.filters, key) not in (None, ()):
            detail = (
                f"{'unknown' if value is None else value}, asked: {', '.join(map(str, getattr(watch.filters, key)))}"
            )
            met = key not in unmet
            yield Finding(("filters", key), key, met, None if met else Why.FILTER, detail)
    if WITHDRAWN in article.marks:
        yield Finding((), WITHDRAWN, met=False, why=Why.FILTER, detail="its publisher took it back")


def _misses(finding: Finding) -> Iterator[Finding]:
    if finding.met:
        return
    if finding.why is Why.PARTS and finding.clause != "any":
        for part in finding.parts:
            yield from _misses(part)
    else:
        yield finding
