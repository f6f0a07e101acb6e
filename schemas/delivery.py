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
    HELD = "held"
    """None was made yet: it waits for hours, for the channel's ceiling, or for an acknowledgement, until
    `next_attempt_at`."""
    NOT_NEEDED = "not-needed"
    """None was taken, and none will be made: somebody acknowledged the alert before it was told here."""

    @property
    def ends(self) -> bool:
        """Whether nothing follows."""
        return self in (Outcome.DELIVERED, Outcome.FAILED, Outcome.NOT_NEEDED)


class Delivery(Event):
    """One attempt at one channel, and its outcome."""

    ce_type: ClassVar[str] = "tocsin.delivery.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "alert_id": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "notification_id": "ntf-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "message_id": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "watch": "kabul-desk",
                    "sequence": 0,
                    "channel": "desk-webhook",
                    "attempt": 1,
                    "first_attempt_at": "2026-11-24T05:04:14Z",
                    "outcome": "retrying",
                    "attempted_at": "2026-11-24T05:04:14Z",
                    "detail": "HTTP 503",
                    "next_attempt_at": "2026-11-24T05:04:19Z",
                }
            ]
        }
    )

    alert_id: str
    """The alert, or the channel incident."""
    notification_id: str = ""
    """`Notification.event_id`: what was to be done."""
    message_id: str = ""
    """The idempotency key that the channel was given: `Alert.event_id`, or the id of the group it went out in."""
    watch: Identifier | None = None
    """The watch that rang; null for a channel incident."""
    sequence: Annotated[int, Field(ge=0)] = 0
    """Which record of it; `Alert.event_id`, of both, is the idempotency key that the channel was given."""
    channel: Identifier
    """The channel's id in `tocsin.yaml`."""
    attempt: Annotated[int, Field(ge=0)]
    """1 for the first; 0 where none was made."""
    first_attempt_at: UtcDatetime | None = None
    """When the first was made; null where none was."""
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
