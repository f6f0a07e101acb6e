from hypothesis import given
from hypothesis import strategies as st

from services.alerting.notify.unfinished import Unfinished


def test_one_that_hangs_holds_the_commit_and_nothing_else() -> None:
    unfinished = Unfinished()
    assert all(unfinished.begin(offset) for offset in (3, 4, 5))
    unfinished.done(4)
    unfinished.done(5)
    assert unfinished.committable == 3

    unfinished.done(3)
    assert unfinished.committable == 6


def test_marks_of_transactions_are_passed_over_once_nothing_is_open() -> None:
    unfinished = Unfinished()
    unfinished.begin(3)
    unfinished.reach(5)
    assert unfinished.committable == 3

    unfinished.done(3)
    assert unfinished.committable == 5


def test_what_was_begun_is_not_begun_again_after_a_rebalance() -> None:
    unfinished = Unfinished()
    assert unfinished.begin(7)
    unfinished.reach(2)
    assert not unfinished.begin(7)
    assert unfinished.begin(8)


@given(st.permutations(range(10)), st.integers(0, 10))
def test_only_what_is_done_with_all_before_it_is_committed(order: list[int], done: int) -> None:
    unfinished = Unfinished()
    for offset in range(10):
        unfinished.begin(offset)
    for offset in order[:done]:
        unfinished.done(offset)

    assert unfinished.committable == min(order[done:], default=10)
