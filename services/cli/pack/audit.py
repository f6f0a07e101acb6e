"""What can be seen of a pack without any text: names that collide, cannot be found, are said twice or are common words;
decoys that hide nothing; concepts that nothing rests on.

Each name is searched for in itself, by the same lexicon that tags articles: so endings, particles and folds count as
they do there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from services.backbone.yaml_file import Path
from services.cli.pack.commonness import how_common
from services.cli.pack.finding import Finding
from services.matching.document import Document
from services.matching.expressions import Reference, Term
from services.matching.fold import fold_phrases
from services.matching.lexicon import Case, Entry, Hit, Lexicon
from services.tagging.gazetteer import Actor, Pack
from services.tagging.layered import Layered


class Named(NamedTuple):
    """A name in a pack: of an actor, or of no one."""

    path: Path
    actor: Actor | None
    language: str
    text: str
    case: Case | None
    exact: bool
    certain: bool
    """It counts wherever it stands."""


def names(pack: Pack) -> Iterator[Named]:
    """Every alias and every decoy."""
    for number, actor in enumerate(pack.actors):
        listed = {alias.text for aliases in actor.aliases.values() for alias in aliases}
        if "(" not in actor.name and actor.name not in listed:
            yield Named(("actors", number, "name"), actor, "en", actor.name, None, exact=False, certain=True)
        for language, aliases in actor.aliases.items():
            for place, alias in enumerate(aliases):
                path = ("actors", number, "aliases", language, place)
                yield Named(path, actor, language, alias.text, alias.case, alias.exact, alias.is_certain)
    for language, decoys in pack.decoys.items():
        for place, decoy in enumerate(decoys):
            yield Named(("decoys", language, place), None, language, decoy, None, exact=False, certain=True)


def audit(pack: Layered) -> Iterator[Finding]:
    """Everything that can be seen without a corpus."""
    named = list(names(pack.pack))
    yield from _collisions(pack, named)
    yield from _said_twice(pack, named)
    yield from _searched_in_themselves(pack, named)
    yield from _common(pack, named)
    yield from _unused_concepts(pack)


def _by_form(named: Sequence[Named]) -> Mapping[str, list[Named]]:
    """Names of actors by what is searched for."""
    forms = defaultdict[str, list[Named]](list)
    actors = [name for name in named if name.actor is not None]
    if not actors:
        return forms
    for name, form in zip(actors, fold_phrases([name.text for name in actors]), strict=True):
        forms[form].append(name)
    return forms


def _collisions(pack: Layered, named: Sequence[Named]) -> Iterator[Finding]:
    """Names of several actors that are searched for as one.

    The same text under both is a pair that somebody wrote ("Indo-Pak"): a note. Different texts that the fold makes one
    are a warning, unless each counts only as it is written.
    """
    for same in _by_form(named).values():
        ids = dict.fromkeys(name.actor.id for name in same if name.actor)
        if len(ids) < 2:
            continue
        first, *others = [
            next(name for name in same if name.actor and name.actor.id == identifier) for identifier in ids
        ]
        for other in others:
            assert first.actor is not None  # noqa: S101 - decoys are not among them
            assert other.actor is not None  # noqa: S101
            alike = other.text == first.text and not (_is_made(pack, first) or _is_made(pack, other))
            if not alike and (first.exact or other.exact):
                continue
            where = pack.locate(other.path)
            what = f"{other.text!r} of {other.actor.id} is also {first.text!r} of {first.actor.id}"
            fix = f"both are tagged; keep it only where one is meant, see {pack.locate(first.path)}"
            yield Finding("note" if alike else "warning", "collision", where, what, fix)


def _is_made(pack: Layered, name: Named) -> bool:
    """Whether nobody wrote it: it is a spelling of another."""
    place = pack.places.get(name.path)
    return place is not None and place.is_made


def _said_twice(pack: Layered, named: Sequence[Named]) -> Iterator[Finding]:
    """Names of one actor that are searched for as one, in the same way, in one language."""
    for same in _by_form(named).values():
        seen = dict[tuple[str, str, bool, bool], Named]()
        for name in same:
            assert name.actor is not None  # noqa: S101 - decoys are not among them
            first = seen.setdefault((name.actor.id, name.language, name.exact, name.certain), name)
            if first is not name and not _is_made(pack, name) and not (name.exact and first.text != name.text):
                what = f"{name.text!r} of {name.actor.id} is found as {first.text!r} already"
                yield Finding("note", "said-twice", pack.locate(name.path), what, "remove it")


def _searched_in_themselves(pack: Layered, named: Sequence[Named]) -> Iterator[Finding]:
    """Names that are not found where they stand by themselves, and decoys that hide nothing, in capitals neither."""
    lexicon = Lexicon([Entry(name.path, name.text, name.case) for name in named])
    for name in named:
        hits = _hits_alone(lexicon, name.text)
        if all(hit.entry.owner != name.path for hit in hits):
            what = f"{name.text!r} is not found even where it stands alone"
            yield Finding("warning", "unfindable", pack.locate(name.path), what, "write it as texts do, or remove it")
        elif name.actor is None and all(
            hit.entry.owner[0] == "decoys" for hit in (*hits, *_hits_alone(lexicon, name.text.upper()))
        ):
            what = f"the decoy {name.text!r} holds no name of an actor"
            yield Finding("note", "idle-decoy", pack.locate(name.path), what, "remove it")


def _hits_alone(lexicon: Lexicon[Path], text: str) -> list[Hit[Path]]:
    return lexicon.find(Document("", f"x {text.replace('*', '')} x"))


def _common(pack: Layered, named: Sequence[Named]) -> Iterator[Finding]:
    for name in named:
        if name.actor is None or name.actor.kind in ("state", "place") or name.exact or not name.certain:
            continue
        if (times := how_common(name.text, name.language)) is not None:
            what = f"{name.text!r} of {name.actor.id} is {times} of a million words in {name.language!r}"
            fix = "if it is a word too, give it requires: or case: exact"
            yield Finding("note", "common", pack.locate(name.path), what, fix)


def _unused_concepts(pack: Layered) -> Iterator[Finding]:
    used = set[Term]()
    for topic in pack.pack.topics:
        for rule in topic.rules:
            used |= {*rule.all, *rule.any, *rule.none}
    for actor in pack.pack.actors:
        for aliases in actor.aliases.values():
            for alias in aliases:
                used |= {*alias.requires, *alias.excludes}
    for number, concept in enumerate(pack.pack.concepts):
        if Reference("concept", concept.id) not in used:
            what = f"no rule or alias rests on the concept {concept.id!r}"
            yield Finding("note", "unused-concept", pack.locate(("concepts", number)), what, "use it or remove it")
