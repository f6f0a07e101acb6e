"""Weights learned from labelled articles: how sure it is that an article is about a topic of which rules fired.

A logistic model for each topic, over few features that no language owns: what the rules came to, where and how often
they fired, what other topics have, and in how many sentences each concept stands. A topic of which no rule fired is
never judged, so the words that its rules fired on are its evidence. tests/bench/accuracy.py learns the weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from services.matching.expressions import Term
from services.tagging.gazetteer import Learned

FILED_FROM: Final = 0.4
"""The confidence from which an article is filed. Below one half, because of F1: for the most of it a tag is worth its
risk from half the F1 that is reached."""

_TITLE: Final = 0b1
_LEAD: Final = 0b1110
"""The first three sentences of the text."""
_HIGHEST_RATIO: Final = 3.0
_MOST_RULES: Final = 4
_WIDEST_GAP: Final = 5.0

SIGNS: Final = ("ratio", "reached", "title", "lead", "sentences", "share", "rules", "gap")
"""What is known of the rules of a topic in an article, in the order of `signs_of`."""

RATIO: Final = SIGNS.index("ratio")

Signs = tuple[float, ...]


def signs_of(ratio: float, held: int, rules: int, highest: float, sentences: int) -> Signs:
    """What is known of the rules of a topic.

    Args:
        ratio: The score of its rules over its threshold.
        held: Sentences in which rules that speak for it fired, as bits, the title being the first.
        rules: How many of those rules fired.
        highest: The highest ratio of any topic.
        sentences: Of the article, the title too.

    Returns:
        In the order of `SIGNS`: the ratio, 3 at most; whether it is 1 or more; whether a rule fired in the title; in
        one of the first three sentences; the logarithm of 1 + the number of sentences; their share; the number of
        rules, 4 at most; how much higher the highest ratio is, 5 at most.
    """
    number = held.bit_count()
    return (
        min(ratio, _HIGHEST_RATIO),
        float(ratio >= 1),
        float(held & _TITLE),
        float(held & _LEAD > 0),
        math.log1p(number),
        number / max(sentences, 1),
        float(min(rules, _MOST_RULES)),
        min(highest - ratio, _WIDEST_GAP),
    )


def amount(mask: int) -> float:
    """How much there is of a term that stands in these sentences: the logarithm of 1 + their number, 2 at most."""
    return min(math.log1p(mask.bit_count()), 2.0)


class Weights(NamedTuple):
    """The model of one topic."""

    bias: float
    signs: Signs
    """In the order of `SIGNS`."""
    terms: tuple[tuple[int, float], ...]
    """Of concepts and kinds, by their numbers."""

    @classmethod
    def of(cls, learned: Learned, numbers: Mapping[Term, int]) -> Weights:
        """Compile what was learned of a topic; numbers of terms as the presence has them."""
        return cls(
            learned.bias,
            tuple(learned.signs.get(name, 0.0) for name in SIGNS),
            tuple((numbers[term], weight) for term, weight in learned.terms.items()),
        )

    def confidence(self, signs: Signs, masks: Mapping[int, int]) -> float:
        """The probability that the topic is right, from the signs of its rules and the sentences of each term."""
        total = self.bias + sum(map(float.__mul__, self.signs, signs))
        for number, weight in self.terms:
            if number in masks:
                total += weight * amount(masks[number])
        return (1 + math.tanh(total / 2)) / 2  # the logistic function, without overflow
