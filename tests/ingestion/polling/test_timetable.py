"""timetable: who is due, and how a start is spread."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.ingestion.polling.timetable import Timetable, spread

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


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


def test_a_forgotten_source_is_not_due_and_holds_up_nobody() -> None:
    timetable = Timetable()
    for source, at in (("a", 1), ("b", 2), ("c", 3)):
        timetable.plan(source, "host", at)
    assert list(timetable.take(5, room=9)) == ["a"]
    timetable.done("a")
    timetable.forget("b")

    assert list(timetable.take(5, room=9)) == ["c"]


def test_the_next_of_a_host_is_known_at_once_when_the_one_before_it_is_forgotten() -> None:
    timetable = Timetable()
    for source, at in (("a", 1), ("b", 2), ("c", 3)):
        timetable.plan(source, "host", at)
    assert list(timetable.take(5, room=9)) == ["a"]
    timetable.done("a")
    timetable.forget("b")

    assert timetable.next_at() == 3


def test_a_source_that_moves_to_another_host_is_not_polled_by_two_at_a_time() -> None:
    timetable = Timetable()
    timetable.plan("a", "old.example", 1)
    assert list(timetable.take(5, room=9)) == ["a"]
    timetable.plan("a", "new.example", 2)

    assert list(timetable.take(5, room=9)) == []
    timetable.done("a")
    assert list(timetable.take(5, room=9)) == ["a"]


def test_no_source_of_a_host_that_rests_is_taken_before_its_rest_is_over() -> None:
    timetable = Timetable()
    timetable.plan("a", "tired.example", 1)
    timetable.plan("b", "tired.example", 2)
    timetable.plan("c", "fresh.example", 3)
    timetable.rest("tired.example", 60)
    timetable.rest("tired.example", 30)

    assert list(timetable.take(5, room=9)) == ["c"]
    assert list(timetable.take(59, room=9)) == []
    assert timetable.next_at() == 60
    assert list(timetable.take(60, room=9)) == ["a"]
    timetable.done("a")
    assert list(timetable.take(60, room=9)) == ["b"]


def test_a_host_with_thousands_of_sources_costs_each_of_them_a_few_steps() -> None:
    steps = 0

    class Counted(float):
        def __lt__(self, other: float) -> bool:
            nonlocal steps
            steps += 1
            return float(self) < other

    timetable = Timetable()
    for number in range(2_000):
        timetable.plan(str(number), "one.example", Counted(number))
    taken = 0
    while source := next(timetable.take(1e9, room=1), None):
        taken += 1
        timetable.done(source)

    assert taken == 2_000
    assert steps < 2_000 * 150, "the heaps of 2,000 are 11 deep; all of them, each time, would be 2,000,000"


class Polling(RuleBasedStateMachine):
    """Anything that may be done with a timetable, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.timetable = Timetable()
        self.now = 0.0
        self.planned: dict[str, tuple[str, float]] = {}
        self.under_way: dict[str, str] = {}
        self.rests: dict[str, float] = {}

    @rule(source=st.sampled_from("abcdefg"), host=st.sampled_from("xyz"), wait=st.integers(0, 20))
    def plan(self, source: str, host: str, wait: int) -> None:
        self.planned[source] = (host, self.now + wait)
        self.timetable.plan(source, host, self.now + wait)

    @rule(source=st.sampled_from("abcdefg"))
    def forget(self, source: str) -> None:
        self.planned.pop(source, None)
        self.timetable.forget(source)

    @rule(host=st.sampled_from("xyz"), wait=st.integers(1, 20))
    def rest(self, host: str, wait: int) -> None:
        self.rests[host] = max(self.rests.get(host, 0), self.now + wait)
        self.timetable.rest(host, self.now + wait)

    @rule(seconds=st.integers(0, 10), room=st.integers(1, 3))
    def take(self, seconds: int, room: int) -> None:
        self.now += seconds
        taken = 0
        for source in self.timetable.take(self.now, room):
            taken += 1
            host, at = self.planned.pop(source)
            assert at <= self.now
            assert host not in self.under_way.values()
            assert self.rests.get(host, 0) <= self.now
            self.under_way[source] = host
        assert taken <= room
        if taken < room:
            assert not self.due(), "a source that is due and free was passed over"

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def done(self, data: st.DataObject) -> None:
        source = data.draw(st.sampled_from(sorted(self.under_way)))
        del self.under_way[source]
        self.timetable.done(source)

    @invariant()
    def the_next_one_is_not_missed(self) -> None:
        if waiting := self.due():
            next_at = self.timetable.next_at()
            assert next_at is not None
            assert next_at <= self.now, waiting

    def due(self) -> list[str]:
        return [
            source
            for source, (host, at) in self.planned.items()
            if at <= self.now
            and host not in self.under_way.values()
            and source not in self.under_way
            and self.rests.get(host, 0) <= self.now
        ]


TestPolling = Polling.TestCase


def test_what_was_planned_for_later_keeps_its_time_over_a_restart() -> None:
    waits = spread([("a", 10 * MINUTE, NOW + 5 * MINUTE), ("b", 10 * MINUTE, NOW - MINUTE)], NOW, random.uniform)

    assert waits["a"] == 5 * MINUTE
    assert waits["b"] <= timedelta(seconds=0.1), "one that is overdue, and few are, begins at once"


@given(st.integers(1, 400), st.integers(1, 60), st.randoms(use_true_random=False))
def test_a_restart_spreads_evenly_what_is_overdue(sources: int, seconds: int, dice: random.Random) -> None:
    interval = timedelta(seconds=seconds)
    waits = spread([(str(number), interval, None) for number in range(sources)], NOW, dice.uniform)

    assert len(waits) == sources
    within = min(interval.total_seconds(), sources / 10)
    ordered = sorted(wait.total_seconds() for wait in waits.values())
    assert ordered[-1] <= within
    slot = within / sources
    assert all(number * slot - 1e-5 <= wait <= (number + 1) * slot + 1e-5 for number, wait in enumerate(ordered))
