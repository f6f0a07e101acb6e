"""Which canaries are missing: values, and seconds of a clock that never goes back. Pure.

A script is waited for from when its partition is ours, or from its last canary on. After three intervals it is missing,
until one comes. What is older than an interval waited somewhere, and tells nothing of the line as it is now. Who was
stopped for a while (SIGSTOP, a machine asleep) begins to wait anew: what came meanwhile is only now read.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from services.backbone.canary import OVERDUE_INTERVALS, SCRIPTS

STOPPED_SECONDS: Final = 10.0
"""Who did not look for so long was stopped."""


class Arrivals:
    """The canaries of the scripts that one process takes at the end of the line."""

    def __init__(self, interval: timedelta) -> None:
        """They come once in an interval."""
        self.interval: Final = interval
        self.missing: set[str] = set()
        self._since: dict[str, float] = {}
        self._late: dict[str, float] = {}
        """How old the last one was, where that was too old, in seconds."""
        self._looked_at: float | None = None
        self._all_came = False

    def came(self, script: str, age: timedelta, at: float) -> None:
        """A canary of a script arrived.

        Args:
            script: which.
            age: since it was made; below zero where the clocks of two machines differ.
            at: now, in seconds.
        """
        if age > self.interval:
            self._late[script] = age.total_seconds()
            return
        self._late.pop(script, None)
        self._since[script] = at
        if script in self.missing:
            self.missing.discard(script)
            self._all_came = not self.missing

    def look(self, scripts: Collection[str], at: float, *, is_told: bool) -> set[str]:
        """See who is missing by now.

        Args:
            scripts: those that are to arrive here.
            at: now, in seconds.
            is_told: whether people know that some are missing. Those that are taken over then count as missing until
                they come: whoever knew which they are may be gone.

        Returns:
            Those that are waited for from now on.
        """
        new = set(scripts) - self._since.keys()
        for gone in self._since.keys() - set(scripts):
            del self._since[gone]
        self.missing &= set(scripts)
        self._since |= dict.fromkeys(new, at)
        if is_told:
            self.missing |= new
        if self._looked_at is not None and at - self._looked_at > STOPPED_SECONDS:
            self._since = dict.fromkeys(self._since, at)
        self._looked_at = at
        if self._waiting_for(OVERDUE_INTERVALS, at) - self.missing:
            self.missing |= self._waiting_for(OVERDUE_INTERVALS - 1, at)  # they are told together
        return new

    def take_end(self) -> bool:
        """Whether since the last call the last of those came that were missing."""
        ended, self._all_came = self._all_came, False
        return ended and not self.missing

    def reason(self) -> str:
        """What is to be said of those that are missing."""
        seconds = self.interval.total_seconds() * OVERDUE_INTERVALS
        scripts = [script for script in SCRIPTS if script in self.missing]
        late = [self._late[script] for script in scripts if script in self._late]
        behind = f"; the last that came was {max(late):.0f} s old" if late else ""
        return f"for {seconds:.0f} s no test article came through the whole line in {', '.join(scripts)}{behind}"

    def _waiting_for(self, intervals: int, at: float) -> set[str]:
        """The scripts of which nothing came for so long."""
        seconds = intervals * self.interval.total_seconds()
        return {script for script, since in self._since.items() if at - since >= seconds}
