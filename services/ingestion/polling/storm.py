"""When most sources fail at once the trouble is most likely ours: one incident, and none of each source.

A storm begins when, of at least 5 hosts that were polled within an hour, more than half failed at the last poll: more
by two standard deviations, which is all of 5, 15 of 20, 60 of 100. It ends when at most a quarter fail. What failed
long before counts for little: it is seldom polled.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Self

from schemas.state import SourceState

WINDOW = timedelta(hours=1)
FEWEST_HOSTS = 5
ENDS_AT = 0.25


@dataclass(frozen=True, slots=True)
class Weather:
    """How polls fare in general."""

    since: datetime | None = None
    """When the storm began that is under way; None in calm weather."""
    tipped: bool = False
    """It began with this very poll: its source is the one that tells of it."""
    hosts: int = 0
    """Hosts that were polled within the window."""
    failing: int = 0
    """Those of them whose last poll failed."""

    def has_hit(self, failing_since: datetime) -> bool:
        """Whether what fails since then may fail because of the storm: it was noticed up to an hour after it began."""
        return self.since is not None and failing_since >= self.since - WINDOW


CALM = Weather()


class Storm:
    """The polls of the last hour, in one process. Times must not go back by much."""

    def __init__(self, since: datetime | None = None) -> None:
        self._since = since
        self._polls: deque[tuple[datetime, str]] = deque()
        self._last: dict[str, tuple[datetime, bool]] = {}
        self._failing = 0

    @classmethod
    def restored(cls, states: Iterable[SourceState]) -> Self:
        """As it stood when these states were written."""
        began = [incident.since for state in states for incident in state.incidents if incident.kind == "network"]
        return cls(min(began, default=None))

    @property
    def weather(self) -> Weather:
        """How polls fared up to now: for what comes in without a poll."""
        return Weather(self._since, False, len(self._last), self._failing)

    def after(self, host: str, failed: bool, now: datetime) -> Weather:
        """How polls fare, with this one."""
        self._forget(now - WINDOW)
        if host in self._last:
            self._failing -= self._last[host][1]
        self._last[host] = (now, failed)
        self._failing += failed
        self._polls.append((now, host))
        hosts, before = len(self._last), self._since
        if hosts >= FEWEST_HOSTS:
            if self._failing - hosts / 2 >= sqrt(hosts):
                self._since = self._since or now
            elif self._failing <= ENDS_AT * hosts:
                self._since = None
        return Weather(self._since, before is None and self._since is not None, hosts, self._failing)

    def _forget(self, until: datetime) -> None:
        while self._polls and self._polls[0][0] < until:
            at, host = self._polls.popleft()
            if self._last.get(host, (None, False))[0] == at:
                self._failing -= self._last.pop(host)[1]
