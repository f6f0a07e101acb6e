"""A watch's limit: never more than `alerts` tellings in any stretch of time `per`.

The window slides: each telling counts for `per`, then is forgotten. Once they are used up, what comes is queued until
the first of them is forgotten, and told in one summary, which counts as one. While there is something in that queue,
all joins it: what comes later is not told before it.
"""

from collections.abc import Iterable
from datetime import datetime

from services.alerting.watching.policy import Limit


def free_at(rings: Iterable[datetime], limit: Limit, now: datetime) -> datetime:
    """When the next alert may be told: `now`, or when enough of these tellings are forgotten."""
    counting = sorted(ring for ring in rings if ring > now - limit.per)
    return now if len(counting) < limit.alerts else counting[-limit.alerts] + limit.per


def counted(rings: Iterable[datetime], limit: Limit, now: datetime) -> tuple[datetime, ...]:
    """The tellings that count, with one more; the newest where there are more than a limit can have."""
    return tuple(sorted([*(ring for ring in rings if ring > now - limit.per), now])[-1_000:])
