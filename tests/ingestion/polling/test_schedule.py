"""schedule: when to poll next, with time and dice as values."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.polling.schedule import (
    Timetable,
    asked_by_cache_control,
    asked_by_retry_after,
    first_wait,
    wait_after_answer,
    wait_after_failure,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
NOTHING = timedelta(0)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def lowest(low: float, _: float) -> float:
    return low


def test_a_source_that_answers_is_polled_at_its_interval() -> None:
    assert wait_after_answer(10 * MINUTE, NOTHING, middle) == 10 * MINUTE


def test_waits_are_jittered_by_a_twentieth() -> None:
    waits = [wait_after_answer(10 * MINUTE, NOTHING, random.Random(seed).uniform) for seed in range(200)]

    assert all(9.5 * MINUTE <= wait <= 10.5 * MINUTE for wait in waits)
    assert max(waits) - min(waits) > 0.5 * MINUTE


@pytest.mark.parametrize(
    ("asked", "wait"),
    [(5 * MINUTE, 9.5 * MINUTE), (30 * MINUTE, 30 * MINUTE), (10_000 * HOUR, 24 * HOUR)],
    ids=["less than the interval is no matter", "more is kept to", "years are a day"],
)
def test_a_host_may_ask_for_longer(asked: timedelta, wait: timedelta) -> None:
    assert wait_after_answer(10 * MINUTE, asked, lowest) == wait
    assert wait_after_failure(10 * MINUTE, 2, asked, lowest) == max(wait, 15 * MINUTE)


def test_failures_double_the_wait_up_to_an_hour_and_never_end_it() -> None:
    waits = [wait_after_failure(10 * MINUTE, failures, NOTHING, middle) for failures in (1, 2, 3, 4, 5, 1_000)]
    assert waits == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR, HOUR, HOUR]


def test_a_failing_source_is_never_polled_more_often_than_a_good_one() -> None:
    assert wait_after_failure(6 * HOUR, 5, NOTHING, middle) == 6 * HOUR


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        (None, NOTHING),
        ("max-age=600", 10 * MINUTE),
        ('public, MAX-AGE="60", must-revalidate', MINUTE),
        ("s-maxage=600", NOTHING),
        ("no-store", NOTHING),
        ("max-age=-1", NOTHING),
        ("max-age=soon", NOTHING),
    ],
)
def test_cache_control_says_how_long_an_answer_stays_fresh(header: str | None, asked: timedelta) -> None:
    assert asked_by_cache_control(header) == asked


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        (None, NOTHING),
        ("120", 2 * MINUTE),
        ("Tue, 24 Nov 2026 10:00:00 GMT", HOUR),
        ("Tue, 24 Nov 2026 08:00:00 GMT", NOTHING),
        ("Tue, 24 Nov 2026 10:00:00", NOTHING),
        ("later", NOTHING),
        ("-5", NOTHING),
        ("9" * 5_000, NOTHING),
    ],
)
def test_retry_after_comes_in_two_forms(header: str | None, asked: timedelta) -> None:
    assert asked_by_retry_after(header, NOW) == asked


def test_first_polls_are_spread_and_few_sources_begin_soon() -> None:
    def latest(_: float, high: float) -> float:
        return high

    assert first_wait(10 * MINUTE, 5, latest) == timedelta(seconds=0.5)
    assert first_wait(10 * MINUTE, 1_000, latest) == timedelta(seconds=100)
    assert first_wait(MINUTE, 5_000, latest) == MINUTE


def test_the_longest_overdue_comes_first_and_once() -> None:
    timetable = Timetable()
    for source, at in (("c", 3.0), ("a", 1.0), ("later", 9.0), ("b", 2.0)):
        timetable.plan(source, source, at)

    assert timetable.next_at() == 1
    assert list(timetable.take(5, room=2)) == ["a", "b"]
    assert list(timetable.take(5, room=2)) == ["c"]
    assert list(timetable.take(5, room=2)) == []
    assert timetable.next_at() == 9


def test_two_sources_of_one_host_are_polled_one_after_the_other() -> None:
    timetable = Timetable()
    timetable.plan("first", "slow.example", 1)
    timetable.plan("second", "slow.example", 2)
    timetable.plan("other", "quick.example", 3)

    assert list(timetable.take(5, room=9)) == ["first", "other"]
    assert timetable.next_at() is None, "what waits for a host is not due: the loop would spin"
    timetable.done("first")
    assert list(timetable.take(5, room=9)) == ["second"]


def test_a_new_plan_replaces_the_old_one() -> None:
    timetable = Timetable()
    timetable.plan("a", "host", 1)
    timetable.plan("a", "host", 7)

    assert list(timetable.take(5, room=9)) == []
    assert timetable.next_at() == 7
    assert list(timetable.take(7, room=9)) == ["a"]


def test_a_forgotten_source_is_not_due() -> None:
    timetable = Timetable()
    timetable.plan("a", "host", 1)
    timetable.plan("b", "host", 2)
    assert list(timetable.take(5, room=9)) == ["a"]
    timetable.forget("b")
    timetable.done("a")

    assert list(timetable.take(5, room=9)) == []


def test_a_source_that_moves_to_another_host_is_not_polled_by_two_at_a_time() -> None:
    timetable = Timetable()
    timetable.plan("a", "old.example", 1)
    assert list(timetable.take(5, room=9)) == ["a"]
    timetable.plan("a", "new.example", 2)

    assert list(timetable.take(5, room=9)) == []
    timetable.done("a")
    assert list(timetable.take(5, room=9)) == ["a"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.floats(0, 100)), max_size=40), st.randoms())
def test_every_planned_source_is_polled_in_the_end_and_no_host_by_two(
    plans: list[tuple[int, int, float]], dice: random.Random
) -> None:
    timetable = Timetable()
    hosts: dict[str, str] = {}
    for source, host, at in plans:
        hosts[str(source)] = str(host)
        timetable.plan(str(source), str(host), at)

    polled: list[str] = []
    under_way: list[str] = []
    while taken := [*timetable.take(100, room=dice.randint(1, 3))] or under_way:
        polled += taken if taken is not under_way else []
        under_way = under_way if taken is under_way else under_way + taken
        assert len({hosts[source] for source in under_way}) == len(under_way)
        timetable.done(under_way.pop(dice.randrange(len(under_way))))
    assert sorted(polled) == sorted(hosts)
