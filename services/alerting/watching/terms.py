"""What a watch asks for, one thing at a time.

    "Bagram air base"               a phrase: these words, in any inflection that the engine knows
    {name: Hekmatullah}             a name that the pack does not have: with its usual transliterations too
    {actor: ttp}                    an actor of the pack
    {actor: taliban, parts: true}   an actor, those who are part of it, and its members
    {kind: armed-group}             any actor of a kind
    {topic: safe-havens}            a topic of the pack

A phrase or a name that is a bare acronym (TIP) is found in its own capitals only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from services.backbone.configuration import nearest
from services.matching.acronyms import is_acronym
from services.matching.expressions import Phrase, Reference, ReferenceKind
from services.matching.objections import objection_to
from services.matching.variants import variants

FORMS: Final = {
    "actor": "{actor: id}",
    "topic": "{topic: id}",
    "kind": "{kind: armed-group}",
    "name": "{name: Hekmatullah}",
}
MOST_CHARACTERS: Final = 200
"""Of a phrase or a name."""

_OTHERWISE: Final = f"write a phrase, or one of {', '.join(FORMS.values())}"


@dataclass(frozen=True, slots=True)
class Name:
    """A name that the pack does not have, in its usual transliterations."""

    text: str

    @property
    def label(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Family:
    """An actor with all that is part of it, and all who are members of it."""

    id: str

    @property
    def label(self) -> str:
        return self.id


Term = Phrase | Name | Reference | Family


def read_term(value: object) -> Term:
    """A term as a desk writes it.

    Raises:
        ValueError: it is none; the message says what to write.
    """
    if isinstance(value, str):
        return Phrase(_words(value))
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"neither a phrase nor a reference; {_OTHERWISE}")
    (kind, *more), named = [str(key) for key in value], [key for key in FORMS if key in value]
    if not named:
        raise ValueError(f"unknown kind of term {kind[:50]!r}; {nearest(kind, FORMS, _OTHERWISE)}")
    kind, option = named[0], {"actor": "parts", "name": "variants"}.get(named[0])
    if unknown := [key for key in map(str, value) if key not in (kind, option)]:
        raise ValueError(f"{unknown[0][:50]!r} does not go with {kind}:; write only {FORMS[kind]}, or two terms")
    named_by, choice = value[kind], value.get(option, option == "variants") if more else option == "variants"
    if not isinstance(choice, bool):
        raise ValueError(f"{option!r} is neither true nor false; write {option}: true")
    if not isinstance(named_by, str) or not named_by.strip():
        raise ValueError(f"{kind}: names nothing; write {FORMS[kind]}")
    if kind == "name":
        return Name(_words(named_by)) if choice else Phrase(_words(named_by))
    return Family(named_by) if choice else Reference(cast(ReferenceKind, kind), named_by)


def read_actor(value: object) -> Term:
    """An item of `actors:`, an id or `{id: taliban, parts: true}`."""
    if isinstance(value, Mapping) and "id" in value:
        return read_term({"actor" if key == "id" else key: one for key, one in value.items()})
    return read_term({"actor": value}) if isinstance(value, str) else _refuse("an id, or {id: taliban, parts: true}")


def read_topic(value: object) -> Term:
    """An item of `topics:`, an id."""
    return read_term({"topic": value}) if isinstance(value, str) else _refuse("an id: safe-havens")


def read_name(value: object) -> Term:
    """An item of `names:`, a name or `{text: Hekmatullah, variants: false}`."""
    if isinstance(value, Mapping) and "text" in value:
        return read_term({"name" if key == "text" else key: one for key, one in value.items()})
    if isinstance(value, str):
        return read_term({"name": value})
    return _refuse("a name, or {text: Hekmatullah, variants: false}")


def read_phrase(value: object) -> Term:
    """An item of `phrases:`, text."""
    return read_term(value) if isinstance(value, str) else _refuse("text; put numbers in quotes")


def as_written(term: Term) -> str:
    """A term as a desk writes it."""
    match term:
        case Phrase():
            return f'"{term.text}"'
        case Name():
            return f"{{name: {term.text}}}"
        case Family():
            return f"{{actor: {term.id}, parts: true}}"
        case Reference():
            return f"{{{term.kind}: {term.id}}}"


def spellings(term: Phrase | Name) -> tuple[str, ...]:
    """What is searched for: the words as written, and of a name its other spellings, if they are fit to be searched
    for."""
    if isinstance(term, Phrase):
        return (term.text,)
    others = variants(term.text)
    return (term.text, *(text for text in others if objection_to(text, exact=is_acronym(text)) is None))


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError(f"no words; {_OTHERWISE}")
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"a phrase of {len(text)} characters; write at most {MOST_CHARACTERS}")
    return text


def _refuse(what_to_write: str) -> Term:
    raise ValueError(f"not readable here; write {what_to_write}")
