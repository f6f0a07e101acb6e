"""What came of holding a watch against articles: counted as it goes, with the last few as examples. Pure."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from schemas import Alert, Held, Reason

MOST_CLAUSES: Final = 200
"""Kinds of near misses that are told apart; the rest is counted as one."""
EXAMPLES: Final = 3
"""Of each kind."""
OTHERS: Final = "other reasons"


@dataclass(frozen=True, slots=True)
class Example:
    """An article that missed a watch nearly."""

    article_id: str
    title: str
    outlet: str
    found: str
    """What it has of what the watch asks for."""


@dataclass(slots=True)
class NearMiss:
    """One thing by which articles failed."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """Counts, and the newest of what rang."""

    shown: int
    """How many alerts are kept."""
    first_at: datetime | None = None
    """When the first article was tagged."""
    articles: int = 0
    """Held against the watch, revisions counted each."""
    met: int = 0
    """Of them, those that met it."""
    told: Counter[Reason] = field(default_factory=Counter)
    """Times that people would have been told, by reason; updates are not among them."""
    stood_for: int = 0
    """Alerts for which collective ones stood."""
    updates: Counter[Reason] = field(default_factory=Counter)
    """Changes of what had rung, whether anybody was told of them or not."""
    held: Counter[Held] = field(default_factory=Counter)
    """Rings of which nobody was told, or later."""
    silent: Counter[Reason] = field(default_factory=Counter)
    """Met, and nothing said."""
    days: Counter[date] = field(default_factory=Counter)
    """Times that people would have been told, by day in UTC."""
    held_days: Counter[date] = field(default_factory=Counter)
    """Rings that were held, by day."""
    fired: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Alerts that rang, by alias and the name of whom it is of."""
    rings: int = 0
    """Alerts that rang, held ones too; those that stand for several are not among them."""
    rang: deque[Alert] = field(init=False)
    """The newest of these."""
    near: dict[str, NearMiss] = field(default_factory=dict)
    """Near misses by what failed."""

    def __post_init__(self) -> None:
        self.rang = deque(maxlen=self.shown)

    @property
    def times(self) -> int:
        """How often it would have rung."""
        return self.told.total()

    def note(self, alert: Alert) -> None:
        """Count an alert of a mention."""
        if alert.action == "update":
            self.updates[alert.reason] += 1
            return
        self.rings += 1
        self.rang.append(alert)
        for name, fired in {(match.name, one.fired) for match in alert.matches for one in match.evidence}:
            self.fired[fired, name] += 1
        if alert.held is not None:
            self.held[alert.held] += 1
            self.held_days[alert.rang_at.date()] += 1
        else:
            self._note_told(alert, alert.rang_at)

    def note_due(self, alert: Alert, at: datetime) -> None:
        """Count an alert by which people are told at this time of what was held."""
        if alert.action == "update":
            self.updates[alert.reason] += 1
            return
        self.stood_for += alert.stands_for
        self._note_told(alert, at)

    def note_miss(self, what: str, example: Example) -> None:
        """Count an article that failed by one thing."""
        key = what if what in self.near or len(self.near) < MOST_CLAUSES else OTHERS
        miss = self.near.setdefault(key, NearMiss())
        miss.count += 1
        if len(miss.examples) < EXAMPLES and all(known.article_id != example.article_id for known in miss.examples):
            miss.examples.append(example)

    def _note_told(self, alert: Alert, at: datetime) -> None:
        self.told[alert.reason] += 1
        self.days[at.date()] += 1
