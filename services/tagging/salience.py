"""How much an article is about an actor: 0 to 1 for each, from where and how often it is named.

Four signs, each 0 to 1, joined as independent chances are: salience = 1 - product of (1 - weight x sign).

| sign | weight | what it is |
|---|---|---|
| title | 0.65 | the standing of its mention in the title |
| lead | 0.5 | the best of standing x 3 / (3 + sentences of the text before it) |
| frequency | 0.7 | f / (f + 2) x f / (f of the most named); f: the sum of its standings in the text |
| spread | 0.25 | quarters of the text that name it, beyond the first, of three |

The standing of an actor in a sentence is 1 if it is the first that is named there (in most of our languages who acts
comes first), else 0.75; where more than four are named, it is that times 4 / their number: a list is about nobody.

What the values mean, roughly:

- 0.9 and more: in the title and the lead, and throughout: the article is about it.
- 0.6: in the title, or in the lead and again and again.
- 0.3: more than in passing: in the lead, or in several sentences.
- 0.1: once or twice, far down.

No weight is learned: there are no labels of salience. The signs are those that carry most in J. Dunietz and
D. Gillick, "A New Entity Salience Task with Millions of Training Examples", EACL 2014 (index of the sentence of the
first mention, number of mentions, presence in the headline); standing and spread are ours. One more mention of an
actor, at a word of the text or in the title, never lowers its salience.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.matching.document import Document
from services.matching.expressions import TITLE
from services.tagging.names import Mentions

_TITLE: Final = 0.65
_LEAD: Final = 0.5
_FREQUENCY: Final = 0.7
_SPREAD: Final = 0.25

_LEAD_HALVES_AFTER: Final = 3
"""Sentences."""
_OFTEN: Final = 2
"""Sentences in which a name is half as frequent as it can be."""
_LATER: Final = 0.75
"""Standing of those who are not named first in a sentence."""
_A_LIST: Final = 4
"""Actors in one sentence above which it is a list."""
_PARTS: Final = 4


def salience(document: Document, mentions: Mentions) -> Mapping[str, float]:
    """The salience of each actor that is mentioned, to three digits."""
    border, length = document.border, len(document.text) + 1
    first = dict[int, int]()
    named = dict[int, int]()
    seats = dict[str, dict[int, int]]()
    parts = dict[str, int]()
    for actor, hits in mentions.items():
        starts = dict[int, int]()
        quarters = 0
        for hit in hits:
            start, _, sentence, _ = hit.occurrence
            if starts.setdefault(sentence, start) == start:
                named[sentence] = named.get(sentence, 0) + 1
                first[sentence] = min(first.get(sentence, start), start)
            if start >= border:
                quarters |= 1 << (start - border) * _PARTS // length
        seats[actor], parts[actor] = starts, quarters.bit_count()
    standings = {
        actor: {
            sentence: (1 if start == first[sentence] else _LATER) * min(1, _A_LIST / named[sentence])
            for sentence, start in starts.items()
        }
        for actor, starts in seats.items()
    }
    often = {actor: sum(here.values()) - here.get(TITLE, 0) for actor, here in standings.items()}
    most = max(often.values(), default=0) or 1
    return {actor: _joined(here, often[actor], often[actor] / most, parts[actor]) for actor, here in standings.items()}


def _joined(standings: Mapping[int, float], often: float, share: float, parts: int) -> float:
    lead = max(
        (
            standing * _LEAD_HALVES_AFTER / (_LEAD_HALVES_AFTER + sentence - 1)
            for sentence, standing in standings.items()
            if sentence != TITLE
        ),
        default=0,
    )
    rest = (
        (1 - _TITLE * standings.get(TITLE, 0))
        * (1 - _LEAD * lead)
        * (1 - _FREQUENCY * share * often / (often + _OFTEN))
        * (1 - _SPREAD * max(parts - 1, 0) / (_PARTS - 1))
    )
    return round(1 - rest, 3)
