"""How much of a channel is kept, and what passes though it is full."""

from datetime import timedelta

import pytest

from schemas import Notification, Severity, WaitsFor
from services.alerting.notify import room
from services.alerting.notify.agenda import Agenda
from services.alerting.notify.channels.channel import ChannelConfig
from services.alerting.notify.errand import Errand
from services.alerting.notify.journal import Past
from services.alerting.notify.room import Room
from tests.alerting.examples import NOON
from tests.alerting.notify.desk import notification


def waiting(slug: str, waits_for: WaitsFor | None = "hours", severity: Severity = "normal") -> Notification:
    return notification(
        slug, waits_for=waits_for, due_at=NOON + timedelta(hours=8) if waits_for else None, severity=severity
    )


def holding(count: int) -> tuple[Agenda, Room]:
    """A channel that holds so many."""
    agenda = Agenda(ChannelConfig(id="box"), lambda: 0.5)
    for number in range(count):
        agenda.add(Errand.of(waiting(f"held-{number}"), (0, number)), None, NOON)
    return agenda, Room("box", agenda)


def test_where_no_more_can_be_held_what_is_told_at_once_passes_and_the_rest_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "MOST_HELD", 3)
    agenda, full = holding(3)
    assert full.now() == room.READ_AT_ONCE
    severe = Errand.of(waiting("severe", None, "critical"), (0, 10))
    held, escalation = Errand.of(waiting("held"), (0, 11)), Errand.of(waiting("late", "acknowledgement"), (0, 12))
    assert [full.leaves(each, None) for each in (severe, held, escalation)] == [False, True, False]
    assert (full.left, full.to_read_again()) == (1, [])

    agenda.drop(lambda errand: errand.place == (0, 0))
    assert full.to_read_again() == [(0, 11)]
    full.takes_back((0, 11))
    assert full.left == 0


def test_what_was_tried_is_not_left_and_how_far_one_got_that_was_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_HELD", 1)
    _, full = holding(1)
    errand = Errand.of(waiting("a"), (1, 5))
    assert not full.leaves(errand, Past(errand.message_id, 2, NOON, NOON))
    was_held = Past(errand.message_id, 0, None, NOON)
    assert full.leaves(errand, was_held)
    assert full.takes_back((1, 5)) == was_held

    full.leaves(errand, None)
    full.drop(lambda place: place[0] == 1)
    assert full.left == 0
