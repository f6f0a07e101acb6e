"""A channel's ceiling: in no stretch of the given length are more messages taken than it says.

An attempt holds a place from its beginning; one that fails gives it back.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.alerting.notify.channels.channel import Ceiling


class Window:
    """What a channel took lately, and what it may take."""

    def __init__(self, ceiling: Ceiling | None) -> None:
        """Let through what the ceiling allows; all where there is none."""
        self._ceiling = ceiling
        self._taken: dict[str, datetime] = {}
        """By the message's id, oldest first."""
        self._under_way = 0

    @property
    def length(self) -> timedelta:
        """How far back it counts."""
        return self._ceiling.per if self._ceiling else timedelta()

    def has_room(self, now: datetime) -> bool:
        """Whether one more may begin."""
        if self._ceiling is None:
            return True
        self._forget(now)
        return len(self._taken) + self._under_way < self._ceiling.alerts

    def room_at(self, now: datetime) -> datetime:
        """The next moment at which there may be room: now, or when what was taken is long enough ago."""
        if self._ceiling is None or self.has_room(now):
            return now
        too_many = len(self._taken) + self._under_way - self._ceiling.alerts
        taken = list(self._taken.values())
        return taken[min(too_many, len(taken) - 1)] + self._ceiling.per if taken else now + self._ceiling.per

    def begin(self) -> None:
        """An attempt begins."""
        self._under_way += 1

    def failed(self) -> None:
        """It came to nothing."""
        self._under_way -= 1

    def took(self, message_id: str, at: datetime) -> None:
        """It was taken."""
        self._under_way -= 1
        if self._ceiling is not None:
            self._taken.pop(message_id, None)
            self._taken[message_id] = at

    def restore(self, taken: Mapping[str, datetime]) -> None:
        """Count what was taken before, or by another instance; each message once."""
        if self._ceiling is not None:
            self._taken = dict(sorted({**taken, **self._taken}.items(), key=lambda each: each[1]))

    def _forget(self, now: datetime) -> None:
        since = now - self.length
        while self._taken and (oldest := next(iter(self._taken.items())))[1] <= since:
            del self._taken[oldest[0]]
