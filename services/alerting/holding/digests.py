"""When the next digest is due, by the clocks of its zone.

On the nights when clocks change this follows Debian's cron: a time that does not come is due at the first one that
does, a time that comes twice is due once, and what is due every hour or more often follows the hours as they pass.
"""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim

from services.alerting.watching.policy import Digest


def next_digest(digest: Digest, after: datetime) -> datetime:
    """The first time that is later than `after`."""
    return _next(digest, after.replace(second=0, microsecond=0))


@lru_cache(maxsize=10_000)
def _next(digest: Digest, minute: datetime) -> datetime:
    """The first that is later than this whole minute. Digests are due at whole minutes, so ten thousand watches that
    were told at seven share one reckoning."""
    times = CronSim(digest.cron, minute.astimezone(ZoneInfo(digest.zone)))
    # It reads clocks: after the second of two equal times it would give one that is over.
    return next(at for at in times if at > minute).astimezone(UTC)
