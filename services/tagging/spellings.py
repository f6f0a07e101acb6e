"""The names of an actor that nobody has to list: transliterations of an alias, and what CLDR calls a state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from services.backbone.yaml_file import Path
from services.matching.objections import objection_to
from services.matching.variants import variants
from services.tagging.gazetteer import Actor, Alias
from services.tagging.states import names_of_state


class Spelled(NamedTuple):
    """A name that follows from what is written."""

    language: str
    alias: Alias
    made_from: str
    """The text of the alias, or the code of the state, that it follows from."""
    path: Path
    """Where that stands in the actor."""


def spelled_out(actor: Actor) -> Iterator[Spelled]:
    """The names that follow from an actor's entry, but for those that would be refused if they were listed."""
    for language, aliases in actor.aliases.items():
        for number, alias in enumerate(aliases):
            if alias.variants:
                for text in variants(alias.text):
                    other = alias.model_copy(update={"text": text, "variants": False})
                    if objection_to(text, exact=other.exact) is None:
                        yield Spelled(language, other, alias.text, ("aliases", language, number))
    if actor.territory is not None:
        for language, texts in names_of_state(actor.territory).items():
            for text in texts:
                yield Spelled(language, Alias.model_construct(text=text), actor.territory, ("territory",))
