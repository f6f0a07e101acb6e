from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.alerting.notify.ceiling import Window
from services.alerting.notify.channels.channel import Ceiling
from tests.alerting.examples import NOON

MINUTE = timedelta(minutes=1)
TWO_AN_HOUR = Ceiling(alerts=2, per=60 * MINUTE)


def test_a_place_is_held_from_the_beginning_and_given_back_by_a_failure() -> None:
    window = Window(TWO_AN_HOUR)
    window.begin()
    window.begin()
    assert not window.has_room(NOON)

    window.failed()
    assert window.has_room(NOON)


def test_room_comes_back_when_what_was_taken_is_as_old_as_the_stretch() -> None:
    window = Window(TWO_AN_HOUR)
    for name, minute in (("a", 0), ("b", 10)):
        window.begin()
        window.took(name, NOON + minute * MINUTE)
    assert window.room_at(NOON + 10 * MINUTE) == NOON + 60 * MINUTE
    assert not window.has_room(NOON + 59 * MINUTE)
    assert window.has_room(NOON + 60 * MINUTE)


def test_what_was_taken_before_counts_once() -> None:
    window = Window(TWO_AN_HOUR)
    window.begin()
    window.took("a", NOON)
    window.restore({"a": NOON})
    assert window.has_room(NOON)

    window.restore({"of another instance": NOON - MINUTE})
    assert window.room_at(NOON) == NOON + 59 * MINUTE


def test_without_a_ceiling_there_is_always_room() -> None:
    window = Window(None)
    for number in range(100):
        window.begin()
        window.took(str(number), NOON)
    assert window.has_room(NOON)


@given(st.lists(st.integers(0, 90), max_size=40), st.integers(1, 5))
def test_no_stretch_holds_more_than_the_ceiling(pauses: list[int], most: int) -> None:
    window, now, taken = Window(Ceiling(alerts=most, per=60 * MINUTE)), NOON, list[datetime]()
    for number, pause in enumerate(pauses):
        now += pause * MINUTE
        now = window.room_at(now)
        assert window.has_room(now)
        window.begin()
        window.took(str(number), now)
        taken.append(now)
    for end in taken:
        assert sum(1 for at in taken if end - 60 * MINUTE < at <= end) <= most
