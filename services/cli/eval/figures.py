"""Verdicts -> precision, recall, F1, and how far confidence can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from services.cli.eval.labels import Judged, What

LEAST_LABELS: Final = 3
"""Labels that an id needs to count in the macro average: of fewer its F1 says nothing."""

_BINS: Final = 10


class Figures(NamedTuple):
    """How many were right, told without being so, and missed."""

    right: int
    extra: int
    missed: int

    @classmethod
    def of(cls, judged: Iterable[Judged]) -> Figures:
        """Count verdicts."""
        verdicts = Counter(one.verdict for one in judged)
        return cls(verdicts["right"], verdicts["extra"], verdicts["missed"])

    @property
    def labels(self) -> int:
        """How many people gave."""
        return self.right + self.missed

    @property
    def precision(self) -> float:
        """The share of what was told that is right; 0 where nothing was told."""
        return self.right / (self.right + self.extra) if self.right + self.extra else 0.0

    @property
    def recall(self) -> float:
        """The share of what is right that was told; 0 where nothing is."""
        return self.right / self.labels if self.labels else 0.0

    @property
    def f1(self) -> float:
        """Their harmonic mean; 0 where both are 0."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


class Bin(NamedTuple):
    """What was told with about the same confidence."""

    least: float
    most: float
    told: int
    right: float
    """The share of it that is right."""
    confidence: float
    """On average."""


def select(judged: Iterable[Judged], what: What) -> list[Judged]:
    """The verdicts on actors, or on topics."""
    return [one for one in judged if one.what == what]


def grouped(judged: Iterable[Judged], key: Callable[[Judged], str]) -> dict[str, Figures]:
    """The figures of each group, in the order of their names."""
    groups = dict[str, list[Judged]]()
    for one in judged:
        groups.setdefault(key(one), []).append(one)
    return {name: Figures.of(groups[name]) for name in sorted(groups)}


def macro_f1(by_id: Iterable[Figures]) -> tuple[float, int]:
    """The mean F1 of the ids that have labels enough, and how many those are."""
    enough = [figures.f1 for figures in by_id if figures.labels >= LEAST_LABELS]
    return sum(enough) / max(1, len(enough)), len(enough)


def reliability(judged: Sequence[Judged]) -> list[Bin]:
    """Of what was told with a confidence of 0 to 0.1, 0.1 to 0.2 and so on: which share is right."""
    told = [(one.confidence, one.verdict == "right") for one in judged if one.confidence is not None]
    bins = []
    for number in range(_BINS):
        inside = [pair for pair in told if min(int(pair[0] * _BINS), _BINS - 1) == number]
        if inside:
            right, confidence = sum(ok for _, ok in inside), sum(sure for sure, _ in inside)
            least, most = number / _BINS, (number + 1) / _BINS
            bins.append(Bin(least, most, len(inside), right / len(inside), confidence / len(inside)))
    return bins
