"""backoff: ever more slowly, and never given up."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.state import SourceState
from services.ingestion.polling.backoff import is_gone, rest_of_host, wait_after_failure
from services.ingestion.polling.outcome import Read
from tests.ingestion.polling.sources import DAY, HOUR, MINUTE, NOW, every, failing, polled

NOTHING = timedelta(0)


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def test_failures_double_the_wait_up_to_six_hours_and_never_end_it() -> None:
    waits = [wait_after_failure(10 * MINUTE, failures, NOTHING, middle) for failures in (1, 2, 3, 4, 6, 7, 10_000)]
    assert waits == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE, 320 * MINUTE, 6 * HOUR, 6 * HOUR]


def test_in_a_storm_it_is_a_quarter_of_an_hour_at_most_so_that_all_are_back_soon() -> None:
    assert wait_after_failure(MINUTE, 3, NOTHING, middle, storm=True) == 4 * MINUTE
    assert wait_after_failure(MINUTE, 30, NOTHING, middle, storm=True) == 15 * MINUTE
    assert wait_after_failure(HOUR, 30, NOTHING, middle, storm=True) == HOUR


@given(
    st.integers(1, 86_400),
    st.integers(1, 10**9),
    st.integers(0, 10**9),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_a_failing_source_is_asked_no_more_often_than_a_good_one_and_as_its_host_asks(
    interval: int, failures: int, asked: int, storm: bool, dice: random.Random
) -> None:
    wait = wait_after_failure(timedelta(seconds=interval), failures, timedelta(seconds=asked), dice.uniform, storm)
    assert max(timedelta(seconds=interval), min(timedelta(seconds=asked), DAY)) <= wait <= 1.25 * DAY


def test_gone_on_three_polls_over_a_day_is_gone_and_asked_once_a_week() -> None:
    early, told = polled(every(6 * HOUR, NOW, 4, failing("gone", "the host answers 410 Gone")))
    assert early.state.gone_at is None
    assert told == []

    step, told = polled([(NOW + DAY, failing("gone", "the host answers 410 Gone"))], early.state)
    assert step.state.gone_at == NOW + DAY
    assert step.wait == 7 * DAY
    assert [(event.kind, event.state) for event in told] == [("gone", "raised")]

    back, told = polled([(NOW + 8 * DAY, Read(entries=9))], step.state)
    assert back.state.gone_at is None
    assert back.wait <= 6 * HOUR
    assert [(event.kind, event.state) for event in told] == [("gone", "resolved")]


def test_not_found_for_two_weeks_is_gone_too_and_not_before() -> None:
    step, _ = polled(every(6 * HOUR, NOW, 4 * 14, failing("not-found")))
    assert step.state.gone_at is None
    step, _ = polled([(NOW + 14 * DAY, failing("not-found"))], step.state)
    assert step.state.gone_at == NOW + 14 * DAY


def test_another_trouble_in_between_begins_the_count_anew() -> None:
    step, _ = polled(
        [
            (NOW, failing("gone")),
            (NOW + 6 * HOUR, failing("slow")),
            *every(6 * HOUR, NOW + 12 * HOUR, 3, failing("gone")),
        ]
    )
    assert step.state.failures == 5
    assert not is_gone(step.state, NOW + DAY)


def test_a_source_without_trouble_is_not_gone() -> None:
    assert not is_gone(SourceState(source_id="a", polled_at=NOW), NOW)


@pytest.mark.parametrize(
    ("trouble", "failures", "asked", "rest"),
    [
        ("throttled", 1, NOTHING, timedelta(seconds=30)),
        ("throttled", 1, HOUR, HOUR),
        ("throttled", 3, NOTHING, 2 * MINUTE),
        ("unreachable", 100, NOTHING, 15 * MINUTE),
        ("refused", 1, 2 * HOUR, 2 * HOUR),
        ("refused", 1, 100 * DAY, DAY),
        ("refused", 1, NOTHING, NOTHING),
        ("not-found", 9, HOUR, NOTHING),
        ("unreadable", 9, NOTHING, NOTHING),
    ],
)
def test_a_host_rests_as_a_whole_where_the_trouble_is_the_hosts(
    trouble: str, failures: int, asked: timedelta, rest: timedelta
) -> None:
    assert rest_of_host(failing(trouble).trouble, failures, asked) == rest  # type: ignore[arg-type]
