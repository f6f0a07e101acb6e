import pytest

from schemas import Outcome
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.retry import DEFAULT_SCHEDULE, LONGEST_ASKED_SECONDS, next_attempt

LATER = Answer(Verdict.LATER, "HTTP 503")
HOUR = 3600.0


@pytest.mark.parametrize(
    ("answer", "attempt", "outcome", "seconds"),
    [
        pytest.param(Answer(Verdict.TAKEN, "HTTP 200"), 1, Outcome.DELIVERED, None, id="taken"),
        pytest.param(Answer(Verdict.NEVER, "HTTP 410"), 1, Outcome.FAILED, None, id="never"),
        pytest.param(LATER, 1, Outcome.RETRYING, 5, id="first"),
        pytest.param(LATER, 2, Outcome.RETRYING, 300, id="second"),
        pytest.param(LATER, 3, Outcome.RETRYING, 1800, id="third"),
        pytest.param(LATER, 4, Outcome.RETRYING, 2 * HOUR, id="fourth"),
        pytest.param(LATER, 5, Outcome.RETRYING, 5 * HOUR, id="fifth"),
        pytest.param(LATER, 6, Outcome.RETRYING, 10 * HOUR, id="sixth"),
        pytest.param(LATER, 7, Outcome.RETRYING, 10 * HOUR, id="seventh"),
        pytest.param(LATER, 8, Outcome.FAILED, None, id="the schedule is used up"),
        pytest.param(Answer(Verdict.LATER, "", 60), 1, Outcome.RETRYING, 60, id="a longer pause is honoured"),
        pytest.param(Answer(Verdict.LATER, "", 1), 2, Outcome.RETRYING, 300, id="a shorter one changes nothing"),
        pytest.param(Answer(Verdict.LATER, "", 1e9), 1, Outcome.RETRYING, LONGEST_ASKED_SECONDS, id="but not years"),
        pytest.param(Answer(Verdict.LATER, "", 60), 8, Outcome.FAILED, None, id="nor beyond the schedule"),
    ],
)
def test_what_follows_an_answer(answer: Answer, attempt: int, outcome: Outcome, seconds: float | None) -> None:
    step = next_attempt(answer, attempt, DEFAULT_SCHEDULE, random=lambda: 0.5)

    assert (step.outcome, step.wait_seconds) == (outcome, seconds)
    assert answer.detail in step.reason


@pytest.mark.parametrize(("random", "seconds"), [(0.0, 90.0), (0.5, 100.0), (1.0, 110.0)])
def test_what_failed_together_does_not_come_back_together(random: float, seconds: float) -> None:
    assert next_attempt(LATER, 1, [100.0], lambda: random).wait_seconds == pytest.approx(seconds)


def test_an_empty_schedule_is_one_attempt() -> None:
    assert next_attempt(LATER, 1, [], lambda: 0.5).outcome is Outcome.FAILED
