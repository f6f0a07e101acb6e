"""How right watches and aliases are, by what people said of their alerts. Pure: alerts and words in, counts out.

An alert counts once, by the word of most of the people who judged it; of several words of one person the newest counts,
and where as many say one thing as another, the newest of all. `duplicate` is no mistake of a watch or an alias: what it
found was right, and known already. So precision is (useful + duplicate) / judged.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Final, NamedTuple, TypeVar

from schemas import Alert, Feedback, FeedbackVerdict
from services.alerting.notify.words import COLLECTIVE

Z: Final = 1.96
"""Of a normal distribution, 95 % lie so many deviations around its middle."""


class Alias(NamedTuple):
    """What fired, and the name of whom or what it is of."""

    fired: str
    name: str


K = TypeVar("K", str, Alias)


class Share(NamedTuple):
    """A share, and between which bounds it lies in truth, with 95 % confidence."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judged:
    """Alerts of one watch, or of one alias."""

    told: int
    """People were told of so many;"""
    useful: int
    """of them so many were of use,"""
    false: int
    """so many were not what the watch asks for,"""
    duplicate: int
    """and so many were known already."""

    @property
    def judged(self) -> int:
        """Those that somebody judged."""
        return self.useful + self.false + self.duplicate

    @property
    def unanswered(self) -> int:
        """Those that nobody judged."""
        return self.told - self.judged

    @property
    def precision(self) -> Share | None:
        """How much of what was judged was rightly met; None where nothing was."""
        return wilson(self.useful + self.duplicate, self.judged) if self.judged else None

    @property
    def noise(self) -> float:
        """How many of the alerts told are false, at the least that what was judged lets expect."""
        return self.told * wilson(self.false, self.judged).low if self.judged else 0.0


@dataclass(frozen=True, slots=True)
class Precision:
    """The outcome; the noisiest first."""

    watches: dict[str, Judged]
    aliases: dict[Alias, Judged]
    elsewhere: int
    """Words on alerts that are not counted here: collective ones, and those of another time or watch."""


@dataclass(slots=True)
class _Rang:
    watch: str
    aliases: frozenset[Alias]
    told: bool = False
    words: dict[str, FeedbackVerdict] = field(default_factory=dict)
    """The newest of each person, the newest last."""

    @property
    def verdict(self) -> FeedbackVerdict | None:
        counts = Counter(self.words.values())
        most = max(counts.values(), default=0)
        return next((word for word in reversed(self.words.values()) if counts[word] == most), None)


class Ledger:
    """Takes alerts, then words on them; each in the order of their topic."""

    def __init__(self, watch: str | None = None) -> None:
        """Count the alerts of this watch; None: of every one."""
        self._watch = watch
        self._rang: dict[str, _Rang] = {}
        self._elsewhere = 0

    def take(self, alert: Alert) -> None:
        """One record of an alert. What was held counts once people are told of it, be it in a collective alert."""
        if alert.action == "update" or self._watch not in (None, alert.watch.id):
            return
        if alert.reason in COLLECTIVE:
            for item in alert.items if alert.tells else ():
                if item.alert_id in self._rang:
                    self._rang[item.alert_id].told = True
            return
        aliases = frozenset(Alias(one.fired, match.name) for match in alert.matches for one in match.evidence)
        rang = self._rang.setdefault(alert.id, _Rang(alert.watch.id, aliases))
        rang.told |= alert.tells

    def hear(self, word: Feedback) -> None:
        """One word on an alert."""
        rang = self._rang.get(word.alert_id)
        if rang is None:
            self._elsewhere += 1
            return
        who = word.by.casefold()
        rang.words.pop(who, None)
        rang.words[who] = word.verdict

    def precision(self) -> Precision:
        """What comes of it."""
        told = [rang for rang in self._rang.values() if rang.told or rang.words]
        of_watch: dict[str, list[_Rang]] = defaultdict(list)
        of_alias: dict[Alias, list[_Rang]] = defaultdict(list)
        for rang in told:
            of_watch[rang.watch].append(rang)
            for alias in rang.aliases:
                of_alias[alias].append(rang)
        watches = {watch: _judged(rangs) for watch, rangs in of_watch.items()}
        aliases = {alias: _judged(rangs) for alias, rangs in of_alias.items()}
        return Precision(_noisiest_first(watches), _noisiest_first(aliases), self._elsewhere)


def wilson(hits: int, of: int) -> Share:
    """A share of a few, and what it may be in truth.

    Args:
        hits: how many were;
        of: of how many, 1 or more.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    share = hits / of
    middle = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
    half = Z * sqrt(share * (1 - share) / of + Z**2 / (4 * of**2)) / (1 + Z**2 / of)
    return Share(share, max(0.0, middle - half), min(1.0, middle + half))


def _judged(rangs: list[_Rang]) -> Judged:
    counts = Counter(rang.verdict for rang in rangs)
    useful, false, duplicate = (counts[verdict] for verdict in FeedbackVerdict)
    return Judged(len(rangs), useful, false, duplicate)


def _noisiest_first(judged: Mapping[K, Judged]) -> dict[K, Judged]:
    order = sorted(judged.items(), key=lambda each: (-each[1].noise, -each[1].false, -each[1].told, each[0]))
    return dict(order)
