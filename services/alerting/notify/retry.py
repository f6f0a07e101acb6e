"""A channel's answer -> delivered, or again after n seconds, or given up, and why.

In the order applied: what was taken is delivered; what is never wanted has failed, and so has what met a channel that
wants nothing any more; what has used up its schedule has failed; the rest waits as long as the schedule says, give or
take a tenth, or longer where the channel asks for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from schemas import Outcome
from services.alerting.notify.channels.answer import Answer, Verdict

DEFAULT_SCHEDULE: Final = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)
"""Seconds after each failed attempt: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h. Over a day, so that a night's outage
loses nothing."""

JITTER: Final = 0.1
"""Share of the wait by which it is made longer or shorter, so that what failed together does not come back together."""

LONGEST_ASKED_SECONDS: Final = 24 * 3_600.0
"""More than this no channel gets, whatever it asks for."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What follows an attempt."""

    outcome: Outcome
    wait_seconds: float | None
    """Until the next attempt; None where there is none."""
    reason: str


def next_attempt(answer: Answer, attempt: int, schedule: Sequence[float], random: Callable[[], float]) -> NextStep:
    """Decide what follows an attempt.

    Args:
        answer: what the channel said.
        attempt: how many attempts were made, this one included.
        schedule: seconds to wait after the first failed attempt, after the second, and so on.
        random: a number in [0, 1) at each call.
    """
    if answer.verdict is Verdict.TAKEN:
        return NextStep(Outcome.DELIVERED, None, answer.detail)
    if answer.verdict in (Verdict.NEVER, Verdict.DISABLE):
        return NextStep(Outcome.FAILED, None, answer.detail)
    if attempt > len(schedule):
        return NextStep(Outcome.FAILED, None, f"{answer.detail}; given up after {attempt} attempts")
    wait = schedule[attempt - 1] * (1 + JITTER * (2 * random() - 1))
    asked = min(answer.wait_seconds or 0.0, LONGEST_ASKED_SECONDS)
    return NextStep(Outcome.RETRYING, max(wait, asked), answer.detail)
