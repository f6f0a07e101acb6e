"""What a channel's agenda is told of the world, and what it wants done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from schemas import Delivery, Outcome
from services.alerting.notify.errand import Errand, Parcel

MOST_DETAIL: Final = 500
"""Characters kept of what a channel said."""


class Said(NamedTuple):
    """A word on one notification, to be written."""

    errand: Errand
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Attempt:
    """One message to be sent now."""

    parcel: Parcel
    number: int
    began_at: datetime
    is_probe: bool


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds outside of the channel's own affairs."""

    has_caught_up: bool
    """All that was there is read, or no more can be: groups are whole."""
    refuses: str | None
    """Why nothing is to be sent; None where it is."""
    acknowledged_by: Callable[[str], str | None]
    """Who cares for an alert."""


@dataclass(slots=True)
class Steps:
    """What is to be done now."""

    attempts: list[Attempt] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)


def word(
    channel: str,
    errand: Errand,
    parcel: Parcel | None,
    outcome: Outcome,
    at: datetime,
    detail: str,
    next_at: datetime | None = None,
) -> Delivery:
    """The record of what became of an errand; without a parcel no attempt was made."""
    return Delivery(
        alert_id=errand.alert_id,
        notification_id=errand.id,
        message_id=parcel.message_id if parcel else errand.message_id,
        watch=errand.watch,
        sequence=errand.sequence,
        channel=channel,
        attempt=parcel.attempt if parcel else 0,
        first_attempt_at=parcel.first_attempt_at if parcel else None,
        outcome=outcome,
        attempted_at=at,
        detail=detail[:MOST_DETAIL],
        next_attempt_at=next_at,
    )


def together(channel: str, attempt: Attempt) -> list[Said]:
    """What is said of a group's members before it is told for the first time: which message they go out in.

    Killed between telling it and saying so, the same ones go out in the same message again.
    """
    parcel, why = attempt.parcel, "goes out with others"
    words = (
        word(channel, errand, parcel, Outcome.HELD, attempt.began_at, why, attempt.began_at)
        for errand in parcel.errands
    )
    return [
        Said(errand, said.model_copy(update={"attempt": 0, "first_attempt_at": None}))
        for errand, said in zip(parcel.errands, words, strict=True)
    ]
