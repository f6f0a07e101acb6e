"""Whether an entity is in far more new stories than is its habit. Pure arithmetic.

The habit is a rate: new stories of the past, each worth half as much a fortnight later. A rate that is known from so
few stories is Gamma distributed, and the count of an hour by it negative binomial (the discounted Gamma-Poisson
forecast of Harvey and Fernandes, Journal of Business & Economic Statistics 7, 1989). News also has its hours and its
days, which the rate knows nothing of: they scatter the counts of hours beyond that (`UNEVEN`).

By simulation of a year, an entity of 0.1 to 100 stories a day, many times more by day than by night, is marked
wrongly less than once (tests/alerting/decide/test_burst.py).
"""

from datetime import datetime, timedelta
from math import exp, log
from typing import Final

from schemas import Burst
from schemas.remembered import EntityMemory
from services.backbone.chance import as_many

HALF_LIFE: Final = timedelta(days=14)
WINDOW: Final = timedelta(hours=1)
FEWEST: Final = 5
"""Stories: fewer are no burst, however rare the entity is."""
LEAST_LIKELY: Final = 1e-4
"""A burst is less likely than that by the entity's habit."""
LEAST_KNOWN: Final = timedelta(days=1)
"""Who was met first so short a time ago has no habit yet."""
MOST_RECENT: Final = 50
"""Stories of the last hour that are counted: who is in more as a rule is marked by none."""
UNEVEN: Final = 0.7
"""Variance of the rate from hour to hour, in squares of its mean; a wave of nine times as many by day as by night has
0.32, and the rest is for the ends of weeks, feasts and the hours of publishing."""

_FIRST_STORIES: Final = 1.0
_FIRST_HOURS: Final = 24.0
"""What is supposed of a rate that nothing is known of: a story a day, and not for sure."""
_HOUR: Final = timedelta(hours=1)


def met(entity: EntityMemory | None, now: datetime) -> EntityMemory:
    """An entity that a new story names now."""
    if entity is None:
        return EntityMemory(last_at=now, since=now, recent=(now,), weighed_at=now)
    latest = max(now, entity.last_at)
    times = sorted((*entity.recent, now))
    recent = [at for at in times if latest - at < WINDOW][-MOST_RECENT:]
    past = times[: len(times) - len(recent)]
    weight = entity.weight * _faded(latest - (entity.weighed_at or entity.since))
    return EntityMemory(
        last_at=latest,
        since=min(now, entity.since),
        recent=tuple(recent),
        weight=weight + sum(_faded(latest - at) for at in past),
        weighed_at=latest,
        together=entity.together,
    )


def burst(label: str, entity: EntityMemory) -> Burst | None:
    """The burst that the entity is in, as of its last story; None where it is in none.

    Args:
        label: the entity's.
        entity: as `met` gives it.
    """
    seen, known = len(entity.recent), entity.last_at - entity.since
    if seen < FEWEST or known < LEAST_KNOWN:
        return None
    hours = HALF_LIFE / _HOUR / log(2) * (1 - _faded(known - WINDOW))
    stories = entity.weight + _FIRST_STORIES
    expected = stories / (hours + _FIRST_HOURS) * (WINDOW / _HOUR)
    chance = as_many(seen, expected, 1 / stories + UNEVEN)
    return Burst(entity=label, seen=seen, expected=expected, chance=chance) if chance < LEAST_LIKELY else None


def _faded(ago: timedelta) -> float:
    """What a story of so long ago is worth."""
    return exp(-log(2) * (ago / HALF_LIFE))
