"""habit: what is learned of how a source publishes, and what is not."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.state import Habit
from services.ingestion.polling.habit import Rates, begin, hold, learn, mean_of
from tests.ingestion.polling.sources import DAY, HOUR, MINUTE, NOW


def watched(habit: Habit) -> float:
    return sum(habit.hours_watched)


def test_what_the_first_reading_holds_is_no_flood_but_the_habit_so_far() -> None:
    dates = [NOW - number * 12 * HOUR for number in range(1, 31)]
    habit = begin(dates, NOW)

    assert abs(Rates(habit).hourly - 1 / 12) < 0.01
    assert abs(mean_of(habit.gaps, habit.gap_total) - 12 * 3600) < 3600
    assert habit.today == 0, "the last one is of the evening before"


def test_dates_in_the_future_and_of_years_ago_say_nothing_of_the_habit() -> None:
    assert begin([NOW + DAY, NOW - 400 * DAY], NOW) == begin([], NOW)


def test_office_hours_are_learned_in_weeks_and_quiet_time_hardly_runs_outside_of_them() -> None:
    habit = begin([], NOW.replace(hour=0))
    for hours in range(1, 30 * 24):
        at = NOW.replace(hour=0) + hours * HOUR
        habit = learn(habit, 3 if 6 <= (at - MINUTE).hour < 16 else 0, at)
    at = NOW.replace(hour=18) + 30 * DAY
    habit = learn(habit, 1, at)
    night, day = learn(habit, 0, at + 6 * HOUR), learn(habit, 0, at + 15 * HOUR)

    assert night.quiet < 0.2 * 6 * 3600
    assert day.quiet > night.quiet + 1.5 * 3 * 3600


def test_an_outage_of_days_is_no_time_in_which_nothing_was_published() -> None:
    habit = learn(begin([NOW - n * HOUR for n in range(48)], NOW), 0, NOW)
    after = learn(habit, 30, NOW + 5 * DAY)
    assert (watched(after), after.hours, after.gaps) == (watched(habit), habit.hours, habit.gaps)
    assert after.quiet == 0

    empty = learn(habit, 0, NOW + 5 * DAY)
    assert watched(empty) > watched(habit), "nothing new after it: nothing was published"


def test_of_a_flood_little_is_learned() -> None:
    habit = begin([NOW - n * 6 * HOUR for n in range(60)], NOW)
    flooded = habit
    for number in range(1, 49):
        flooded = learn(flooded, 200, NOW + number * 10 * MINUTE)
    assert flooded.today >= 48 * 200
    assert Rates(flooded).hourly < 4 * Rates(habit).hourly


def test_an_old_habit_gives_way_to_a_new_one_in_months() -> None:
    habit, at = begin([NOW - n * HOUR for n in range(200)], NOW), NOW
    for _ in range(180):
        at += DAY
        habit = learn(habit, 1, at)
    assert Rates(habit).hourly < 0.15


def test_while_a_source_is_silent_beyond_its_habit_nothing_is_forgotten() -> None:
    habit = begin([NOW - n * HOUR for n in range(48)], NOW)
    held = hold(habit, NOW + 30 * DAY)
    assert held == habit.model_copy(update={"until": NOW + 30 * DAY, "quiet": held.quiet})
    assert held.quiet > habit.quiet + 20 * 24 * 3600


def test_articles_count_for_the_day_that_they_came_on_by_the_share_of_the_time_between_readings() -> None:
    evening = NOW.replace(hour=18)
    habit = learn(learn(begin([], evening), 0, evening), 8, evening + 8 * HOUR)
    assert (habit.week, habit.today) == ((6,), 2)


@given(
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 2_000)), max_size=80),
    st.lists(st.integers(-1_000, 100_000), max_size=60),
)
def test_a_habit_stays_small_and_within_its_schema_whatever_comes(
    readings: list[tuple[int, int]], minutes: list[int]
) -> None:
    habit, now = begin([NOW - ago * MINUTE for ago in minutes], NOW), NOW
    for seconds, new in readings:
        now += timedelta(seconds=seconds)
        habit = learn(habit, new, now)
        assert habit.until == now
    assert Habit.model_validate_json(habit.model_dump_json()) == habit
    assert len(habit.model_dump_json()) < 2_000
    assert abs(sum(habit.hours) - sum(habit.days)) <= 24 * (len(readings) + len(minutes) + 60)


def test_the_same_readings_in_other_steps_lead_to_nearly_the_same_habit() -> None:
    dice = random.Random(4)
    articles = sorted(NOW + dice.random() * 20 * DAY for _ in range(400))

    def read_every(interval: timedelta) -> Habit:
        habit, at, seen = begin([], NOW), NOW, 0
        while at < NOW + 20 * DAY:
            at += interval
            count = sum(article <= at for article in articles)
            habit = learn(habit, count - seen, at)
            seen = count
        return habit

    quick, slow = read_every(10 * MINUTE), read_every(90 * MINUTE)
    assert abs(Rates(quick).hourly / Rates(slow).hourly - 1) < 0.02
    assert abs(sum(quick.week) - sum(slow.week)) <= 3
