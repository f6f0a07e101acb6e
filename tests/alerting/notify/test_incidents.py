"""A channel's state goes on with what it answers, and what is told of it is told by the same ids each time."""

from datetime import timedelta

import pytest

from services.alerting.notify.incidents import (
    afresh,
    disabled,
    failing,
    is_dead,
    is_well,
    raised,
    resolved,
    trouble,
    word_of,
)
from tests.alerting.examples import NOON

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
WELL = afresh("hook", "d1", NOON)
FAILING = failing(WELL, "HTTP 500", NOON)


def test_a_failure_lasts_from_its_first_attempt_and_says_what_came_last() -> None:
    later = failing(FAILING, "HTTP 503", NOON + HOUR)

    assert (later.failing_since, later.reason, later.at) == (NOON, "HTTP 503", NOON + HOUR)


@pytest.mark.parametrize(("since", "dead"), [(HOUR - SECOND, False), (HOUR, True)], ids=["before", "after an hour"])
def test_a_channel_is_dead_when_it_has_failed_for_an_hour(since: timedelta, dead: bool) -> None:
    assert is_dead(FAILING, NOON + since) is dead
    assert not is_dead(WELL, NOON + since)


def test_a_channel_that_wants_nothing_any_more_is_in_another_trouble_which_nobody_was_told_of() -> None:
    told_dead = FAILING.model_copy(update={"told_at": NOON + HOUR})

    state = disabled(told_dead, "HTTP 410", NOON + 2 * HOUR)

    assert trouble(state) == ("disabled", NOON + 2 * HOUR)
    assert state.told_at is None
    assert not is_dead(state, NOON + 24 * HOUR)


def test_an_incident_has_one_id_from_beginning_to_end_and_two_events() -> None:
    begun = raised(FAILING, 37, NOON + HOUR)
    begun_again = raised(FAILING, 99, NOON + HOUR + SECOND)
    over = resolved(FAILING, "it takes alerts again", NOON + 2 * HOUR)

    assert begun.id == begun_again.id == over.id
    assert begun.event_id == begun_again.event_id != over.event_id
    assert (begun.kind, begun.state, begun.since, begun.reason, begun.waiting) == (
        "dead",
        "raised",
        NOON,
        "HTTP 500",
        37,
    )
    assert "tocsin channel test hook" in begun.fix
    assert (over.state, over.since, over.reason) == ("resolved", NOON, "it takes alerts again")
    assert raised(disabled(WELL, "HTTP 410", NOON), 0, NOON).id != begun.id


def test_word_goes_to_each_trouble_channel_once_and_never_to_the_channel_that_it_is_about() -> None:
    incident = raised(FAILING, 1, NOON + HOUR)

    word = word_of(incident, ["mail", "hook", "mail", "chat"])

    assert [each.channel for each in word] == ["mail", "chat"]
    assert {each.incident for each in word} == {incident}
    assert {each.message_id for each in word} == {incident.event_id}
    assert len({each.id for each in word}) == 2
    assert word == word_of(incident, ["mail", "chat"])
    assert word_of(incident, ["hook"]) == []


def test_of_a_channel_that_works_nothing_can_be_told() -> None:
    assert is_well(WELL)
    with pytest.raises(ValueError, match="hook is well"):
        raised(WELL, 0, NOON)
