"""A source as the polling rules see it, dice without chance, and sources that publish by a rule."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.source_incident import SourceIncident
from schemas.state import SourceState, Trouble
from services.ingestion.polling.outcome import Failed, Outcome, Read
from services.ingestion.polling.step import Step, step
from services.ingestion.polling.storm import CALM, Weather

NOW: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Outlet:
    """A source in the configuration."""

    id: str = "example-news"
    name: str = "Example News"
    url: str = "https://news.example/rss.xml"
    interval: timedelta = 10 * MINUTE
    max_interval: timedelta = 6 * HOUR


def lowest(low: float, _: float) -> float:
    """Dice that always give the least."""
    return low


def highest(_: float, high: float) -> float:
    """Dice that always give the most."""
    return high


def polled(
    outcomes: Iterable[tuple[datetime, Outcome]],
    state: SourceState | None = None,
    outlet: Outlet | None = None,
    weather: Weather = CALM,
) -> tuple[Step, list[SourceIncident]]:
    """The last step after polls with these outcomes, and everything that was told on the way."""
    told: list[SourceIncident] = []
    last: Step | None = None
    for at, outcome in outcomes:
        last = step(outlet or Outlet(), state, outcome, at, lowest, weather)
        state = last.state
        told += last.incidents
    assert last is not None
    return last, told


def every(interval: timedelta, start: datetime, times: int, outcome: Outcome) -> list[tuple[datetime, Outcome]]:
    """So many polls with one outcome."""
    return [(start + number * interval, outcome) for number in range(times)]


def failing(trouble: Trouble, message: str = "") -> Failed:
    """A poll that gave nothing."""
    return Failed(trouble, "SomeError", message)


def published(
    start: datetime, until: datetime, articles: Callable[[datetime], int], every: timedelta = HOUR
) -> list[tuple[datetime, Outcome]]:
    """Polls of a source that has so many new articles at each of them."""
    outcomes: list[tuple[datetime, Outcome]] = []
    at = start
    while at < until:
        new = articles(at)
        outcomes.append((at, Read(entries=50, new=new, unchanged=not new)))
        at += every
    return outcomes
