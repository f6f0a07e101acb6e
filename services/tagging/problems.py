"""What is wrong with a pack that is well-formed: ids that do not meet, names that cannot be searched for, rules that
cannot fire."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import get_args

from schemas import ActorKind
from services.matching.expressions import Phrase, Reference, Term
from services.matching.objections import objections
from services.tagging.gazetteer import Actor, Alias, Concept, Learned, Pack, Rule
from services.tagging.learned import SIGNS
from services.tagging.states import is_territory
from services.tagging.topics import highest_score

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must be put right in a pack.

    Attributes:
        path: Keys and list positions from the top of the pack, as ("topics", 3, "rules", 0, "any", 1).
        message: What is wrong, and the fix.
    """

    path: Path
    message: str


def find_problems(pack: Pack) -> list[Problem]:
    """Everything that is wrong with a pack, in its own order; an engine may be compiled from it if there is nothing."""
    problems = [
        *_repeated(("actors",), [actor.id for actor in pack.actors]),
        *_repeated(("concepts",), [concept.id for concept in pack.concepts]),
        *_repeated(("topics",), [topic.id for topic in pack.topics]),
        *_actor_problems(pack),
        *_concept_problems(pack.concepts),
        *_topic_problems(pack),
        *_phrase_problems(pack),
    ]
    order = {key: number for number, key in enumerate(("actors", "decoys", "concepts", "topics"))}
    return sorted(problems, key=lambda problem: (order[str(problem.path[0])], _position(problem.path)))


def _position(path: Path) -> int:
    return next((step for step in path if isinstance(step, int)), 0)


def _repeated(path: Path, ids: Sequence[str | None]) -> Iterator[Problem]:
    seen = set[str]()
    for position, identifier in enumerate(ids):
        if identifier in seen:
            yield Problem((*path, position, "id"), f"{identifier!r} is defined twice; merge the two or rename one")
        if identifier is not None:
            seen.add(identifier)


def _actor_problems(pack: Pack) -> Iterator[Problem]:
    known = _known_ids(pack)
    actors, kinds_in_use = known["actor"], {actor.kind for actor in pack.actors}
    certain = {actor.id for actor in pack.actors if any(alias.is_certain for alias in actor.names)}
    for position, actor in enumerate(pack.actors):
        at: Path = ("actors", position)
        if actor.part_of is not None and actor.part_of not in actors:
            yield Problem((*at, "part_of"), _unknown("actor", actor.part_of, actors))
        if actor.part_of == actor.id:
            yield Problem(
                (*at, "part_of"), f"{actor.id!r} cannot be part of itself; name a larger actor or leave it out"
            )
        for place, whole in enumerate(actor.member_of):
            if whole not in actors:
                yield Problem((*at, "member_of", place), _unknown("actor", whole, actors))
        if actor.territory is not None and not is_territory(actor.territory):
            yield Problem(
                (*at, "territory"), f"{actor.territory!r} is no state's code; write the two letters of ISO 3166, as AF"
            )
        if not actor.names:
            yield Problem(at, f"{actor.id!r} has no name to be found by; list aliases")
        for language, aliases in actor.aliases.items():
            for number, alias in enumerate(aliases):
                there: Path = (*at, "aliases", language, number)
                yield from _company_problems(there, actor, alias, known, kinds_in_use)
                if ((alias.weak and not alias.requires) or alias.short) and actor.id not in certain:
                    yield Problem(
                        there,
                        f"{alias.text!r} never counts: it needs another name of {actor.id!r}, which has none that "
                        "counts by itself; list one",
                    )


def _company_problems(
    at: Path, actor: Actor, alias: Alias, known: dict[str, set[str]], kinds_in_use: Collection[str]
) -> Iterator[Problem]:
    """What is wrong with what an alias asks of the words around it."""
    for key, terms in (("requires", alias.requires), ("excludes", alias.excludes)):
        for place, term in enumerate(terms):
            yield from _term_problems((*at, key, place), term, known)
            if isinstance(term, Reference) and term.distinct > 1:
                yield Problem((*at, key, place), "'distinct' is for rules of topics; leave it out")
    if both := set(alias.requires) & set(alias.excludes):
        yield Problem(
            at,
            f"{alias.text!r} can never count by {min(both).label!r}: it is under both 'requires' and 'excludes'; "
            "remove one",
        )
    if alias.requires and not alias.weak and all(_is_never_there(term, actor, kinds_in_use) for term in alias.requires):
        yield Problem(
            (*at, "requires"),
            f"{alias.text!r} can never count: what it requires is its own actor, or a kind of which the pack has no "
            "actor; name something else",
        )
    if "within" in alias.model_fields_set and not (alias.requires or alias.excludes):
        yield Problem(
            (*at, "within"), "'within' says how near 'requires' and 'excludes' look; list terms there, or remove it"
        )
    if alias.short and actor.kind != "person" and len(alias.text.split()) > 1:
        yield Problem((*at, "short"), f"{alias.text!r} is no short form; write one word, or leave 'short' out")


def _is_never_there(term: Term, actor: Actor, kinds_in_use: Collection[str]) -> bool:
    if not isinstance(term, Reference):
        return False
    return (term.kind == "kind" and term.id not in kinds_in_use) or (
        term.kind == "actor" and term.id == actor.id and not any(alias.is_certain for alias in actor.names)
    )


def _concept_problems(concepts: Sequence[Concept]) -> Iterator[Problem]:
    for position, concept in enumerate(concepts):
        if not any(concept.phrases.values()):
            yield Problem(("concepts", position, "phrases"), f"{concept.id!r} has no phrase; list one or remove it")


def _topic_problems(pack: Pack) -> Iterator[Problem]:
    known = _known_ids(pack)
    kinds_in_use = {actor.kind for actor in pack.actors}
    for position, topic in enumerate(pack.topics):
        yield from _repeated(("topics", position, "rules"), [rule.id for rule in topic.rules])
        if topic.learned is not None:
            yield from _learned_problems(("topics", position, "learned"), topic.learned, known)
        for number, rule in enumerate(topic.rules):
            at: Path = ("topics", position, "rules", number)
            for key, terms in (("all", rule.all), ("any", rule.any), ("none", rule.none)):
                for place, term in enumerate(terms):
                    yield from _term_problems((*at, key, place), term, known)
            yield from _dead_rule(at, rule, kinds_in_use)
        if (highest := highest_score(topic)) < topic.threshold:
            yield Problem(
                ("topics", position, "threshold"),
                f"{topic.id!r} can never reach {topic.threshold:g}: all its rules together give {highest:g}; lower it",
            )


def _learned_problems(at: Path, learned: Learned, known: dict[str, set[str]]) -> Iterator[Problem]:
    for key, names, defined in (("concepts", learned.concepts, known["concept"]), ("signs", learned.signs, {*SIGNS})):
        for name in names:
            if name not in defined:
                yield Problem((*at, key, name), _unknown(key.removesuffix("s"), name, defined))


def _known_ids(pack: Pack) -> dict[str, set[str]]:
    return {
        "actor": {actor.id for actor in pack.actors},
        "concept": {concept.id for concept in pack.concepts},
        "kind": set(get_args(ActorKind)),
    }


def _term_problems(at: Path, term: Term, known: dict[str, set[str]]) -> Iterator[Problem]:
    if isinstance(term, Phrase):
        return
    if term.kind not in known:
        yield Problem(at, f"a rule cannot rest on a {term.kind}; use a concept, an actor, a kind or a phrase")
    elif term.id not in known[term.kind]:
        yield Problem(at, _unknown(term.kind, term.id, known[term.kind]))


def _dead_rule(at: Path, rule: Rule, kinds_in_use: Collection[str]) -> Iterator[Problem]:
    if both := set(rule.all) & set(rule.none):
        yield Problem(at, f"the rule can never fire: {min(both).label!r} is under both 'all' and 'none'; remove one")
    elif rule.any and set(rule.any) <= set(rule.none):
        yield Problem(at, "the rule can never fire: every term of 'any' is also under 'none'; remove it from one")
    for place, term in enumerate(rule.all):
        if (
            isinstance(term, Reference)
            and term.kind == "kind"
            and term.id in set(get_args(ActorKind)) - {*kinds_in_use}
        ):
            yield Problem(
                (*at, "all", place), f"the rule can never fire: the pack has no actor of kind {term.id!r}; add one"
            )


def _phrase_problems(pack: Pack) -> Iterator[Problem]:
    """What cannot be searched for; all phrases of a pack are looked at together."""
    phrases = [*_phrases(pack)]
    for (at, _), objection in zip(phrases, objections([(one.text, one.exact) for _, one in phrases]), strict=True):
        if objection:
            yield Problem(at, objection)


def _phrases(pack: Pack) -> Iterator[tuple[Path, Alias]]:
    """Everything that a pack searches for, and where it stands."""
    for position, actor in enumerate(pack.actors):
        if "(" not in actor.name:
            yield ("actors", position, "name"), Alias.model_construct(text=actor.name)
        for language, aliases in actor.aliases.items():
            for number, alias in enumerate(aliases):
                at: Path = ("actors", position, "aliases", language, number)
                yield at, alias
                yield from _phrases_of((*at, "requires"), alias.requires)
                yield from _phrases_of((*at, "excludes"), alias.excludes)
    for language, decoys in pack.decoys.items():
        for number, decoy in enumerate(decoys):
            yield ("decoys", language, number), Alias.model_construct(text=decoy)
    for position, concept in enumerate(pack.concepts):
        for language, phrases in concept.phrases.items():
            for number, phrase in enumerate(phrases):
                yield ("concepts", position, "phrases", language, number), Alias.model_construct(text=phrase)
    for position, topic in enumerate(pack.topics):
        for number, rule in enumerate(topic.rules):
            for key, terms in (("all", rule.all), ("any", rule.any), ("none", rule.none)):
                yield from _phrases_of(("topics", position, "rules", number, key), terms)


def _phrases_of(at: Path, terms: Sequence[Term]) -> Iterator[tuple[Path, Alias]]:
    for place, term in enumerate(terms):
        if isinstance(term, Phrase):
            yield (*at, place), Alias.model_construct(text=term.text)


def _unknown(what: str, identifier: str, known: Collection[str]) -> str:
    near = get_close_matches(identifier, sorted(known), n=1)
    fix = f"did you mean {near[0]!r}?" if near else f"define the {what} or correct the id"
    return f"unknown {what} {identifier!r}; {fix}"
