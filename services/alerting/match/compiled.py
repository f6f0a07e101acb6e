"""All watches of an installation, compiled: an article is held against any number of them at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from schemas import WatchSummary
from services.alerting.match.inhibition import Inhibition
from services.alerting.match.plans import Plan, plan
from services.alerting.match.postings import Postings
from services.alerting.match.vocabulary import Numbering, Vocabulary
from services.alerting.watching.known import Known
from services.alerting.watching.watch import Watch

_MOST_KEPT: Final = 10_000
"""Summaries."""


@dataclass(frozen=True, slots=True)
class Watches:
    """Watches, numbered by their place in `listed`. Safe to share between threads: only summaries that are made are
    kept, and what is kept never changes."""

    listed: tuple[Watch, ...]
    plans: Sequence[Plan]
    postings: Postings
    vocabulary: Vocabulary
    inhibitions: tuple[Inhibition, ...]
    digest: str
    """Of the configuration that they are from."""
    _summaries: dict[int, WatchSummary] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def compile(
        cls,
        watches: Iterable[Watch],
        known: Known,
        digest: str,
        last: "Watches | None" = None,
        inhibitions: Iterable[Inhibition] = (),
    ) -> "Watches":
        """Compile watches in which no problem was found.

        Args:
            watches: in the order of their mentions; those that are not enabled are left out.
            known: what the pack defines: who the parts and members of an actor are.
            digest: of the configuration that they are from.
            last: the watches before these; what is the same in both need not be built again.
            inhibitions: which watches hide which.
        """
        listed = tuple(watch for watch in watches if watch.enabled)
        numbering = Numbering(known)
        plans = [plan(watch, numbering.number, numbering.weights) for watch in listed]
        vocabulary = Vocabulary(numbering.numbers, known, last.vocabulary if last else None)
        postings = Postings(plan.posted for plan in plans)
        return cls(listed, plans, postings, vocabulary, tuple(inhibitions), digest)

    def summary(self, number: int) -> WatchSummary:
        """What a mention says of one; kept, as who is met once is met again."""
        made = self._summaries.get(number)
        if made is None:
            if len(self._summaries) >= _MOST_KEPT:
                self._summaries.clear()
            made = self._summaries[number] = self.listed[number].summary()
        return made

    @property
    def topics(self) -> frozenset[str]:
        """The names of the alert topics that watches have of their own."""
        return frozenset(watch.topic for watch in self.listed if watch.topic is not None)
