"""Which names that were found are mentions of whom, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from services.matching.document import Document
from services.matching.expressions import Occurrence
from services.matching.overlaps import longest_wins
from services.tagging.gazetteer import Actor

_DOUBT_WHERE_ONE_IS_MEANT: Final = 0.5


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

    @classmethod
    def of(cls, actor: Actor, text: str, *, acronym: bool, terms: tuple[int, ...]) -> Name:
        """A name, and what its form says of how sure it is.

        A name of several words, or of 8 letters and more, leaves no doubt; one of 5 to 7 letters 0.1; a shorter one
        0.3. Where the same words stand for several actors, a person's name and a single word mean one of them; other
        names of several words ("Pakistan's army") mean them all.
        """
        return cls(actor, text, acronym, _doubt(text), actor.kind == "person" or " " not in text, terms)

    @classmethod
    def decoy(cls, text: str) -> Name:
        """A name that hides what is inside it, and is no one's."""
        return cls(None, text, acronym=False, doubt=0, one_is_meant=False, terms=())


class NameHit(NamedTuple):
    """A place in a document where a name stands."""

    occurrence: Occurrence
    name: Name

    @property
    def span(self) -> tuple[int, int]:
        return self.occurrence[:2]


Mentions = Mapping[str, Sequence[NameHit]]
"""The mentions of each actor, by its id, in the order of the article."""


def mentions(document: Document, hits: Sequence[NameHit]) -> Mentions:
    """The mentions that stand: the longest name wins, a decoy hides what is inside it.

    "TIP OF THE SPEAR" names nobody: where everything is in capitals an acronym counts only if the article names the
    same actor in another way. Actors of exactly the same span all keep it. One actor has a span once, under the first
    of its names.
    """
    hits = _without_shouted(document, hits)
    by_actor = dict[str, list[NameHit]]()
    for index in longest_wins([hit[0][:2] for hit in hits]):
        hit = hits[index]
        if (actor := hit.name.actor) is not None:
            spans = by_actor.setdefault(actor.id, [])
            if not spans or spans[-1][0] != hit[0]:
                spans.append(hit)
    return by_actor


def _without_shouted(document: Document, hits: Sequence[NameHit]) -> Sequence[NameHit]:
    """Without the acronyms of sentences in capitals, except those of actors that are named in another way."""
    shouted = {
        number
        for number, hit in enumerate(hits)
        if hit.name.acronym and document.is_shouting(*hit.span, hit.occurrence.sentence)
    }
    if not shouted:
        return hits
    certain = {hit.name.actor.id for number, hit in enumerate(hits) if hit.name.actor and number not in shouted}
    return [
        hit
        for number, hit in enumerate(hits)
        if number not in shouted or (hit.name.actor and hit.name.actor.id in certain)
    ]


def confidence(hits: Iterable[NameHit], shared: set[tuple[int, int]]) -> float:
    """How sure it is that an actor is named: 1 less the product of the doubts of its distinct names.

    Args:
        hits: Of one actor.
        shared: Spans at which several actors are named.
    """
    doubts = dict[str, float]()
    for hit in hits:
        name = hit.name
        if name.text not in doubts:
            in_doubt = name.one_is_meant and hit.span in shared
            doubts[name.text] = max(name.doubt, _DOUBT_WHERE_ONE_IS_MEANT) if in_doubt else name.doubt
    return round(1 - math.prod(doubts.values()), 3)


def _doubt(name: str) -> float:
    letters = sum(map(str.isalnum, name))
    if len(name.split()) > 1 or letters >= 8:
        return 0.0
    return 0.1 if letters >= 5 else 0.3
