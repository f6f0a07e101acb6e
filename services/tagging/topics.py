"""Concepts and rules -> topics with a score.

A rule adds its weight for each sentence in which it fires, the title counting as two, three at most; a rule of scope
article once. An article is filed under a topic whose threshold the sum of its rules reaches.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from services.matching.expressions import (
    TITLE,
    Expression,
    ExpressionIndex,
    Occurrence,
    Occurrences,
    evaluate,
    sentences_met,
)
from services.tagging.gazetteer import Topic

_TITLE_COUNTS: Final = 2
_MOST_SENTENCES: Final = 3
_MOST_TIMES: Final = {"sentence": _MOST_SENTENCES, "title": _TITLE_COUNTS, "article": 1}


class Sign(NamedTuple):
    """A match that made a rule of a topic fire."""

    occurrence: Occurrence
    fired: str
    """The rule and the term, as `safe-havens[0]: sanctuary`."""


class Filed(NamedTuple):
    """A topic that an article is filed under, and why."""

    topic: Topic
    score: float
    signs: tuple[Sign, ...]
    """In the order of the article."""

    @property
    def confidence(self) -> float:
        """1 less one half to the power of score / threshold: 0.5 at the threshold, 0.75 at twice it."""
        return round(1 - math.pow(0.5, self.score / self.topic.threshold), 3)


def highest_score(topic: Topic) -> float:
    """The most that the rules of a topic can add up to."""
    return sum(max(0, rule.weight) * _MOST_TIMES[rule.scope] for rule in topic.rules)


class TopicRules:
    """The rules of all topics, in one index."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._rules: Final = [
            _Rule(topic, n, rule.expression()) for topic in topics for n, rule in enumerate(topic.rules)
        ]
        self._index: Final = ExpressionIndex([rule.expression for rule in self._rules])

    def score(self, occurrences: Occurrences) -> list[Filed]:
        """The topics that an article is filed under, the strongest first."""
        scores = defaultdict[str, float](float)
        met = defaultdict[str, list[_Rule]](list)
        for number in self._index.candidates(occurrences):
            rule = self._rules[number]
            sentences = sentences_met(rule.expression, occurrences)
            if sentences:
                scores[rule.topic.id] += rule.worth(sentences)
                met[rule.topic.id].append(rule)
        filed = [
            Filed(rules[0].topic, scores[topic], _signs(rules, occurrences))
            for topic, rules in met.items()
            if scores[topic] >= rules[0].topic.threshold
        ]
        return sorted(filed, key=lambda filed: (-filed.confidence, filed.topic.id))


class _Rule(NamedTuple):
    topic: Topic
    number: int
    expression: Expression

    def worth(self, sentences: Sequence[int]) -> float:
        """What the rule adds to the score where it fires in these sentences."""
        times = sum(_TITLE_COUNTS if sentence == TITLE else 1 for sentence in sentences)
        return self.topic.rules[self.number].weight * min(times, _MOST_TIMES[self.expression.scope])


def _signs(rules: Sequence[_Rule], occurrences: Occurrences) -> tuple[Sign, ...]:
    """The matches of the rules that speak for their topic, each once."""
    signs = {
        Sign(match.occurrence, f"{rule.topic.id}[{rule.number}]: {match.term.label}")
        for rule in rules
        if rule.topic.rules[rule.number].weight > 0
        for firing in evaluate(rule.expression, occurrences)
        for match in firing.matches
    }
    return tuple(sorted(signs))
