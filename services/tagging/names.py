"""What is searched for, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.matching.expressions import Occurrence
from services.tagging.context import Company
from services.tagging.gazetteer import Actor, Alias


class Name(NamedTuple):
    """One name that is searched for: an alias of an actor, or a decoy, whose `actor` is None."""

    actor: Actor | None
    text: str
    acronym: bool
    """Its capitals are all that tells it from a word."""
    doubt: float
    """How unsure it is that the actor is meant, 0 to 1."""
    one_is_meant: bool
    """Where it stands for several actors, only one of them will be meant; else it means them all."""
    terms: tuple[int, ...]
    """What a mention is to the rules of topics: numbers of terms."""
    asides: tuple[int, ...] = ()
    """What it is to the aliases that ask for company: numbers of asides."""
    company: Company | None = None
    """What it asks of the words around it."""
    short: bool = False
    """It counts only after a longer name."""
    seat: bool = False
    """It counts only where it acts as a government does."""

    @classmethod
    def of(
        cls,
        actor: Actor,
        alias: Alias,
        *,
        acronym: bool,
        terms: tuple[int, ...],
        asides: tuple[int, ...] = (),
        company: Company | None = None,
    ) -> Name:
        """A name, and what its form says of how sure it is.

        A name of several words, or of 8 letters and more, leaves a doubt of 0.01; one of 5 to 7 letters 0.03; a shorter
        one 0.05. (Of these in the labelled articles 0.004, 0.011 and 0.022 were wrong; other outlets get a margin.)
        Where the same words stand for several actors, a person's name and a single word mean one of them; other names
        of several words ("Pakistan's army") mean them all.
        """
        text = alias.text
        one_is_meant = actor.kind == "person" or " " not in text
        doubt = _doubt(text)
        return cls(actor, text, acronym, doubt, one_is_meant, terms, asides, company, alias.short, alias.seat)

    @classmethod
    def decoy(cls, text: str) -> Name:
        """A name that hides what is inside it, and is no one's."""
        return cls(None, text, acronym=False, doubt=0, one_is_meant=False, terms=())

    @property
    def is_certain(self) -> bool:
        """Whether it counts wherever it stands."""
        return self.company is None and not self.short and not self.seat


class NameHit(NamedTuple):
    """A place in a document where a name stands."""

    occurrence: Occurrence
    name: Name

    @property
    def span(self) -> tuple[int, int]:
        return self.occurrence[:2]


Mentions = Mapping[str, Sequence[NameHit]]
"""The mentions of each actor, by its id, in the order of the article."""


def _doubt(name: str) -> float:
    letters = sum(map(str.isalnum, name))
    if len(name.split()) > 1 or letters >= 8:
        return 0.01
    return 0.03 if letters >= 5 else 0.05
