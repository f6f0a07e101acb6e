"""What is held until it may be told, and is then told in one message.

hours     until the hours of its route begin; all that is due at the same moment goes together
ceiling   until the channel's ceiling has room; all that is held by then goes together
again     groups that went out before and came back: after a restart their members are met one by one

Together means in one message of up to a hundred, or in several, of which the first says how many there are in all.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from services.alerting.notify.errand import Errand, Parcel, Reason
from services.alerting.notify.journal import Past

MOST_TOGETHER: Final = 100
"""Alerts that one message names."""


class Waiting:
    """One channel's."""

    def __init__(self, channel: str) -> None:
        """For the channel of this id."""
        self._channel = channel
        self._hours: dict[datetime, list[Errand]] = {}
        self._ceiling: list[Errand] = []
        self._announced = 0
        """How many of those that the ceiling holds a message has spoken of already, and not named."""
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
        for moment in sorted(moment for moment in self._hours if moment <= now):
            errands = sorted(self._hours.pop(moment), key=lambda errand: errand.place)
            for begin in range(0, len(errands), MOST_TOGETHER):
                parcels.append(Parcel.group(self._channel, errands[begin : begin + MOST_TOGETHER], "hours", moment))
                if begin == 0:
                    parcels[-1].in_all = len(errands)
        return parcels

    def for_ceiling(self, now: datetime) -> Parcel:
        """What the ceiling held longest, now that there is room for one message."""
        held, self._ceiling = self._ceiling[:MOST_TOGETHER], self._ceiling[MOST_TOGETHER:]
        parcel = Parcel.group(self._channel, held, "ceiling", now)
        if not self._announced:
            parcel.in_all = self._announced = len(held) + len(self._ceiling)
        self._announced = max(0, self._announced - len(held)) if self._ceiling else 0
        return parcel

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
        at=first.due_at if is_of_hours else past.first_attempt_at or past.next_attempt_at or first.due_at,
        due=past.next_attempt_at or first.due_at,
        reason="hours" if is_of_hours else "ceiling",
        attempt=past.attempt,
        first_attempt_at=past.first_attempt_at,
    )
