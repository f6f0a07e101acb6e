"""When a limit lets people be told again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.alerting.holding.limits import counted, free_at
from services.alerting.watching.policy import Limit
from tests.alerting.holding.desk import HOUR, MINUTE, NOON

LIMIT = Limit(alerts=2, per=HOUR)


def test_below_the_limit_people_may_be_told_now() -> None:
    assert free_at([], LIMIT, NOON) == NOON
    assert free_at([NOON - MINUTE], LIMIT, NOON) == NOON


def test_at_the_limit_they_may_when_the_oldest_that_counts_is_forgotten() -> None:
    assert free_at([NOON - 50 * MINUTE, NOON - MINUTE], LIMIT, NOON) == NOON + 10 * MINUTE
    assert free_at([NOON - HOUR, NOON - MINUTE], LIMIT, NOON) == NOON, "an hour ago is forgotten"


def test_above_it_as_many_must_be_forgotten_as_are_too_many() -> None:
    rings = [NOON - 50 * MINUTE, NOON - 40 * MINUTE, NOON - 30 * MINUTE, NOON - 20 * MINUTE]
    assert free_at(rings, LIMIT, NOON) == NOON + 30 * MINUTE, "two of four would still count before"


def test_only_what_counts_is_remembered_and_no_more_than_fits() -> None:
    assert counted([NOON - 2 * HOUR, NOON - MINUTE], LIMIT, NOON) == (NOON - MINUTE, NOON)
    assert len(counted([NOON] * 2_000, Limit(alerts=1_000), NOON)) == 1_000


@given(st.lists(st.integers(-7_200, 0), max_size=30), st.integers(1, 5))
def test_told_then_it_is_within_the_limit_and_a_second_earlier_it_was_not(ago: list[int], alerts: int) -> None:
    limit = Limit(alerts=alerts, per=HOUR)
    rings = [NOON + timedelta(seconds=seconds) for seconds in ago]
    free = free_at(rings, limit, NOON)
    assert sum(ring > free - HOUR for ring in rings) < alerts
    earlier = free - timedelta(seconds=1)
    assert free == NOON or sum(ring > earlier - HOUR for ring in rings) >= alerts
