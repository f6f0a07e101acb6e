"""What is wrong with a pack that is well-formed: ids that do not meet, names that cannot be searched for, rules that
cannot fire."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import get_args

from schemas import ActorKind
from services.matching.expressions import Phrase, Reference, Term
from services.matching.objections import objection_to
from services.tagging.gazetteer import Actor, Alias, Concept, Pack, Rule
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
    return [
        *_repeated("actors", [actor.id for actor in pack.actors]),
        *_repeated("concepts", [concept.id for concept in pack.concepts]),
        *_repeated("topics", [topic.id for topic in pack.topics]),
        *_actor_problems(pack.actors),
        *_decoy_problems(pack),
        *_concept_problems(pack.concepts),
        *_topic_problems(pack),
    ]


def _repeated(key: str, ids: Sequence[str]) -> Iterator[Problem]:
    seen = set[str]()
    for position, identifier in enumerate(ids):
        if identifier in seen:
            yield Problem((key, position, "id"), f"{identifier!r} is defined twice; merge the two or rename one")
        seen.add(identifier)


def _actor_problems(actors: Sequence[Actor]) -> Iterator[Problem]:
    known = {actor.id for actor in actors}
    for position, actor in enumerate(actors):
        at = ("actors", position)
        if actor.part_of is not None and actor.part_of not in known:
            yield Problem((*at, "part_of"), _unknown("actor", actor.part_of, known))
        if actor.part_of == actor.id:
            yield Problem(
                (*at, "part_of"), f"{actor.id!r} cannot be part of itself; name a larger actor or leave it out"
            )
        if not actor.names:
            yield Problem(at, f"{actor.id!r} has no name to be found by; list aliases")
        if "(" not in actor.name:
            yield from _phrase_problems((*at, "name"), Alias(text=actor.name))
        for language, aliases in actor.aliases.items():
            for number, alias in enumerate(aliases):
                yield from _phrase_problems((*at, "aliases", language, number), alias)


def _decoy_problems(pack: Pack) -> Iterator[Problem]:
    for language, decoys in pack.decoys.items():
        for number, decoy in enumerate(decoys):
            yield from _phrase_problems(("decoys", language, number), Alias(text=decoy))


def _concept_problems(concepts: Sequence[Concept]) -> Iterator[Problem]:
    for position, concept in enumerate(concepts):
        if not any(concept.phrases.values()):
            yield Problem(("concepts", position, "phrases"), f"{concept.id!r} has no phrase; list one or remove it")
        for language, phrases in concept.phrases.items():
            for number, phrase in enumerate(phrases):
                yield from _phrase_problems(("concepts", position, "phrases", language, number), Alias(text=phrase))


def _topic_problems(pack: Pack) -> Iterator[Problem]:
    known = _known_ids(pack)
    kinds_in_use = {actor.kind for actor in pack.actors}
    for position, topic in enumerate(pack.topics):
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


def _known_ids(pack: Pack) -> dict[str, set[str]]:
    return {
        "actor": {actor.id for actor in pack.actors},
        "concept": {concept.id for concept in pack.concepts},
        "kind": set(get_args(ActorKind)),
    }


def _term_problems(at: Path, term: Term, known: dict[str, set[str]]) -> Iterator[Problem]:
    if isinstance(term, Phrase):
        yield from _phrase_problems(at, Alias(text=term.text))
    elif term.kind not in known:
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


def _phrase_problems(at: Path, alias: Alias) -> Iterator[Problem]:
    if objection := objection_to(alias.text, exact=alias.exact):
        yield Problem(at, objection)


def _unknown(what: str, identifier: str, known: Collection[str]) -> str:
    near = get_close_matches(identifier, sorted(known), n=1)
    fix = f"did you mean {near[0]!r}?" if near else f"define the {what} or correct the id"
    return f"unknown {what} {identifier!r}; {fix}"
