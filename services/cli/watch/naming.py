"""What a person calls someone -> what a watch says: an actor or a topic of the pack, or a free name. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

from services.alerting.watching.terms import Name, spellings
from services.backbone.errors import TocsinError
from services.matching.fold import fold_phrases
from services.tagging.gazetteer import Actor, Pack


class SharedName(TocsinError):
    """A name stands for several actors."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a name is in a watch."""

    key: Literal["actors", "topics", "names"]
    """The list of the watch that it belongs to."""
    value: str | dict[str, object]
    """As it is written there."""
    called: str
    """Its name for people."""
    says: str
    """What it was taken for, in a sentence."""
    hint: str = ""
    """What else may have been meant; empty where nothing is near."""
    spellings: tuple[str, ...] = field(default=(), repr=False)
    """Of a free name: its other spellings, which count too."""


def meant(name: str, pack: Pack, *, spelled: bool = True) -> Meant:
    """What a name is: the id, the name or an alias of an actor; a topic's id or name; else a free name.

    Args:
        name: as a person writes it.
        pack: what is known.
        spelled: other spellings of a free name count too.

    Raises:
        SharedName: several actors have it.
    """
    name = " ".join(name.split())
    by_id = {actor.id: actor for actor in pack.actors}
    if (actor := by_id.get(name)) is not None:
        return Meant("actors", actor.id, actor.name, f"{name} is the actor {actor.name} ({actor.kind})")
    found = {actor.id: (actor, alias) for actor, alias in _called(name, pack)}
    if len(found) > 1:
        listed = ", ".join(sorted(found))
        raise SharedName(f"{name!r} stands for several actors: {listed}; say which by --actor, each in turn for all")
    for actor, alias in found.values():
        return Meant(
            "actors", actor.id, actor.name, f"{name!r} is {alias} of the actor {actor.id}, {actor.name} ({actor.kind})"
        )
    for topic in pack.topics:
        if name == topic.id or _same(name, topic.name):
            return Meant("topics", topic.id, topic.name, f"{name!r} is the topic {topic.id}, {topic.name}")
    return free(name, spelled=spelled, hint=_near(name, pack))


def free(name: str, *, spelled: bool = True, hint: str = "") -> Meant:
    """A free name, which the pack need not know."""
    others = spellings(Name(name))[1:]
    if not others:
        return Meant("names", name, name, f"{name!r} is a free name: it is found as it is written", hint)
    if not spelled:
        exactly: dict[str, object] = {"text": name, "variants": False}
        return Meant("names", exactly, name, f"{name!r} is a free name: it is found as it is written only", hint)
    return Meant("names", name, name, f"{name!r} is a free name, with {len(others)} other spellings", hint, others)


def _called(name: str, pack: Pack) -> Iterator[tuple[Actor, str]]:
    """The actors that a name is an alias of."""
    aliases = [(actor, alias) for actor in pack.actors for alias in actor.names]
    folded, *others = fold_phrases([name, *(alias.text for _, alias in aliases)])
    for (actor, alias), other in zip(aliases, others, strict=True):
        if other == folded and (not alias.exact or alias.text == name):
            yield actor, f"an alias{'' if alias.is_certain else ', in doubt by itself,'}"
    for actor in pack.actors:
        if _same(name, actor.name):  # one with parentheses is no alias
            yield actor, "the name"


def _same(one: str, other: str) -> bool:
    first, second = fold_phrases([one, other])
    return first == second


def _near(name: str, pack: Pack) -> str:
    """Who is called nearly so; empty where nobody is."""
    known = {alias.text.casefold(): (alias.text, actor) for actor in pack.actors for alias in actor.names}
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.8)
    if not near:
        return ""
    text, actor = known[near[0]]
    return f"the actor {actor.id} is called {text!r}: if that is who is meant, say --actor {actor.id}"
