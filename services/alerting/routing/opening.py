"""When people may be told by a route: within one of its hours, and in none of its quiet times."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, get_args

from schemas import Severity
from services.alerting.holding.hours import is_open, next_closing, next_opening
from services.alerting.watching.policy import Hours

SEVERITIES: Final[tuple[str, ...]] = get_args(Severity)
LOOKED_AT: Final = timedelta(days=9)
"""A week, and a bit of the next: what does not open in it never does."""


def reaches(severity: Severity, least: Severity) -> bool:
    """Whether a severity is the other one, or more."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)


def told_at(hours: Sequence[Hours], quiet: Sequence[Hours], severity: Severity, now: datetime) -> datetime | None:
    """When people are told of an alert of this severity that comes now; None for at once.

    What a severity reaches the `through` of does not hold it. Hours and quiet that leave no time hold nothing: better
    at a wrong hour than never.
    """
    if any(reaches(severity, each.through) for each in hours):
        hours = ()
    quiet = [each for each in quiet if not reaches(severity, each.through)]
    opens = next_open(hours, quiet, now)
    return opens if opens is not None and opens > now else None


def next_open(hours: Sequence[Hours], quiet: Sequence[Hours], now: datetime) -> datetime | None:
    """The first moment, now or later, within one of these hours and in no quiet time; None where there is none."""
    at = now
    while at < now + LOOKED_AT:
        if hours and not any(is_open(each, at) for each in hours):
            at = min(next_opening(each, at) for each in hours)
        elif (until := _quiet_until(quiet, at)) is not None:
            at = until
        else:
            return at
    return None


def _quiet_until(quiet: Sequence[Hours], at: datetime) -> datetime | None:
    """When the quiet times end that hold at this instant; None where none does."""
    return max((next_closing(each, at) for each in quiet if is_open(each, at)), default=None)
