"""Concepts and rules -> topics with a score.

A rule adds its weight for each sentence in which it fires, the title counting as two, three at most; a rule of scope
article once. The sum is the score. What an article is filed under is decided by the topic's weights if it has been
learned from labelled articles (learned.py), else by its threshold; never without a rule that fired.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from services.matching.expressions import Occurrence, Reference, Term
from services.matching.index import ExpressionIndex, Met
from services.matching.presence import Presence
from services.tagging.gazetteer import Rule, Topic
from services.tagging.learned import FILED_FROM, RATIO, Signs, Weights, signs_of
from services.tagging.names import Mentions, NameHit

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


class Scored(NamedTuple):
    """A topic of which rules fired, and what they came to."""

    topic: Topic
    score: float
    """The sum of its rules."""
    confidence: float
    """How sure it is that the article is about it, 0 to 1."""
    filed: bool
    """Whether that is enough."""
    signs: Signs
    """What its rules came to, as the weights take it."""
    met: tuple[Met, ...]
    """Its rules that fired."""


class Filed(NamedTuple):
    """A topic that an article is filed under, and why."""

    topic: Topic
    score: float
    confidence: float
    signs: tuple[Sign, ...]
    """In the order of the article."""


def highest_score(topic: Topic) -> float:
    """The most that the rules of a topic can add up to."""
    return sum(max(0, rule.weight) * _MOST_TIMES[rule.scope] for rule in topic.rules)


class TopicRules:
    """The rules of all topics, in one index, and the weights of those that have been learned."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self.rules: Final = [NumberedRule.of(topic, n, rule) for topic in topics for n, rule in enumerate(topic.rules)]
        self.index: Final = ExpressionIndex(rule.rule.expression() for rule in self.rules)
        numbers = dict(self.index.numbers)
        learned = {topic.id: topic.learned for topic in topics if topic.learned is not None}
        for model in learned.values():
            for term in model.terms:
                numbers.setdefault(term, len(numbers))
        self.numbers: Final[Mapping[Term, int]] = numbers
        """Terms as the index and the weights know them."""
        self._weights: Final = {topic: Weights.of(model, numbers) for topic, model in learned.items()}
        self._companies: Final = [
            (term, number) for term, number in numbers.items() if isinstance(term, Reference) and term.distinct > 1
        ]

    def add_companies(self, standing: Mentions, numbers: list[int], occurrences: list[Occurrence]) -> None:
        """Add the terms `{kind: k, distinct: n}` that these mentions meet: n actors of a kind in one sentence."""
        for term, number in self._companies:
            firsts = [
                {hit.occurrence.sentence: hit.occurrence for hit in reversed(hits)}
                for hits in standing.values()
                if _kind(hits) == term.id
            ]
            if len(firsts) >= term.distinct:
                together = Counter(sentence for first in firsts for sentence in first)
                for first in firsts:
                    for sentence, occurrence in first.items():
                        if together[sentence] >= term.distinct:
                            numbers.append(number)
                            occurrences.append(occurrence)

    def scored(self, presence: Presence, sentences: int) -> list[Scored]:
        """Every topic of which a rule that speaks for it fired, in no order.

        Args:
            presence: Terms, numbered as in `numbers`.
            sentences: Of the document, its title too.
        """
        rules = self.rules
        fired = defaultdict[str, list[Met]](list)
        for met in self.index.met(presence):
            fired[rules[met.number].topic.id].append(met)
        scores = {topic: sum([rules[met.number].worth(met.sentences) for met in mets]) for topic, mets in fired.items()}
        ratios = {topic: score / rules[fired[topic][0].number].topic.threshold for topic, score in scores.items()}
        highest = max(ratios.values(), default=0)
        scored = []
        for topic, mets in fired.items():
            held = speaking = 0
            for met in mets:
                if rules[met.number].weight > 0:
                    held |= met.sentences
                    speaking += 1
            if speaking:
                signs = signs_of(ratios[topic], held, speaking, highest, sentences)
                confidence, filed = self._judged(topic, signs, presence)
                of_it = rules[mets[0].number].topic
                scored.append(Scored(of_it, scores[topic], confidence, filed, signs, tuple(mets)))
        return scored

    def score(self, presence: Presence, sentences: int) -> list[Filed]:
        """The topics that an article is filed under, the surest first."""
        filed = [
            Filed(found.topic, found.score, found.confidence, self.signs(found.met, presence))
            for found in self.scored(presence, sentences)
            if found.filed
        ]
        return sorted(filed, key=lambda filed: (-filed.confidence, filed.topic.id))

    def signs(self, mets: Iterable[Met], presence: Presence) -> tuple[Sign, ...]:
        """The first matches of rules, those that speak for their topic, in the order of the article."""
        return tuple(sorted({sign for met in mets for sign in self._signs(met, presence)}))

    def _judged(self, topic: str, signs: Signs, presence: Presence) -> tuple[float, bool]:
        """How sure a topic is, and whether that is enough."""
        if (weights := self._weights.get(topic)) is not None:
            confidence = weights.confidence(signs, presence.masks)
            return round(confidence, 3), confidence >= FILED_FROM
        ratio = signs[RATIO]
        return round(1 - math.pow(0.5, max(ratio, 0)), 3), ratio >= 1  # 0.5 at the threshold, 0.75 at twice it

    def _signs(self, met: Met, presence: Presence) -> Iterator[Sign]:
        """The first matches of a rule, if it speaks for its topic."""
        rule = self.rules[met.number]
        if rule.weight > 0:
            for firing in islice(self.index.firings(met, presence), MOST_SIGNS):
                for term, occurrence in firing:
                    yield Sign(occurrence, f"{rule.label}: {term.label}")


class NumberedRule(NamedTuple):
    """A rule and whose it is."""

    topic: Topic
    number: int
    rule: Rule
    weight: float
    most: int
    """So many sentences count."""

    @classmethod
    def of(cls, topic: Topic, number: int, rule: Rule) -> NumberedRule:
        """A rule of a topic, by its number there."""
        return cls(topic, number, rule, rule.weight, _MOST_TIMES[rule.scope])

    @property
    def label(self) -> str:
        """As `safe-havens[sanctuary-words]`, by its number where it has no id."""
        return f"{self.topic.id}[{self.rule.id or self.number}]"

    def worth(self, sentences: int) -> float:
        """What the rule adds to the score where it fires in these sentences."""
        times = sentences.bit_count() + (_TITLE_COUNTS - 1) * (sentences & _TITLE_BIT)
        return self.weight * min(times, self.most)


def _kind(hits: Sequence[NameHit]) -> str | None:
    actor = hits[0].name.actor
    return actor.kind if actor is not None else None
