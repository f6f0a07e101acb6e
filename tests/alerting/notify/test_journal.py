from datetime import datetime, timedelta

import pytest

from schemas import Delivery, Outcome
from services.alerting.notify import journal as journal_module
from services.alerting.notify.journal import Journal, Past
from tests.alerting.examples import NOON

LATER = NOON + timedelta(hours=1)


def said(name: str, outcome: Outcome, attempt: int = 1, next_at: datetime | None = None) -> Delivery:
    """A word on a notification."""
    return Delivery(
        alert_id=f"alr-{name}",
        notification_id=f"ntf-{name}",
        message_id=f"msg-{name}",
        channel="box",
        attempt=attempt,
        first_attempt_at=NOON if attempt else None,
        outcome=outcome,
        attempted_at=NOON,
        next_attempt_at=next_at,
    )


def journal(*deliveries: Delivery) -> Journal:
    """What these say."""
    made = Journal()
    for delivery in deliveries:
        made.take(delivery)
    return made


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.ends])
def test_what_has_ended_stays_so_whatever_comes_late(outcome: Outcome) -> None:
    made = journal(said("a", outcome), said("a", Outcome.RETRYING, 2, LATER))
    assert made.has_ended("ntf-a")
    assert made.past("ntf-a") is None


def test_the_last_word_says_how_far_it_got() -> None:
    made = journal(said("a", Outcome.HELD, 0, NOON), said("a", Outcome.RETRYING, 3, LATER))
    assert not made.has_ended("ntf-a")
    assert made.past("ntf-a") == Past("msg-a", 3, NOON, LATER)


def test_what_was_taken_is_handed_over_once() -> None:
    made = journal(said("a", Outcome.DELIVERED), said("b", Outcome.FAILED))
    assert made.taken() == {"msg-a": NOON}
    assert made.taken() == {}


def test_the_newest_that_have_ended_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MOST_ENDED", 2)
    made = journal(*(said(f"{number}", Outcome.DELIVERED) for number in range(5)))
    made.trim()
    assert [made.has_ended(f"ntf-{number}") for number in range(5)] == [False, False, False, True, True]
