"""Which hits are mentions of whom, and how sure that is."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from typing import Final

from schemas import ActorKind
from services.matching.expressions import Occurrence, Reference, Term
from services.matching.lexicon import Hit
from services.matching.overlaps import longest_wins

DECOY: Final = None
"""The owner of decoys."""

Owner = Term | None
TagHit = Hit[Owner]


def accept_mentions(hits: Iterable[TagHit]) -> tuple[list[TagHit], list[tuple[Term, Occurrence]]]:
    """Part the hits into names, of actors and decoys, and the terms that rules rest on.

    "TIP OF THE SPEAR" names nobody: where everything is in capitals an acronym counts only if the article names the
    same actor in another way.
    """
    names: list[TagHit] = []
    terms: list[tuple[Term, Occurrence]] = []
    for hit in hits:
        owner = hit.entry.owner
        if owner is DECOY or owner[0] == "actor":
            names.append(hit)
        elif not hit.weak:
            terms.append((owner, hit.occurrence))
    certain = {hit.entry.owner for hit in names if not hit.weak}
    return [hit for hit in names if not hit.weak or hit.entry.owner in certain], terms


def resolve_overlaps(mentions: Sequence[TagHit]) -> dict[Reference, list[TagHit]]:
    """The mentions that stand, by actor: the longest wins, a decoy hides what is inside it.

    Actors of exactly the same span all keep it. One actor has a span once, under the first alias.
    """
    kept = [mentions[i] for i in longest_wins([(m.occurrence.start, m.occurrence.end) for m in mentions])]
    by_actor = defaultdict[Reference, list[TagHit]](list)
    for hit in kept:
        if isinstance(hit.entry.owner, Reference):
            spans = by_actor[hit.entry.owner]
            if not spans or spans[-1].occurrence != hit.occurrence:
                spans.append(hit)
    return by_actor


def confidence(mentions: Iterable[TagHit], kind: ActorKind, shared: Container[Occurrence]) -> float:
    """How sure it is that an actor is named: 1 less the product of the doubts of its distinct aliases.

    A name of several words, or of 8 letters and more, leaves no doubt; one of 5 to 7 letters 0.1; a shorter one 0.3.
    Where the same words stand for several actors, a person's name and a single word leave at least 0.5: only one of
    them will be meant. Other names of several words ("Pakistan's army") mean them all.

    Args:
        mentions: Of one actor.
        kind: The actor's.
        shared: Where several actors are named by the same words.
    """
    doubts = dict[str, float]()
    for hit in mentions:
        alias = hit.entry.text
        if alias not in doubts:
            one_is_meant = hit.occurrence in shared and (kind == "person" or " " not in alias)
            doubts[alias] = max(_doubt(alias), 0.5 if one_is_meant else 0)
    return round(1 - math.prod(doubts.values()), 3)


def _doubt(name: str) -> float:
    letters = sum(map(str.isalnum, name))
    if len(name.split()) > 1 or letters >= 8:
        return 0.0
    return 0.1 if letters >= 5 else 0.3
