"""Which names that were found are mentions of whom, and how sure that is."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from services.matching.document import Document
from services.matching.overlaps import longest_wins
from services.tagging.binding import definitions, is_bracketed, is_of_another, occurrences, of_longer_names
from services.tagging.context import Surroundings
from services.tagging.names import Mentions, NameHit
from services.tagging.seats import act_as_governments
from services.tagging.zones import dateline

_DOUBT_WHERE_ONE_IS_MEANT: Final = 0.5
_MOST_LOOKED_AT: Final = 5
"""Brackets around one abbreviation that are looked at."""
_NAMED_IN_DATELINES: Final = frozenset({"place", "state"})


def mentions(document: Document, hits: Sequence[NameHit], surroundings: Callable[[], Surroundings]) -> Mentions:
    """The mentions that stand, in these steps:

    1. A dateline names places and states only; a capital counts for its government only where it acts as one.
    2. An alias that asks for company needs it; one that is weak needs another name of its actor instead, and so does an
       acronym where everything is in capitals ("TIP OF THE SPEAR" names nobody).
    3. The longest name wins, and a decoy hides what is inside it. Actors of exactly the same span all keep it.
    4. Abbreviations are what the article says they are; short forms count after a longer name.

    One actor has a span once, under the first of its names.

    Args:
        document: The article.
        hits: Names that were found, in the order of the document.
        surroundings: Called where some alias asks for them.
    """
    hits = _outside_datelines(document, hits)
    if any(hit.name.seat for hit in hits):
        hits = _in_their_place(document, hits)
    if any(hit.name.company for hit in hits):
        hits = _in_their_company(hits, surroundings())
    hits = _without_shouted(document, hits)
    standing = [hits[index] for index in longest_wins([hit[0][:2] for hit in hits])]
    standing = _as_defined(document, standing)
    by_actor, shorts = dict[str, list[NameHit]](), list[NameHit]()
    for hit in standing:
        if (actor := hit.name.actor) is None:
            continue
        if hit.name.short:
            shorts.append(hit)
            continue
        spans = by_actor.setdefault(actor.id, [])
        if not spans or spans[-1][0] != hit[0]:
            spans.append(hit)
    for hit in of_longer_names(document, shorts, by_actor) if shorts else ():
        if hit.name.actor is not None:
            by_actor[hit.name.actor.id].append(hit)
    return {actor: sorted(found, key=_where) for actor, found in by_actor.items()} if shorts else by_actor


def _outside_datelines(document: Document, hits: Sequence[NameHit]) -> Sequence[NameHit]:
    """Without what a dateline does not name. What begins with a body is no dateline, but someone who speaks."""
    start, end = dateline(document)
    inside = [hit for hit in hits if start <= hit.occurrence.start < end] if start < end else []
    if not inside or not _is_of_datelines(inside[0]):
        return hits
    fallen = {hit.span for hit in inside if hit.name.seat or not _is_of_datelines(hit)}
    return [hit for hit in hits if hit.span not in fallen or (_is_place(hit) and not hit.name.seat)] if fallen else hits


def _in_their_place(document: Document, hits: Sequence[NameHit]) -> Sequence[NameHit]:
    """Without capitals where they are places, and without places where they are seats of governments that act."""
    seats = [hit for hit in hits if hit.name.seat]
    doings = act_as_governments(document, [seat.occurrence for seat in seats])
    acting = {hit.span for hit, acts in zip(seats, doings, strict=True) if acts}
    return [hit for hit in hits if (not _is_place(hit) if hit.span in acting else not hit.name.seat)]


def _is_place(hit: NameHit) -> bool:
    return hit.name.actor is not None and hit.name.actor.kind == "place"


def _is_of_datelines(hit: NameHit) -> bool:
    return hit.name.actor is None or hit.name.actor.kind in _NAMED_IN_DATELINES


def _in_their_company(hits: Sequence[NameHit], surroundings: Surroundings) -> Sequence[NameHit]:
    """Without the names that lack the company that they ask for."""
    admitted = [hit.name.company is None or surroundings.admit(hit.name.company, hit.occurrence) for hit in hits]
    if None not in admitted:
        return [hit for hit, counts in zip(hits, admitted, strict=True) if counts]
    certain = _named(hit for hit, counts in zip(hits, admitted, strict=True) if counts)
    return [
        hit
        for hit, counts in zip(hits, admitted, strict=True)
        if counts or (counts is None and hit.name.actor is not None and hit.name.actor.id in certain)
    ]


def _without_shouted(document: Document, hits: Sequence[NameHit]) -> Sequence[NameHit]:
    """Without the acronyms of sentences in capitals, except those of actors that are named in another way."""
    shouted = {
        number
        for number, hit in enumerate(hits)
        if hit.name.acronym and document.is_shouting(*hit.span, hit.occurrence.sentence)
    }
    if not shouted:
        return hits
    certain = _named(hit for number, hit in enumerate(hits) if number not in shouted)
    return [
        hit
        for number, hit in enumerate(hits)
        if number not in shouted or (hit.name.actor and hit.name.actor.id in certain)
    ]


def _named(hits: Iterable[NameHit]) -> set[str]:
    return {hit.name.actor.id for hit in hits if hit.name.actor and not hit.name.short}


def _as_defined(document: Document, standing: list[NameHit]) -> list[NameHit]:
    """With the abbreviations that the article defines, and without those that it defines otherwise."""
    foreign = _of_others(document, standing)
    if foreign:
        standing = [hit for hit in standing if hit.name.text not in foreign or not hit.name.acronym]
    for long, short, after in definitions(document, standing):
        if any(hit.name.text == short and hit.name.actor is long.name.actor for hit in standing):
            standing = [
                hit
                for hit in standing
                if hit.name.text != short or hit.name.actor is long.name.actor or hit.occurrence.start < after
            ]
            continue
        name = long.name._replace(text=short, acronym=True, company=None, seat=False, short=False)
        defined = [NameHit(at, name) for at in occurrences(document, short, after - len(short))]
        standing = _with(defined, standing)
    return standing


def _of_others(document: Document, standing: Iterable[NameHit]) -> set[str]:
    """The abbreviations that the article gives to someone else; the first brackets tell."""
    looked_at = Counter[str]()
    foreign = set[str]()
    for hit in standing:
        if hit.name.acronym and looked_at[hit.name.text] < _MOST_LOOKED_AT and is_bracketed(document, hit):
            looked_at[hit.name.text] += 1
            if is_of_another(document, hit):
                foreign.add(hit.name.text)
    return foreign


def _with(defined: Iterable[NameHit], standing: Sequence[NameHit]) -> list[NameHit]:
    """With abbreviations that take the place of what has just their letters, and of nothing longer."""
    starts = [hit.occurrence.start for hit in standing]
    free = dict[tuple[int, int], NameHit]()
    for hit in defined:
        start, end = hit.span
        last = bisect_left(starts, end) - 1
        if last < 0 or standing[last].occurrence.end <= start or standing[last].span == hit.span:
            free[hit.span] = hit
    return sorted([*(hit for hit in standing if hit.span not in free), *free.values()], key=_where)


def _where(hit: NameHit) -> tuple[int, int]:
    return hit.span


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
