"""A watch's hours as instants: whether people may be told, and from when on.

Hours are read from the clocks of their zone. On the night when these are set back, hours begin at the first of two
equal times and end at the last; on the night when they are set forward, a time that does not come is the first one that
does.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from services.alerting.watching.policy import DAYS, Hours

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_LOOKED_AT: Final = 10
"""Days: a week, one that began yesterday, and one that the calendar of a zone left out."""


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether people may be told at this instant."""
    return any(begin <= at < end for begin, end in _spans_around(hours, at))


def next_opening(hours: Hours, after: datetime) -> datetime:
    """When hours next begin."""
    return next(begin for begin, _ in _spans_around(hours, after) if begin > after)


def next_closing(hours: Hours, at: datetime) -> datetime:
    """When the hours end that are open at this instant."""
    return max(end for begin, end in _spans_around(hours, at) if begin <= at < end)


def _spans_around(hours: Hours, at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    return _spans(hours, at.astimezone(ZoneInfo(hours.zone)).date() - _DAY)


@lru_cache(maxsize=1_000)
def _spans(hours: Hours, first: date) -> tuple[tuple[datetime, datetime], ...]:
    """Begin and end in UTC, in order, from this day on."""
    zone = ZoneInfo(hours.zone)
    opens, closes = hours.opens or time(), hours.closes or time()
    days = (first + number * _DAY for number in range(_LOOKED_AT))
    return tuple(
        (
            _instant(day, opens, zone, fold=0),
            _instant(day if opens < closes else day + _DAY, closes, zone, fold=1),
        )
        for day in days
        if DAYS[day.weekday()] in hours.days
    )


def _instant(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
    local = datetime.combine(day, at)
    while (instant := local.replace(tzinfo=zone, fold=fold).astimezone(UTC)).astimezone(zone).replace(
        tzinfo=None
    ) != local:
        local += _MINUTE  # the clocks do not show this time
    return instant
