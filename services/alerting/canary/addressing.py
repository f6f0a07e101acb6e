"""Where the canary goes: to a channel of its own. Which of its partitions that is rests on the script alone. Pure."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from schemas import Alert, Notification
from schemas.ids import notification_id
from services.backbone.canary import CANARY, SCRIPTS, watch_of
from services.backbone.keyed_state import partition_of
from services.backbone.topics import NOTIFICATIONS

ROUTE: Final = (CANARY,)
"""Its way: it does not go through the tree of routes."""


def notification_of(alert: Alert, now: datetime) -> Notification:
    """What is sent of it."""
    return Notification(
        id=notification_id(alert.event_id, CANARY, None), channel=CANARY, route=ROUTE, routed_at=now, alert=alert
    )


def place_of(watch: str) -> int:
    """The partition of `notifications` that the canary of a watch stands in."""
    return partition_of(watch, NOTIFICATIONS.partitions)


def scripts_in(partitions: Collection[int]) -> frozenset[str]:
    """The scripts whose canaries stand in these partitions."""
    return frozenset(script for script in SCRIPTS if place_of(watch_of(script)) in partitions)
