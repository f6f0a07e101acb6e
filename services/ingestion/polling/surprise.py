"""What is out of a source's habit: nothing for far longer, far more, or far less than it lets expect.

An incident must be unlikely by the habit (chance.py) and large in plain numbers. Unlikely means that the habit itself
would bring it less than once in 20 years, each of the three. So the more chances a year has (its long gaps, its days,
its weeks), the smaller each must be.

silent    Nothing new for a time that so few gaps exceed, and for 3 hours; at least 5 long gaps are known.
flood     A UTC day with 3 times what was to be expected of it, and 10 articles more.
trickle   Seven UTC days with a quarter of what was to be expected of them, which is 8 articles at least.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.state import Habit
from services.backbone.chance import as_few, as_many, gap_shape, longer_gap
from services.ingestion.polling.habit import DAY_SECONDS, Rates, mean_of

YEARS_BETWEEN = 20
YEAR_SECONDS = 365.25 * DAY_SECONDS
FEWEST_GAPS = 5
SHORTEST_SILENCE = timedelta(hours=3)
LEAST_EXCESS = 1 / 3
"""Of the mean gap: a source that publishes by the clock is given some play."""
FLOOD_TIMES, FLOOD_MORE = 3, 10
TRICKLE_PART, TRICKLE_EXPECTED = 4, 8
FEWEST_DAYS = 14
"""Watched, before days and weeks are judged."""


@dataclass(frozen=True, slots=True)
class Surprise:
    """What was seen against what was to be expected."""

    seen: int
    expected: float
    seconds: float
    chance: float


def silence(habit: Habit, last_new_at: datetime, now: datetime) -> Surprise | None:
    """That nothing is new for far longer than the habit, or None."""
    mean, mean_excess = mean_of(habit.gaps, habit.gap_total), mean_of(habit.long_gaps, habit.excess)
    if habit.long_gaps < 1000 * FEWEST_GAPS or not mean_excess or now - last_new_at < SHORTEST_SILENCE:
        return None
    if habit.quiet <= mean:
        return None
    excess = (habit.quiet - mean) / max(mean_excess, LEAST_EXCESS * mean)
    chance = longer_gap(excess, gap_shape(habit.long_gaps / 1000, scatter(habit)))
    long_gaps_a_year = YEAR_SECONDS / mean * habit.long_gaps / habit.gaps
    if chance * long_gaps_a_year >= 1 / YEARS_BETWEEN:
        return None
    expected = Rates(habit).hourly * habit.quiet / 3600
    return Surprise(0, expected, (now - last_new_at).total_seconds(), chance)


def flood(habit: Habit) -> Surprise | None:
    """That the day so far has far more than its habit, or None."""
    if habit.today <= FLOOD_MORE or not _watched_long(habit):
        return None
    expected = Rates(habit).of_day(habit.until)
    if habit.today < FLOOD_TIMES * expected or habit.today < expected + FLOOD_MORE or not expected:
        return None
    chance = as_many(habit.today, expected, spread_of_days(habit))
    if chance * 365 >= 1 / YEARS_BETWEEN:
        return None
    return Surprise(habit.today, expected, DAY_SECONDS, chance)


def flood_is_over(habit: Habit, since: datetime) -> bool:
    """Whether a whole day after the flood began was near the habit again."""
    if (habit.until.date() - since.date()).days < 2 or not habit.week:
        return False
    return 1000 * habit.week[-1] < 2 * habit.expected_week[-1] + 1000 * FLOOD_MORE


def trickle(habit: Habit) -> Surprise | None:
    """That the last seven days had far less than their habit, but not nothing, or None."""
    seen, expected = sum(habit.week), sum(habit.expected_week) / 1000
    if len(habit.week) < 7 or expected < TRICKLE_EXPECTED or TRICKLE_PART * seen > expected or not _watched_long(habit):
        return None
    chance = as_few(
        seen, expected, spread_of_days(habit) / 2
    )  # days that follow each other are alike: two count as one
    if chance * 52 >= 1 / YEARS_BETWEEN:
        return None
    return Surprise(seen, expected, 7 * DAY_SECONDS, chance)


def trickle_is_over(habit: Habit) -> bool:
    """Whether the last seven days had half of what is, by now, to be expected of them."""
    return 2 * sum(habit.week) >= sum(habit.expected_week) / 1000


def scatter(habit: Habit) -> float:
    """Squared coefficient of variation of the long gaps' excess; near 1, an exponential's, while they are few."""
    return max((habit.excess_squares / 1000 + 2 * FEWEST_GAPS) / (habit.long_gaps / 1000 + FEWEST_GAPS) - 1, 0.0)


def spread_of_days(habit: Habit) -> float:
    """Variance of a day's articles beyond Poisson, in expected^2: how days scatter, and how well the rate is known."""
    articles = max(sum(habit.hours) / 1000, 1)
    scattered = max(habit.scatter, 0) / habit.scatter_of if habit.scatter_of else 0.0
    return scattered + 1 / articles


def _watched_long(habit: Habit) -> bool:
    return sum(habit.hours_watched) >= FEWEST_DAYS * DAY_SECONDS
