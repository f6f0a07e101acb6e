"""`deliveries`: one record per attempt to bring an alert to a channel."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from schemas.event import Event, Identifier, UtcDatetime


class Outcome(StrEnum):
    """What became of one attempt."""

    DELIVERED = "delivered"
    """The channel took it."""
    RETRYING = "retrying"
    """It did not; another attempt follows at `next_attempt_at`."""
    FAILED = "failed"
    """It did not, and no further attempt is made."""


class Delivery(Event):
    """One attempt at one channel, and its outcome."""

    ce_type: ClassVar[str] = "tocsin.delivery.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "alert_id": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "sequence": 0,
                    "channel": "desk-webhook",
                    "attempt": 1,
                    "outcome": "retrying",
                    "attempted_at": "2026-11-24T05:04:14Z",
                    "detail": "HTTP 503",
                    "next_attempt_at": "2026-11-24T05:04:19Z",
                }
            ]
        }
    )

    alert_id: str
    """The alert."""
    sequence: Annotated[int, Field(ge=0)] = 0
    """Which record of it; `Alert.event_id`, of both, is the idempotency key that the channel was given."""
    channel: Identifier
    """The channel's id in `tocsin.yaml`."""
    attempt: Annotated[int, Field(ge=1)]
    """1 for the first. A restart of `notify` begins to count anew."""
    outcome: Outcome
    """What became of it."""
    attempted_at: UtcDatetime
    """When it was made."""
    detail: str = ""
    """What the channel answered, in a few words."""
    next_attempt_at: UtcDatetime | None = None
    """When it is tried again; null when it is not."""

    @property
    def event_id(self) -> str:
        return (
            f"{self.alert_id}.{self.sequence}.{self.channel}.{self.attempt}.{int(self.attempted_at.timestamp() * 1000)}"
        )

    @property
    def key(self) -> str:
        return self.alert_id
