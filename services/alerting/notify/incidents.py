"""How a channel's state changes with what it answers, and what is told of it: raised once, resolved once.

In the order applied: a channel that is described anew begins afresh; one that is disabled stays so, whatever comes in
late; what is taken ends a failure; a failure that lasts for an hour makes it dead.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from schemas import ChannelIncident, ChannelState, ChannelTrouble, Notification
from schemas.ids import incident_id, notification_id
from services.backbone.canary import CANARY

DEAD_AFTER: Final = timedelta(hours=1)
ROUTE: Final = ("trouble",)
"""The way of word of an incident: it does not go through the tree of routes."""
MOST_REASON: Final = 500

_FIX: Final[dict[ChannelTrouble, str]] = {
    "dead": "see what it says: tocsin channel test {channel}",
    "disabled": "if it is to be told again: tocsin channel enable {channel}; else take it out of tocsin.yaml",
}
_CANARY_FIX: Final = "see where it stops: tocsin doctor; where ingestion runs with TOCSIN_CANARY=false, let notify, too"


def afresh(channel: str, config: str, now: datetime) -> ChannelState:
    """A channel of which nothing is known but its description."""
    return ChannelState(channel=channel, config=config, at=now)


def failing(state: ChannelState, reason: str, now: datetime) -> ChannelState:
    """After an attempt that failed."""
    since = state.failing_since or now
    return state.model_copy(update={"failing_since": since, "reason": reason[:MOST_REASON], "at": now})


def disabled(state: ChannelState, reason: str, now: datetime) -> ChannelState:
    """After it said that it wants nothing any more. That is a trouble of its own, which nobody was told of yet."""
    changes = {"disabled_at": now, "failing_since": None, "told_at": None, "reason": reason[:MOST_REASON], "at": now}
    return state.model_copy(update=changes)


def is_well(state: ChannelState) -> bool:
    """Whether there is nothing to say of it."""
    return trouble(state) is None


def is_dead(state: ChannelState, now: datetime) -> bool:
    """Whether it has taken nothing for so long that somebody has to know."""
    return state.failing_since is not None and now - state.failing_since >= DEAD_AFTER


def trouble(state: ChannelState) -> tuple[ChannelTrouble, datetime] | None:
    """What is the matter, or will be if it lasts, and since when; None where it works."""
    if state.disabled_at is not None:
        return "disabled", state.disabled_at
    if state.failing_since is None:
        return None
    return "dead", state.failing_since


def raised(state: ChannelState, waiting: int, now: datetime) -> ChannelIncident:
    """That a channel is in trouble.

    Args:
        state: of a channel that is.
        waiting: how many alerts wait for it.
        now: when this is said.
    """
    return _incident(state, now, state.reason, waiting)


def resolved(state: ChannelState, why: str, now: datetime) -> ChannelIncident:
    """That it is over; `state` is that of before."""
    incident = _incident(state, now, why, 0)
    return incident.model_copy(update={"state": "resolved", "fix": "nothing: it is over"})


def word_of(incident: ChannelIncident, trouble_channels: Sequence[str]) -> list[Notification]:
    """The notifications of an incident; none goes to the channel that it is about."""
    return [
        Notification(
            id=notification_id(incident.event_id, channel, None),
            channel=channel,
            route=ROUTE,
            routed_at=incident.at,
            incident=incident,
        )
        for channel in dict.fromkeys(trouble_channels)
        if channel != incident.channel
    ]


def _incident(state: ChannelState, now: datetime, reason: str, waiting: int) -> ChannelIncident:
    found = trouble(state)
    if found is None:
        raise ValueError(f"channel {state.channel} is well; only trouble is told of")
    kind, since = found
    fix = _CANARY_FIX if state.channel == CANARY else _FIX[kind].format(channel=state.channel)
    return ChannelIncident(
        id=incident_id(state.channel, kind, since),
        channel=state.channel,
        kind=kind,
        state="raised",
        since=since,
        at=now,
        reason=reason,
        fix=fix,
        waiting=waiting,
    )
