"""What `deliveries` says of notifications that are read once more: after a restart, or from another instance.

What has ended is not begun again; what was tried goes on where it was in its schedule, in the group it went out in;
what was held is not said to be held again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from schemas import Delivery, Outcome

MOST_ENDED: Final = 20_000
"""Remembered of what has ended once all is read that was there before: the router may repeat itself."""


@dataclass(frozen=True, slots=True)
class Past:
    """How far a notification got."""

    message_id: str
    attempt: int
    """0 where it was only held."""
    first_attempt_at: datetime | None
    next_attempt_at: datetime | None


class Journal:
    """One channel's deliveries, by notification."""

    def __init__(self) -> None:
        self._open: dict[str, Past] = {}
        self._ended: dict[str, None] = {}
        self._taken: dict[str, datetime] = {}

    def taken(self) -> Mapping[str, datetime]:
        """Which messages the channel took, and when, of those that were read since this was asked."""
        taken, self._taken = self._taken, {}
        return taken

    def take(self, delivery: Delivery) -> None:
        """Take note of a delivery, in the order of its partition. What has ended stays so."""
        name = delivery.notification_id
        if delivery.outcome is Outcome.DELIVERED:
            self._taken[delivery.message_id] = delivery.attempted_at
        if delivery.outcome.ends:
            self.ended(name)
        elif name not in self._ended:
            self._open[name] = Past(
                delivery.message_id, delivery.attempt, delivery.first_attempt_at, delivery.next_attempt_at
            )

    def ended(self, notification: str) -> None:
        """A notification needs nothing more."""
        self._open.pop(notification, None)
        self._ended[notification] = None

    def has_ended(self, notification: str) -> bool:
        """Whether it needs nothing more."""
        return notification in self._ended

    def past(self, notification: str) -> Past | None:
        """How far it got, told once: from then on whoever asked knows it better."""
        return self._open.pop(notification, None)

    def trim(self) -> None:
        """Forget what nobody asks for any more."""
        self._open.clear()
        if len(self._ended) > 2 * MOST_ENDED:  # seldom, for it copies
            self._ended = dict.fromkeys(islice(self._ended, len(self._ended) - MOST_ENDED, None))
