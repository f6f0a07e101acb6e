"""interval: between the shortest and the longest, by how often a source publishes."""

import random
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.state import Habit
from services.ingestion.polling.asked import NOTHING_ASKED, Bounds
from services.ingestion.polling.habit import begin, learn
from services.ingestion.polling.interval import by_habit, wait_after_answer
from tests.ingestion.polling.sources import DAY, HOUR, MINUTE, NOW, lowest

SHORTEST, LONGEST = 10 * MINUTE, 6 * HOUR


def steady(gap: timedelta, days: int = 40) -> Habit:
    """The habit of a source with an article each so often, day and night."""
    habit = begin([], NOW - days * DAY)
    at = NOW - days * DAY
    while (at := at + gap) <= NOW:
        habit = learn(habit, 1, at)
    return learn(habit, 0, NOW)


def office_hours() -> Habit:
    """Two articles an hour from 6 to 16 UTC, and none otherwise."""
    habit = begin([], NOW - 40 * DAY)
    for hours in range(40 * 24 + 1):
        at = NOW - 40 * DAY + hours * HOUR
        habit = learn(habit, 2 if 6 <= (at - MINUTE).hour < 16 else 0, at)
    return habit


def wait(habit: Habit | None, asked: Bounds = NOTHING_ASKED, now: datetime = NOW, full: bool = False) -> timedelta:
    return wait_after_answer(SHORTEST, LONGEST, habit, asked, now, lowest, full=full)


def test_a_source_never_read_yet_begins_at_its_interval() -> None:
    assert wait(None) == SHORTEST
    assert wait(begin([], NOW)) == SHORTEST


def test_a_source_that_stays_quiet_is_asked_less_and_less_from_the_first_hour_on() -> None:
    habit = begin([], NOW)
    waits = [wait(learn(habit, 0, NOW + after), now=NOW + after) for after in (HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY)]
    assert waits == sorted(waits)
    assert SHORTEST < waits[0] < HOUR
    assert waits[-1] > 5 * HOUR


def test_the_wait_is_the_geometric_mean_of_the_interval_and_the_gap_between_articles() -> None:
    for gap, expected in ((4 * HOUR, 49 * MINUTE), (DAY, 120 * MINUTE), (2 * DAY, 170 * MINUTE)):
        assert abs(by_habit(SHORTEST, LONGEST, steady(gap), NOW) - expected) < expected / 10
    assert by_habit(SHORTEST, LONGEST, steady(5 * MINUTE, days=3), NOW) == SHORTEST


def test_a_wait_that_begins_at_night_ends_as_the_day_begins() -> None:
    habit = office_hours()
    day, night = by_habit(SHORTEST, LONGEST, habit, NOW), by_habit(SHORTEST, LONGEST, habit, NOW.replace(hour=20))
    assert night > 1.5 * day
    before_six = NOW.replace(hour=5, minute=55) + DAY
    assert by_habit(SHORTEST, LONGEST, habit, before_six) < 5 * MINUTE + 1.2 * day


def test_where_all_was_new_some_may_have_gone_by_so_it_is_asked_again_soon() -> None:
    assert wait(steady(2 * DAY), full=True) == SHORTEST


def test_hourly_as_wordpress_writes_it_holds_until_the_source_is_known_to_publish_more_often() -> None:
    hourly = Bounds(period=HOUR)
    assert wait(begin([], NOW), hourly) == HOUR
    assert wait(steady(20 * MINUTE, days=5), hourly) < 20 * MINUTE
    assert wait(steady(90 * MINUTE), Bounds(period=2 * HOUR)) < HOUR
    assert wait(steady(2 * DAY), Bounds(period=DAY)) == DAY


@given(
    st.lists(st.tuples(st.integers(1, 3_000), st.integers(0, 30)), max_size=60),
    st.integers(60, 7_200),
    st.integers(1, 40),
    st.integers(0, 100_000),
    st.frozensets(st.integers(0, 23), max_size=5),
    st.randoms(use_true_random=False),
)
def test_whatever_the_habit_the_wait_keeps_to_the_sources_bounds_and_to_what_is_asked(
    readings: list[tuple[int, int]],
    shortest: int,
    times: int,
    asked: int,
    skipped: frozenset[int],
    dice: random.Random,
) -> None:
    habit, now = begin([], NOW), NOW
    for minutes, new in readings:
        now += minutes * MINUTE
        habit = learn(habit, new, now)
    low = timedelta(seconds=shortest)
    high = min(low * times, DAY)
    bounds = Bounds(min(timedelta(seconds=asked), DAY), skip_hours=skipped)

    free = wait_after_answer(low, high, habit, NOTHING_ASKED, now, dice.uniform)
    assert low <= free <= high
    kept = wait_after_answer(low, high, habit, bounds, now, dice.uniform)
    assert max(low, bounds.at_least) <= kept
    assert (now + kept).hour not in skipped
