"""Whether the names of an actor stand in an article, and why they did not count. Pure but for the pack's engine."""

from dataclasses import dataclass

from services.cli.pack.spellings import NoRapidFuzz, spellings
from services.tagging.explain import Explanation, Fallen
from services.tagging.gazetteer import Actor, Pack

_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Naming:
    """What was found of an actor in an article that has no tag of it."""

    actor: str
    """Its id."""
    what: str
    """In a sentence."""
    fix: str
    is_there: bool
    """Something like its name stands there; else the article may not speak of it."""


def named(actor: Actor, explained: Explanation) -> Naming:
    """Why an article is not tagged with an actor.

    Args:
        actor: that has no tag.
        explained: the article under the pack of today.
    """
    if any(tag.id == actor.id for tag in explained.tagged.actors):
        return Naming(
            actor.id,
            f"the pack of today finds {actor.id} in it, the pack that tagged it did not",
            "tag what is stored anew: tocsin retag --since 7d",
            is_there=True,
        )
    fallen = [one for one in explained.fallen if one.name.actor is not None and one.name.actor.id == actor.id]
    if fallen:
        return _fallen(actor, fallen[0], explained)
    if (spelling := _spelling(actor, explained)) is not None:
        text, name = spelling
        return Naming(
            actor.id,
            f"alias unknown: {text!r} stands in it, which is like {name!r} of {actor.id}",
            f"add {text!r} to the aliases of {actor.id} in the pack, then tocsin retag --since 7d",
            is_there=True,
        )
    names = [alias.text for alias in actor.names]
    listed = ", ".join(map(repr, names[:_MOST_NAMES])) + (
        f" and {len(names) - _MOST_NAMES} more" if names[_MOST_NAMES:] else ""
    )
    return Naming(
        actor.id,
        f"no alias of {actor.id} stands in it: {listed}",
        f"if the article names it in another way, add that to the aliases of {actor.id}, then tocsin retag --since 7d",
        is_there=False,
    )


def _fallen(actor: Actor, one: Fallen, explained: Explanation) -> Naming:
    words = explained.document.joined[one.occurrence.start : one.occurrence.end]
    sentence = explained.sentence(one.occurrence.start)
    stands = f"{words!r} of {actor.id} stands in {sentence[:200]!r}"
    if one.why.startswith("under "):
        return Naming(
            actor.id,
            f"overlap lost to a longer name: {stands}, {one.why}",
            "nothing, if the longer name is what is meant; else take the longer one out of the pack",
            is_there=True,
        )
    if one.name.company is not None and one.name.company.weak:
        return Naming(
            actor.id,
            f"weak alias alone: {stands}, and nothing beside it says that {actor.name} is meant",
            f"add what tells to requires: of the alias {one.name.text!r}, or the actor's other name to its aliases",
            is_there=True,
        )
    return Naming(
        actor.id,
        f"it does not count: {stands}; {one.why}",
        f"look at the alias {one.name.text!r} of {actor.id} in the pack",
        is_there=True,
    )


def _spelling(actor: Actor, explained: Explanation) -> tuple[str, str] | None:
    """Words that are like a name of an actor, and that name."""
    document = explained.document
    try:
        found = spellings(Pack(actors=(actor,)), [("", document.title, document.text)], 1)
    except NoRapidFuzz:
        return None
    best = max(found, key=lambda one: one.likeness, default=None)
    return (best.text, best.name) if best is not None else None
