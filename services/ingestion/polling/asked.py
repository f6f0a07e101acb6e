"""What a host and a feed ask for: how long not to come back, and when not to come at all.

All in UTC, and none for longer than a day whatever it says. The wait is at least:
1. `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3);
2. as long as the answer stays fresh (RFC 9111, section 4.2), for a cache of one's own: `max-age`, else `Expires` less
   `Date`; less `Age`; nothing with `no-cache` or `no-store`, which want to be asked each time;
3. RSS `ttl`: minutes that what was fetched stays good;
4. sy:updatePeriod over sy:updateFrequency: how often the feed changes. That is a statement, no wish, and often an
   untrue one (WordPress writes "hourly" into every feed). So it holds until the source's habit shows that it publishes
   more often. sy:updateBase would only say where in the period a change falls; the habit knows that better.
And a poll that would fall into RSS `skipHours` or `skipDays` waits for their end.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

MAX_ASKED = timedelta(hours=24)
"""No host is left alone for longer than this, whatever it asks for."""

_NOTHING = timedelta(0)
_HOUR = timedelta(hours=1)
_DIRECTIVE = re.compile(r'([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s,;"]*))?')
_SECONDS = re.compile(r"[0-9]{1,10}")


class FeedAsks(Protocol):
    """What a feed itself asks for."""

    @property
    def ttl(self) -> timedelta: ...
    @property
    def skip_hours(self) -> frozenset[int]: ...
    @property
    def skip_days(self) -> frozenset[int]: ...
    @property
    def period(self) -> timedelta: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is asked for, from whichever place."""

    at_least: timedelta = _NOTHING
    """The wait is not to be shorter."""
    period: timedelta = _NOTHING
    """How often the feed says that it changes."""
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day in UTC."""
    skip_days: frozenset[int] = frozenset()
    """Days of the week in UTC, Monday 0."""


NOTHING_ASKED = Bounds()


def bounds(
    now: datetime,
    *,
    cache_control: str | None = None,
    expires: str | None = None,
    date: str | None = None,
    age: str | None = None,
    retry_after: str | None = None,
    feed: FeedAsks | None = None,
) -> Bounds:
    """Take together what an answer and the feed in it ask for; the headers as they stand in the answer."""
    fresh = fresh_for(cache_control, expires, date, age, now)
    at_least = max(fresh, retry_wait(retry_after, now), feed.ttl if feed is not None else _NOTHING)
    if feed is None:
        return Bounds(min(at_least, MAX_ASKED))
    return Bounds(min(at_least, MAX_ASKED), min(feed.period, MAX_ASKED), feed.skip_hours, feed.skip_days)


def fresh_for(
    cache_control: str | None, expires: str | None, date: str | None, age: str | None, now: datetime
) -> timedelta:
    """How long the answer stays fresh; zero where it does not say, or asks to be asked each time."""
    directives = {name.lower(): value.strip('"') for name, value in _DIRECTIVE.findall(cache_control or "")}
    if directives.keys() & {"no-cache", "no-store"}:
        return _NOTHING
    if "max-age" in directives:
        lifetime = _seconds(directives["max-age"]) or _NOTHING
    else:
        lifetime = (_instant(expires) or now) - (_instant(date) or now) if _instant(expires) else _NOTHING
    return max(lifetime - (_seconds(age) or _NOTHING), _NOTHING)


def retry_wait(header: str | None, now: datetime) -> timedelta:
    """How long the host wants to be left alone; zero where it does not say."""
    wait = _seconds(header)
    if wait is None:
        moment = _instant(header)
        wait = moment - now if moment is not None else _NOTHING
    return max(wait, _NOTHING)


def not_at(moment: datetime, skip_hours: frozenset[int], skip_days: frozenset[int]) -> datetime:
    """This moment, or the end of the hours and days to be skipped that it falls into; a day later at most."""
    latest = moment + MAX_ASKED
    while moment < latest and (moment.hour in skip_hours or moment.weekday() in skip_days):
        moment = moment.replace(minute=0, second=0, microsecond=0) + _HOUR
    return min(moment, latest)


def _seconds(text: str | None) -> timedelta | None:
    found = _SECONDS.fullmatch((text or "").strip())
    return timedelta(seconds=int(found.group())) if found else None


def _instant(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime((text or "").strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
