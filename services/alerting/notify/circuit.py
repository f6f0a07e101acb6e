"""Leave a channel alone that takes nothing, and try now and then whether it does again.

In the order applied: what is taken closes the circuit; a failure that speaks of one message alone says nothing of the
channel; the fifth failure in a row opens it, and so does a channel that asks to be left alone, or wants nothing any
more. While it is open there is one probe at a time: after 5 s, 10 s, and so on up to 5 min, or when the channel asked
for it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.retry import JITTER, LONGEST_ASKED_SECONDS

OPENS_AFTER: Final = 5
FIRST_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 300.0


class Circuit:
    """One channel's. Moments are given by the caller and never go back."""

    def __init__(self, random: Callable[[], float]) -> None:
        """Begin closed; `random` is a number in [0, 1) at each call."""
        self._random = random
        self._failures = 0
        self._pause = 0.0
        self._probing = False
        self._probe_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the channel is left alone."""
        return self._probe_at is not None

    @property
    def probe_at(self) -> datetime | None:
        """When it may be tried again; None where it is not left alone, or is being tried."""
        return None if self._probing else self._probe_at

    def may_begin(self, now: datetime) -> bool:
        """Whether an attempt may begin."""
        return self._probe_at is None or (not self._probing and now >= self._probe_at)

    def begin(self) -> bool:
        """An attempt begins.

        Returns:
            Whether it is the probe; `answered` wants to know.
        """
        if self._probe_at is None:
            return False
        self._probing = True
        return True

    def answered(self, answer: Answer, now: datetime, *, probe: bool) -> None:
        """Take note of what an attempt came to."""
        if probe:
            self._probing = False
        if answer.verdict is Verdict.TAKEN:
            self._failures, self._pause, self._probe_at = 0, 0.0, None
        elif answer.is_the_channel:
            self._failures += 1
            asked = min(answer.wait_seconds or 0.0, LONGEST_ASKED_SECONDS)
            if self._probe_at is None:
                if asked or self._failures >= OPENS_AFTER or answer.verdict is Verdict.DISABLE:
                    self._wait(FIRST_SECONDS if not asked else 0.0, asked, now)
            elif probe:
                self._wait(min(max(FIRST_SECONDS, 2 * self._pause), LONGEST_SECONDS), asked, now)
            elif asked:
                self._probe_at = max(self._probe_at, now + timedelta(seconds=asked))

    def _wait(self, pause: float, asked: float, now: datetime) -> None:
        self._pause = pause
        jittered = pause * (1 + JITTER * (2 * self._random() - 1))
        self._probe_at = now + timedelta(seconds=max(jittered, asked))
