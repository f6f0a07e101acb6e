"""`channels.state` and `channels.incidents`: how the ways out fare."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from schemas.event import Event, Identifier, UtcDatetime

ChannelTrouble = Literal["dead", "disabled"]
"""What is the matter with a channel. `dead`: it has taken nothing for an hour, though there was something to take.
`disabled`: it said that it wants nothing any more (HTTP 410)."""


class ChannelState(Event):
    """What has to be known of a channel after a restart."""

    ce_type: ClassVar[str] = "tocsin.channel-state.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "desk-webhook",
                    "config": "9c1b2f7a60de",
                    "disabled_at": None,
                    "failing_since": "2026-11-24T05:04:14Z",
                    "told_at": None,
                    "reason": "HTTP 503",
                    "at": "2026-11-24T05:04:14Z",
                }
            ]
        }
    )

    channel: Identifier
    """The channel's id in `tocsin.yaml`."""
    config: str
    """Digest of its description: a channel that is described anew is no longer disabled."""
    disabled_at: UtcDatetime | None = None
    """Since when nothing is sent there; null where it is not disabled."""
    failing_since: UtcDatetime | None = None
    """The first failed attempt since the last that was taken; null where it works."""
    told_at: UtcDatetime | None = None
    """When its trouble was told on another channel; null where it was not, or it is over."""
    reason: str = ""
    """What it answered last."""
    at: UtcDatetime
    """When this was so."""

    @property
    def event_id(self) -> str:
        return f"{self.channel}.{int(self.at.timestamp() * 1000)}"

    @property
    def key(self) -> str:
        return self.channel


class ChannelIncident(Event):
    """A channel is in trouble, or out of it."""

    ce_type: ClassVar[str] = "tocsin.channel-incident.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "inc-6c75e8a72e218564aee1aa0b95a29cd5",
                    "channel": "desk-webhook",
                    "kind": "dead",
                    "state": "raised",
                    "since": "2026-11-24T05:04:14Z",
                    "at": "2026-11-24T06:04:20Z",
                    "reason": "HTTP 503",
                    "fix": "see what the endpoint says: tocsin channel test desk-webhook",
                    "waiting": 37,
                }
            ]
        }
    )

    id: str
    """Deterministic: from channel, kind and beginning. It is the same when raised and when resolved."""
    channel: Identifier
    """The channel's id in `tocsin.yaml`."""
    kind: ChannelTrouble
    """What is the matter."""
    state: Literal["raised", "resolved"]
    """Whether it begins or is over."""
    since: UtcDatetime
    """Since when."""
    at: UtcDatetime
    """When this was said."""
    reason: str
    """What the channel answered last."""
    fix: str
    """What to do."""
    waiting: Annotated[int, Field(ge=0)] = 0
    """Alerts that wait for it, as far as is known."""

    @property
    def event_id(self) -> str:
        return f"{self.id}.{self.state}"

    @property
    def key(self) -> str:
        return self.channel
