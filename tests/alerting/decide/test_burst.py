from math import cos, pi
from random import Random

import pytest

from schemas.remembered import EntityMemory
from services.alerting.decide.burst import FEWEST, HALF_LIFE, MOST_RECENT, burst, met
from tests.alerting.decide.reports import DAY, HOUR, MINUTE
from tests.alerting.examples import NOON


def steady(a_day: int, days: int) -> EntityMemory:
    """An entity of so many stories a day, evenly, until noon."""
    entity = None
    for number in range(a_day * days):
        entity = met(entity, NOON - days * DAY + number * DAY / a_day)
    assert entity is not None
    return entity


def rushed(entity: EntityMemory, stories: int) -> EntityMemory:
    for number in range(stories):
        entity = met(entity, NOON + number * MINUTE)
    return entity


@pytest.mark.parametrize(("a_day", "least"), [(1, 5), (24, 9), (96, 25)])
def test_a_burst_takes_the_more_stories_the_more_are_usual(a_day: int, least: int) -> None:
    habit = steady(a_day, 60)
    marked = next(n for n in range(1, MOST_RECENT + 1) if burst("actor/ttp", rushed(habit, n)))

    assert marked >= least
    assert burst("actor/ttp", rushed(steady(a_day, 60), marked - 1)) is None


def test_fewer_than_five_are_no_burst_however_rare_the_entity_is() -> None:
    rare = met(None, NOON - 80 * DAY)

    assert burst("actor/ttp", rushed(rare, FEWEST - 1)) is None
    assert burst("actor/ttp", rushed(rare, FEWEST)) is not None


def test_whoever_was_first_met_today_has_no_habit_to_be_held_against() -> None:
    assert burst("actor/ttp", rushed(met(None, NOON - 20 * HOUR), 30)) is None


def test_a_story_counts_half_after_the_half_life_and_an_hour_ago_is_no_more_recent() -> None:
    hour_later = met(met(None, NOON), NOON + HOUR)
    entity = met(hour_later, NOON + HALF_LIFE)

    assert hour_later.recent == (NOON + HOUR,)
    assert entity.recent == (NOON + HALF_LIFE,)
    assert entity.weight == pytest.approx(0.5 + 0.5 ** (1 - HOUR / HALF_LIFE))


def test_stories_out_of_order_count_the_same() -> None:
    times = [NOON + n * 7 * MINUTE for n in range(30)]
    ordered = shuffled = None
    for at in times:
        ordered = met(ordered, at)
    for at in Random(1).sample(times, len(times)):
        shuffled = met(shuffled, at)

    assert ordered is not None
    assert shuffled is not None
    assert (shuffled.last_at, shuffled.since) == (ordered.last_at, ordered.since)
    assert shuffled.weight + len(shuffled.recent) == pytest.approx(ordered.weight + len(ordered.recent), abs=0.02)


def test_the_expected_stories_of_an_hour_are_those_of_the_habit() -> None:
    found = burst("actor/ttp", rushed(steady(24, 90), 20))

    assert found is not None
    assert found.expected == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("a_day", [0.1, 1, 10, 30])
def test_by_usual_rates_an_entity_is_marked_wrongly_less_than_once_a_year(a_day: float) -> None:
    """Stories at random, three times as many by day as by night; six years of one entity."""
    years, marks = 6, 0
    for seed in range(years):
        chance, entity, day = Random(seed), None, 0.0
        while day < 365:
            day += chance.expovariate(1.5 * a_day)
            if chance.random() < (1 + 0.5 * cos(2 * pi * day)) / 1.5:
                entity = met(entity, NOON + day * DAY)
                marks += burst("actor/ttp", entity) is not None

    assert marks < years
