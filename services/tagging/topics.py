"""Concepts and rules -> topics with a score.

A rule adds its weight for each sentence in which it fires, the title counting as two, three at most; a rule of scope
article once. An article is filed under a topic whose threshold the sum of its rules reaches.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from services.matching.expressions import Occurrence
from services.matching.index import ExpressionIndex, Met
from services.matching.presence import Presence
from services.tagging.gazetteer import Rule, Topic

_TITLE_COUNTS: Final = 2
_TITLE_BIT: Final = 1
_MOST_SENTENCES: Final = 3
_MOST_TIMES: Final = {"sentence": _MOST_SENTENCES, "title": _TITLE_COUNTS, "article": 1}


MOST_SIGNS: Final = 5
"""Sentences of a rule whose matches are kept as signs."""


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
        self._rules: Final = [_Rule(topic, n, rule) for topic in topics for n, rule in enumerate(topic.rules)]
        self.index: Final = ExpressionIndex(rule.rule.expression() for rule in self._rules)

    def score(self, presence: Presence) -> list[Filed]:
        """The topics that an article is filed under, the strongest first. Terms are numbered as in `index`."""
        scores = defaultdict[str, float](float)
        fired = defaultdict[str, list[Met]](list)
        for met in self.index.met(presence):
            rule = self._rules[met.number]
            scores[rule.topic.id] += rule.worth(met.sentences)
            fired[rule.topic.id].append(met)
        filed = []
        for topic_id, score in scores.items():
            topic = self._rules[fired[topic_id][0].number].topic
            if score >= topic.threshold:
                signs = {sign for met in fired[topic_id] for sign in self._signs(met, presence)}
                filed.append(Filed(topic, score, tuple(sorted(signs))))
        return sorted(filed, key=lambda filed: (-filed.confidence, filed.topic.id))

    def _signs(self, met: Met, presence: Presence) -> Iterator[Sign]:
        """The first matches of a rule, if it speaks for its topic."""
        rule = self._rules[met.number]
        if rule.rule.weight > 0:
            for firing in islice(self.index.firings(met, presence), MOST_SIGNS):
                for term, occurrence in firing:
                    yield Sign(occurrence, f"{rule.topic.id}[{rule.number}]: {term.label}")


class _Rule(NamedTuple):
    topic: Topic
    number: int
    rule: Rule

    def worth(self, sentences: int) -> float:
        """What the rule adds to the score where it fires in these sentences."""
        times = sentences.bit_count() + (_TITLE_COUNTS - 1) * (sentences & _TITLE_BIT)
        return self.rule.weight * min(times, _MOST_TIMES[self.rule.scope])
