"""What is held until it may be told, and is then told in one message.

hours     until the hours of its route begin; all that is due at the same moment goes together
ceiling   until the channel's ceiling has room; all that is held by then goes together
again     groups that went out before and came back: after a restart their members are met one by one
"""

from collections.abc import Callable
from datetime import datetime

from services.alerting.notify.errand import Errand, Parcel, Reason
from services.alerting.notify.journal import Past


class Waiting:
    """One channel's."""

    def __init__(self, channel: str) -> None:
        """For the channel of this id."""
        self._channel = channel
        self._hours: dict[datetime, list[Errand]] = {}
        self._ceiling: list[Errand] = []
        self._again: dict[str, tuple[Past, list[Errand]]] = {}

    @property
    def waits_for_ceiling(self) -> bool:
        """Whether anything does: what comes now must not overtake it."""
        return bool(self._ceiling)

    @property
    def next_at(self) -> datetime | None:
        """When hours begin next."""
        return min(self._hours, default=None)

    def hold(self, errand: Errand, reason: Reason) -> None:
        """Keep an errand until its hours, or for the ceiling."""
        (self._ceiling if reason == "ceiling" else self._hours.setdefault(errand.due_at, [])).append(errand)

    def rejoin(self, errand: Errand, past: Past) -> None:
        """Keep an errand until all are read that went out in the same group."""
        self._again.setdefault(past.message_id, (past, []))[1].append(errand)

    def due(self, now: datetime) -> list[Parcel]:
        """Groups whose hours have begun, and those that came back. To be asked for once all is read that was there."""
        parcels = [_rejoined(past, errands) for past, errands in self._again.values()]
        self._again.clear()
        begun = sorted(moment for moment in self._hours if moment <= now)
        return parcels + [Parcel.group(self._channel, self._hours.pop(each), "hours", each) for each in begun]

    def for_ceiling(self, now: datetime) -> Parcel:
        """All that the ceiling held, now that there is room."""
        held, self._ceiling = self._ceiling, []
        return Parcel.group(self._channel, held, "ceiling", now)

    def drop(self, lost: Callable[[Errand], bool]) -> None:
        """Forget what is somebody else's now."""

        def kept(errands: list[Errand]) -> list[Errand]:
            return [errand for errand in errands if not lost(errand)]

        self._ceiling = kept(self._ceiling)
        self._hours = {moment: left for moment, errands in self._hours.items() if (left := kept(errands))}
        self._again = {name: (past, left) for name, (past, errands) in self._again.items() if (left := kept(errands))}


def _rejoined(past: Past, errands: list[Errand]) -> Parcel:
    first, is_of_hours = errands[0], errands[0].waits_for == "hours"
    return Parcel(
        tuple(errands),
        past.message_id,
        at=first.due_at if is_of_hours else past.first_attempt_at or first.due_at,
        due=past.next_attempt_at or first.due_at,
        reason="hours" if is_of_hours else "ceiling",
        attempt=past.attempt,
        first_attempt_at=past.first_attempt_at,
    )
