"""One notification at work, in short: what has to be known of it while it waits. Its alert is not kept here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas import Notification, WaitsFor
from schemas.ids import group_id
from services.backbone.ages import Since

Place = tuple[int, int]
"""Partition and offset in `notifications`."""
Reason = Literal["hours", "ceiling"]
"""Why several go in one message."""


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """What is to be done for one notification."""

    place: Place
    id: str
    """`Notification.event_id`."""
    message_id: str
    alert_id: str
    """Or the incident's."""
    sequence: int
    watch: str | None
    may_be_grouped: bool
    """Whether it may go out with others: it is word of an article."""
    waits_for: WaitsFor | None
    due_at: datetime
    """When it is to be told; when it was routed, where that is at once."""
    is_above_ceiling: bool
    """It is told whatever the ceiling says: it is severe, nobody acknowledged it, people asked for it once more, or it
    is word of a channel's trouble."""
    trace: str | None
    """`traceparent` of its record."""
    since: Since | None = None
    """From when the age of its article counts; None where it waited for anything but the line."""

    @classmethod
    def of(cls, notification: Notification, place: Place, trace: str | None = None) -> "Errand":
        """A notification in short; one that people asked for once more waits for nothing."""
        alert, incident = notification.alert, notification.incident
        asked = notification.again > 0
        waits_for = None if asked or notification.due_at is None else notification.waits_for
        severe = alert is None or alert.watch.severity == "critical" or waits_for == "acknowledgement"
        return cls(
            place=place,
            id=notification.event_id,
            message_id=notification.message_id,
            alert_id=alert.id if alert else incident.id if incident else "",
            sequence=alert.sequence if alert else 0,
            watch=alert.watch.id if alert else None,
            may_be_grouped=alert is not None and alert.article is not None,
            waits_for=waits_for,
            due_at=notification.due_at if waits_for and notification.due_at else notification.routed_at,
            is_above_ceiling=asked or severe,
            trace=trace,
            since=None if alert is None or asked or notification.waits_for else Since.of_alert(alert),
        )


@dataclass(slots=True, eq=False)
class Parcel:
    """What goes out in one message: one errand, or a group of them."""

    errands: tuple[Errand, ...]
    message_id: str
    at: datetime
    """When it was due first."""
    due: datetime
    """When it is to be tried next."""
    reason: Reason | None = None
    """None where it is one errand, and its message the alert."""
    attempt: int = 0
    """How many were made."""
    first_attempt_at: datetime | None = None
    in_all: int = 0
    """How many were held together, where this is the first of several messages that tell of them."""

    @classmethod
    def alone(cls, errand: Errand) -> "Parcel":
        """One errand by itself."""
        return cls((errand,), errand.message_id, errand.due_at, errand.due_at)

    @classmethod
    def group(cls, channel: str, errands: Sequence[Errand], reason: Reason, at: datetime) -> "Parcel":
        """Errands in one message; a single one goes by itself.

        The id stands for the members: what joins too late, or is held by another instance, makes another message and
        not a repeat of this one.
        """
        if len(errands) == 1:
            parcel = cls.alone(errands[0])
            parcel.due = at
            return parcel
        return cls(tuple(errands), group_id(channel, reason, at, (each.id for each in errands)), at, at, reason)

    @property
    def only(self) -> Errand:
        """The errand of a parcel that is no group."""
        (errand,) = self.errands
        return errand

    @property
    def asks_first(self) -> bool:
        """Whether it is told only if nobody has acknowledged the alert."""
        return self.reason is None and self.only.waits_for == "acknowledgement"
