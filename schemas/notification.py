"""`notifications`: one alert that is to go to one channel. Which channels is decided once, when it rings."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from schemas.alert import ALERT_EXAMPLE, Alert, AlertItem
from schemas.channel_state import ChannelIncident
from schemas.event import Event, Identifier, UtcDatetime, Value
from schemas.mention import Severity

WaitsFor = Literal["hours", "acknowledgement"]
"""Why a notification waits. `hours`: for the hours of its route; it is told then, in one message with all else that
waits for the same. `acknowledgement`: it is told only if nobody has acknowledged the alert by then."""


class Notification(Event):
    """An alert, or word of a channel's trouble, on its way to one channel."""

    ce_type: ClassVar[str] = "tocsin.notification.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "ntf-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "channel": "desk-webhook",
                    "route": ["default", "kabul"],
                    "waits_for": None,
                    "due_at": None,
                    "again": 0,
                    "routed_at": "2026-11-24T05:04:13Z",
                    "incident": None,
                    "alert": ALERT_EXAMPLE,
                }
            ]
        }
    )

    id: str
    """Deterministic: from what is told, the channel and what it waits for."""
    channel: Identifier
    """The channel's id in `tocsin.yaml`."""
    route: tuple[str, ...] = ()
    """The way through the tree of routes, its root first."""
    waits_for: WaitsFor | None = None
    """Why it waits; null where it is told at once."""
    due_at: UtcDatetime | None = None
    """Until when it waits; null where it is told at once."""
    again: Annotated[int, Field(ge=0)] = 0
    """How often people asked for it to be sent once more, after it had failed or even was delivered."""
    routed_at: UtcDatetime
    """When it was decided that it goes there."""
    alert: Alert | None = None
    """What is told; null where it is word of an incident."""
    incident: ChannelIncident | None = None
    """What is told; null where it is an alert."""

    @model_validator(mode="after")
    def _tells_one_thing(self) -> Self:
        if (self.alert is None) == (self.incident is None):
            raise ValueError("a notification tells of an alert or of an incident")
        return self

    @property
    def event_id(self) -> str:
        return self.id if self.again == 0 else f"{self.id}.{self.again}"

    @property
    def message_id(self) -> str:
        """The idempotency key that the channel is given: the same at every attempt, and when it is sent once more."""
        event = self.alert or self.incident
        assert event is not None  # noqa: S101 - it was validated
        return event.event_id

    @property
    def key(self) -> str:
        event = self.alert or self.incident
        assert event is not None  # noqa: S101 - it was validated
        return event.key


class GroupItem(Value):
    """One alert of a group."""

    watch: Identifier
    """The watch that rang."""
    watch_name: str
    """Its name for people."""
    severity: Severity
    """How much its owner cares."""
    message_id: str
    """The idempotency key of the alert's record."""
    action: Literal["ring", "update"]
    """As in the alert."""
    item: AlertItem
    """The alert in short."""


class AlertGroup(Event):
    """What waited for the same moment at one channel, told in one message. It stands on no topic: channels get it."""

    ce_type: ClassVar[str] = "tocsin.alert-group.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "grp-4f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "channel": "desk-webhook",
                    "reason": "hours",
                    "severity": "high",
                    "items": [
                        {
                            "watch": "kabul-desk",
                            "watch_name": "Kabul desk",
                            "severity": "high",
                            "message_id": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                            "action": "ring",
                            "item": {
                                "alert_id": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                                "reason": "first-mention",
                                "title": "Kabul and Moscow sign a maintenance agreement",
                                "url": "https://news.example/2026/11/agreement",
                                "source": {"id": "example-news", "name": "Example News", "tier": 2, "country": "AF"},
                                "language": "en",
                                "names": ["Kabul"],
                                "rang_at": "2026-11-23T22:04:13Z",
                                "source_count": 1,
                            },
                        }
                    ],
                    "stands_for": 1,
                    "since": "2026-11-23T22:04:13Z",
                    "at": "2026-11-24T01:30:00Z",
                }
            ]
        }
    )

    id: str
    """Deterministic: from the channel, the moment and its members; an idempotency key."""
    channel: Identifier
    """The channel's id in `tocsin.yaml`."""
    reason: Literal["hours", "ceiling"]
    """What held them: the hours of their route, or the most that the channel takes in a time."""
    severity: Severity
    """The highest of them."""
    items: Annotated[tuple[GroupItem, ...], Field(max_length=100)]
    """Up to a hundred, oldest first; what is more comes in further groups."""
    stands_for: Annotated[int, Field(ge=1)]
    """How many they are; in the first of several groups that go out together, how many those are in all."""
    since: UtcDatetime
    """When the oldest of them rang."""
    at: UtcDatetime
    """When they were due."""

    @property
    def event_id(self) -> str:
        return self.id

    @property
    def key(self) -> str:
        return self.channel
