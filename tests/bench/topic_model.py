"""The weights of topics, learned from labelled articles: what is looked at, the fit, and cross-validation by outlet.

One logistic model over all pairs of an article and a topic of which a rule fired. Its features: the signs of the rules
(services/tagging/learned.py), once for all topics together and once for each, and for each topic the concepts and
kinds of actors that the article has. A ridge keeps what few labels say small, so that a topic with few labels leans on
what all topics have in common. What labellers were unsure of is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from schemas import ActorKind
from services.matching.document import Document
from services.matching.expressions import Reference
from services.tagging.gazetteer import Learned, Pack
from services.tagging.learned import SIGNS, amount
from services.tagging.tag import Engine, read
from tests.bench.corpus import Sample

Floats = npt.NDArray[np.float64]

RIDGE: Final = 2.0
"""How hard weights are pulled to 0. This and the scales were chosen by cross-validation over outlets."""
_SCALE_OF_BIAS: Final = 0.5
_SCALE_OF_OWN: Final = 0.5
"""Of a topic's own weights of its ratio, beside those that all share: the smaller, the harder they are pulled."""
_SCALE_OF_TERMS: Final = 0.35
_MOST_STEPS: Final = 50
_CLOSE_ENOUGH: Final = 1e-6
_LEAST_WEIGHT: Final = 0.05
"""Weights nearer to 0 are not kept."""
_OWN: Final = ("ratio",)
FOLDS: Final = 10


class Pair(NamedTuple):
    """An article and a topic of which a rule fired."""

    article: int
    topic: str
    signs: tuple[float, ...]
    terms: Mapping[str, float]
    """Amounts of concepts and kinds, by `concept/id` or `kind/id`."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What can be filed in a set of articles."""

    pairs: Sequence[Pair]
    right: npt.NDArray[np.bool_]
    unsure: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, pack: Pack, samples: Sequence[Sample]) -> Pairs:
        """Look at every article with the rules of a pack."""
        blank = Learned(
            bias=0,
            concepts={concept.id: 0 for concept in pack.concepts},
            kinds=dict.fromkeys(get_args(ActorKind), 0),
        )
        topics = tuple(topic.model_copy(update={"learned": blank}) for topic in pack.topics)
        engine = Engine.compile(pack.model_copy(update={"topics": topics}), "-")
        names = {number: f"{term.kind}/{term.id}" for term, number in _wanted(blank, engine).items()}
        pairs = [
            Pair(number, scored.topic.id, scored.signs, terms)
            for number, sample in enumerate(samples)
            for document in [Document(sample.title, sample.text)]
            for presence in [read(document, engine).presence]
            for terms in [{names[term]: amount(mask) for term, mask in presence.masks.items() if term in names}]
            for scored in engine.topics.scored(presence, len(document.sentences))
        ]
        return cls(
            pairs,
            np.array([pair.topic in samples[pair.article].topics for pair in pairs]),
            np.array([pair.topic in samples[pair.article].unsure_topics for pair in pairs]),
        )

    def crossed(self, groups: Sequence[str], fold: int = 0) -> Floats:
        """The probability of each pair by a model that has seen no article of its group.

        Args:
            groups: Of each article, as its outlet.
            fold: Another number parts the groups in another way.
        """
        part = _parted(groups, fold)
        of_pair = np.array([part[pair.article] for pair in self.pairs])
        matrix, _ = _matrix(self.pairs)
        probability = np.zeros(len(self.pairs))
        for number in range(FOLDS):
            held_out = of_pair == number
            seen = ~held_out & ~self.unsure
            probability[held_out] = _sigmoid(matrix[held_out] @ _fit(matrix[seen], self.right[seen]))
        return probability

    def learned(self) -> dict[str, Learned]:
        """The weights of each topic, from all articles."""
        matrix, columns = _matrix(self.pairs)
        known = ~self.unsure
        fitted = _fit(matrix[known], self.right[known])
        weights = {name: float(fitted[column]) * scale for name, (column, scale) in columns.items()}
        return {topic: _model(topic, weights) for topic in sorted({pair.topic for pair in self.pairs})}


def _wanted(blank: Learned, engine: Engine) -> Mapping[Reference, int]:
    return {term: engine.topics.numbers[term] for term in blank.terms if isinstance(term, Reference)}


def _features(pair: Pair) -> dict[tuple[str, ...], tuple[float, float]]:
    """Values of a pair's features, each with its scale."""
    features: dict[tuple[str, ...], tuple[float, float]] = {
        ("bias",): (1, 1),
        ("bias", pair.topic): (1, _SCALE_OF_BIAS),
    }
    for name, value in zip(SIGNS, pair.signs, strict=True):
        features["sign", name] = value, 1
        if name in _OWN:
            features["sign", name, pair.topic] = value, _SCALE_OF_OWN
    for term, value in pair.terms.items():
        features["term", term, pair.topic] = value, _SCALE_OF_TERMS
    return features


def _matrix(pairs: Sequence[Pair]) -> tuple[Floats, dict[tuple[str, ...], tuple[int, float]]]:
    """The features of all pairs, and the column and scale of each."""
    columns: dict[tuple[str, ...], tuple[int, float]] = {}
    cells = []
    for row, pair in enumerate(pairs):
        for name, (value, scale) in _features(pair).items():
            column, _ = columns.setdefault(name, (len(columns), scale))
            cells.append((row, column, value * scale))
    matrix = np.zeros((len(pairs), len(columns)))
    rows, places, values = zip(*cells, strict=True)
    matrix[list(rows), list(places)] = values
    return matrix, columns


def _fit(matrix: Floats, right: npt.NDArray[np.bool_]) -> Floats:
    """Logistic regression with a ridge, by Newton's method on one unknown for each pair (there are fewer of them than
    of features): iteratively reweighted least squares in the span of the rows.

    Source: Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 2nd edition, sections 4.4.1, 18.3.5.
    """
    likeness = matrix @ matrix.T
    dual: Floats = np.zeros(len(matrix))
    for _ in range(_MOST_STEPS):
        odds = likeness @ dual
        chance = _sigmoid(odds)
        spread = np.maximum(chance * (1 - chance), 1e-9)
        before = dual
        dual = _solve(likeness + np.diag(RIDGE / spread), odds + (right - chance) / spread)
        if np.abs(dual - before).max() < _CLOSE_ENOUGH:
            break
    return np.asarray(matrix.T @ dual)


def _solve(matrix: Floats, values: Floats) -> Floats:
    return np.asarray(np.linalg.solve(matrix, values), dtype=np.float64)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))


def _model(topic: str, weights: Mapping[tuple[str, ...], float]) -> Learned:
    terms = {name[1]: weight for name, weight in weights.items() if name[0] == "term" and name[2] == topic}
    kept = {term: round(weight, 2) for term, weight in sorted(terms.items()) if abs(weight) >= _LEAST_WEIGHT}

    def of_kind(prefix: str) -> dict[str, float]:
        return {term.removeprefix(prefix): weight for term, weight in kept.items() if term.startswith(prefix)}

    return Learned.model_validate(
        {
            "bias": round(weights["bias",] + weights["bias", topic], 2),
            "signs": {name: round(weights["sign", name] + weights.get(("sign", name, topic), 0), 2) for name in SIGNS},
            "concepts": of_kind("concept/"),
            "kinds": of_kind("kind/"),
        }
    )


def _parted(groups: Sequence[str], fold: int) -> list[int]:
    """The fold of each article: a group is in one fold, and folds are about as large as each other."""
    sizes = {group: groups.count(group) for group in groups}
    order = np.random.default_rng(fold).permutation(sorted(sizes)).tolist()
    loads, of_group = [0] * FOLDS, dict[str, int]()
    for group in sorted(order, key=lambda group: -sizes[group]):
        of_group[group] = loads.index(min(loads))
        loads[of_group[group]] += sizes[group]
    return [of_group[group] for group in groups]
