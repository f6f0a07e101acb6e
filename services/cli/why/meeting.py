"""Whether an article meets a watch, and if not, at which stage what it asks for was lost. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas import Alert, Mention, Passage, TaggedArticle
from services.alerting.match.explain import Explanation, Finding, Why, explain
from services.alerting.match.meet import WITHDRAWN
from services.alerting.watching.known import Known
from services.alerting.watching.terms import Family, Term, as_written
from services.alerting.watching.watch import Watch
from services.cli.watch.near import closest, said
from services.cli.why.naming import Naming, named
from services.cli.why.reading import lost, text_of
from services.cli.why.step import Stage, Step, passed, stopped
from services.matching.expressions import Reference
from services.tagging.explain import Explanation as OfTags
from services.tagging.explain import explain as explain_tags
from services.tagging.gazetteer import Actor
from services.tagging.tag import Engine

_MOST: Final = 5
_FIXES: Final = {
    Why.NOT_TAGGED: "watch for others, or by phrases: for words that stand in it",
    Why.NOT_FILED: "see what speaks for the topic: tocsin tag --explain; or watch for actors or phrases instead",
    Why.ABSENT: "write the words as they stand in it under phrases:, or a name under names: for its other spellings",
    Why.OTHER_CAPITALS: "write the phrase in the capitals in which it stands",
    Why.BELOW: "lower salience or confidence under filters:",
    Why.TOO_FAR: "raise within:, or ask for all: of it",
    Why.APART: "ask for near: or all: of it instead of same_sentence:",
    Why.BARRED: "take that out of none:, or narrow it there",
    Why.FILTER: "widen that filter",
}
_POSITIVE: Final = frozenset({Why.NOT_TAGGED, Why.NOT_FILED, Why.ABSENT, Why.OTHER_CAPITALS, Why.PARTS})
"""That something is not there; of the others all is there, and something is against it."""


@dataclass(frozen=True, slots=True)
class Met:
    """What articles are held against."""

    watch: Watch
    known: Known
    load: Callable[[], Engine]
    """Gives the pack as it is now, compiled; it takes a while, and is called only for what did not meet the watch."""


def met(about: Mention | Alert) -> Iterator[Step]:
    """That an article was tagged and met the watch, with the words that show it."""
    yield passed(
        Stage.TAGGING,
        f"recognised: {_listed([match.name for match in about.matches])}",
        *(
            f"{match.name}: {_listed([one.fired for one in match.evidence])}, confidence {match.confidence:.2f}"
            + (f", salience {match.salience:.2f}" if match.salience is not None else "")
            for match in about.matches[:_MOST]
        ),
    )
    yield passed(Stage.MATCH, f"it meets the watch {about.watch.id}", *map(_marked, about.passages))


def unmet(tagged: TaggedArticle, revisions: int, by: Met) -> Iterator[Step]:
    """Where an article that made no mention was lost; the last step passes where it meets the watch as it is now."""
    explanation = explain(tagged, by.watch, by.known)
    article, pack = tagged.article, tagged.pack_digest
    of_text = text_of(article, revisions)
    tags = f"tagged with {len(tagged.actors)} actors and {len(tagged.topics)} topics by pack {pack}"
    if explanation.met:
        yield from (of_text, passed(Stage.TAGGING, tags))
        return
    misses = [closest(miss) for miss in explanation.misses]
    leaves = [leaf for miss in misses for leaf in _leaves(miss)]
    engine = by.load()
    of_tags = explain_tags(article, engine)
    namings = list(_namings(leaves, of_tags, by, engine))
    there = next((naming for naming in namings if naming.is_there), None)
    is_missing = all(miss.why in _POSITIVE for miss in misses)
    how = lost(article)
    if there is not None and is_missing:
        yield of_text
        yield stopped(Stage.TAGGING, there.what, tags, *_others(namings, there), fix=there.fix)
    elif how is not None and is_missing:
        asked = "; ".join(said(miss) for miss in misses)
        yield stopped(Stage.ARTICLE, f"text lost in extraction: {how[0]}", of_text.evidence[0], asked, fix=how[1])
    elif namings and len(namings) == len(leaves) and is_missing:
        yield of_text
        yield _nobody(namings, tags)
    else:
        yield of_text
        yield passed(Stage.TAGGING, tags)
        yield _clause(explanation, misses, of_tags)


def _nobody(namings: Sequence[Naming], tags: str) -> Step:
    """That no name of those whom the watch asks for stands in the article."""
    first, *others = namings
    if not others:
        return stopped(Stage.TAGGING, first.what, tags, fix=first.fix)
    what = f"nobody whom it asks for is named in it: {_listed([naming.actor for naming in namings])}"
    return stopped(Stage.TAGGING, what, tags, *_others([first, *others], None), fix=first.fix)


def _clause(explanation: Explanation, misses: Sequence[Finding], of_tags: OfTags) -> Step:
    """The clauses that do not hold, and what does."""
    what = "; ".join(said(miss) for miss in misses)
    fixes = dict.fromkeys(
        _FIXES[leaf.why or Why.PARTS] for miss in misses for leaf in _causes(miss) if _can_be_mended(leaf)
    )
    held = [part for finding in explanation.clauses for part in _holding(finding)]
    evidence = [f"it has {_listed(held)}"] if held else []
    evidence += [line for miss in misses for leaf in _leaves(miss) for line in _score(leaf, of_tags)]
    evidence += [f"{miss.clause}: {words}" for miss in misses if (words := _words(miss))]
    return stopped(Stage.MATCH, f"clause not met: {what}", *evidence, fix=next(iter(fixes), ""))


def _can_be_mended(finding: Finding) -> bool:
    return finding.why in _FIXES and finding.clause != WITHDRAWN


def _leaves(finding: Finding) -> Iterator[Finding]:
    """The terms of a clause that are not there."""
    if finding.why in (Why.BARRED, Why.FILTER, Why.BELOW):
        return
    if finding.parts:
        for part in finding.parts:
            yield from _leaves(part)
    elif not finding.met:
        yield finding


def _causes(finding: Finding) -> Iterator[Finding]:
    if finding.why is Why.PARTS:
        for part in finding.parts:
            yield from _causes(part)
    elif not finding.met:
        yield finding


def _holding(finding: Finding) -> Iterator[str]:
    if finding.parts:
        for part in finding.parts if finding.clause != "none" else ():
            yield from _holding(part)
    elif finding.met:
        yield finding.clause


def _namings(leaves: Sequence[Finding], of_tags: OfTags, by: Met, engine: Engine) -> Iterator[Naming]:
    """What was found of the actors that are not tagged."""
    terms = {as_written(term): term for term in by.watch.required}
    actors = {name.actor.id: name.actor for name in engine.names.values() if name.actor is not None}
    for leaf in leaves:
        if leaf.why is not Why.NOT_TAGGED:
            continue
        found = [named(actor, of_tags) for actor in _actors(terms.get(leaf.clause), actors, by.known)]
        if found:
            yield next((one for one in found if one.is_there), found[0])


def _actors(term: Term | None, actors: Mapping[str, Actor], known: Known) -> list[Actor]:
    """Whom a term means: the first is the one that it names."""
    if isinstance(term, Family):
        ids = [term.id, *sorted(known.family(term.id) - {term.id})]
    elif isinstance(term, Reference) and term.kind == "actor":
        ids = [term.id]
    elif isinstance(term, Reference) and term.kind == "kind":
        return [actor for actor in actors.values() if actor.kind == term.id]
    else:
        return []
    return [actors[id_] for id_ in ids if id_ in actors]


def _others(namings: Sequence[Naming], shown: Naming | None) -> Iterator[str]:
    others = [naming.what for naming in namings if naming is not shown]
    yield from others[:_MOST]
    if len(others) > _MOST:
        yield f"and {len(others) - _MOST} more"


def _score(leaf: Finding, of_tags: OfTags) -> Iterator[str]:
    """How near an article is to a topic that it is not filed under."""
    if leaf.why is not Why.NOT_FILED:
        return
    for topic in of_tags.topics:
        scored = topic.scored
        if as_written(Reference("topic", scored.topic.id)) == leaf.clause:
            fired = _listed([one.rule for one in topic.fired])
            yield (
                f"{leaf.clause} has a score of {scored.score:g} of {scored.topic.threshold:g}, "
                f"confidence {scored.confidence:.2f}, by {fired}"
            )
            return
    yield f"no sign of {leaf.clause} is in it"


def _words(finding: Finding) -> str:
    return _listed([repr(one.words) for one in finding.evidence])


def _listed(names: Sequence[str]) -> str:
    once = list(dict.fromkeys(names))
    return ", ".join(once[:_MOST]) + (f" and {len(once) - _MOST} more" if len(once) > _MOST else "")


def _marked(passage: Passage) -> str:
    """The sentence with the words that were met between marks."""
    shown, at = "", 0
    for start, end in passage.highlights:
        shown += f"{passage.sentence[at:start]}«{passage.sentence[start:end]}»"
        at = end
    return shown + passage.sentence[at:]
