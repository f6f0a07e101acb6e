"""How long to wait before a source that answers is asked again.

Between the source's shortest and longest interval, the geometric mean of the shortest interval and the gap that is to
be expected between its articles:

    wait = sqrt(interval / rate)

Polls then go with the square root of the rate. Of all ways to divide a number of polls among sources, and among the
hours of one source, this makes the mean delay of an article least (Sia, Cho and Cho, Efficient Monitoring Algorithm for
Fast News Alerts, IEEE Transactions on Knowledge and Data Engineering 19, 2007). The rate is that of each hour on the
way, so a wait that begins at night ends as the day begins. A source that was not read yet, or not for long, is taken to
publish once an interval, until it is known better.

Longer where host or feed ask for it (asked.py). Jittered by a twentieth, so that what was polled together parts.
"""

from datetime import datetime, timedelta
from math import sqrt

from schemas.state import Habit
from services.ingestion.polling.asked import Bounds, not_at
from services.ingestion.polling.habit import Rates
from services.ingestion.polling.jitter import Dice

JITTER = 0.05
IMAGINED_ARTICLES = 0.5
"""What a source counts for beside what was seen of it: half an article (Jeffreys' prior of a rate), in the time that it
takes at one an interval."""

_HOUR = timedelta(hours=1)


def wait_after_answer(
    shortest: timedelta,
    longest: timedelta,
    habit: Habit | None,
    asked: Bounds,
    now: datetime,
    dice: Dice,
    *,
    full: bool = False,
) -> timedelta:
    """Before the next poll.

    Args:
        shortest: of the source.
        longest: of the source, not below `shortest`.
        habit: how it publishes.
        asked: what the answer asks for.
        now: the time of the poll.
        dice: for the jitter.
        full: all that the source held was new, so some may have gone by unseen.
    """
    usual = shortest if full or habit is None else by_habit(shortest, longest, habit, now)
    wait = min(max(min(usual, longest / (1 + JITTER)), shortest) * dice(1, 1 + JITTER), longest)
    wait = max(wait, asked.at_least * dice(1, 1 + JITTER), _period(asked, habit))
    return not_at(now + wait, asked.skip_hours, asked.skip_days) - now


def by_habit(shortest: timedelta, longest: timedelta, habit: Habit, now: datetime) -> timedelta:
    """Between these two, by how often the source publishes in the hours to come."""
    rates = Rates(habit)
    interval = shortest.total_seconds() / 3600
    watched = sum(habit.hours_watched) / 3600
    articles = sum(habit.hours) / 1000
    hourly = (articles + IMAGINED_ARTICLES) / (watched + IMAGINED_ARTICLES * interval)
    passed, polls, end = timedelta(0), 0.0, longest.total_seconds()
    while passed.total_seconds() < end:
        moment = now + passed
        left = _HOUR - timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
        density = sqrt(hourly * rates.factor(moment) / interval)  # polls an hour
        gained = density * left.total_seconds() / 3600
        if polls + gained >= 1:
            passed += timedelta(hours=(1 - polls) / density)
            break
        polls += gained
        passed += left
    return min(max(passed, shortest), longest)


def _period(asked: Bounds, habit: Habit | None) -> timedelta:
    """How often the feed says that it changes, unless it is known to change more often."""
    if habit is not None and habit.gaps and Rates(habit).hourly * (asked.period / _HOUR) > 1:
        return timedelta(0)
    return asked.period
