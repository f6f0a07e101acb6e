"""How a source publishes: learned from when its articles were first seen. Whole numbers, about a kilobyte a source.

The rate is a product: articles an hour, times a factor of the hour of the day, times one of the day of the week (UTC).
Each is a count over the time watched, drawn towards the average by some imagined articles, so that a source with few of
them has no profile. Counts fade by half in 60 days.

Quiet time runs by that rate: a second of the night counts for little (time rescaling; Brown et al., Neural Computation
14, 2002), so one distribution of gaps serves day and night. Of gaps the mean is kept, and of those longer than it by
how much they are so: the tail that a silence is judged by.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from schemas.state import Habit

HALF_LIFE_DAYS = 60.0
HALF_LIFE_GAPS = 20
"""Of what is known of gaps, where these take longer than days: a source of one article a week has few of them."""
DRAWN_BY = 4.0
"""Imagined articles of the average in each hour, and in each day."""
MOST_DATES = 200
"""Of those in the first reading, the latest."""
LONGEST_SEED = timedelta(days=56)
UNSEEN_AFTER = timedelta(days=2)
"""After a longer time without a reading, what is new was published who knows when, and some may have gone by unseen."""
FEW = 10
FLOOD_LEARNED = 3
"""Of what exceeds this many times a day's expectation, and a few, nothing is learned: a flood is no habit."""
DAY_SECONDS = 86_400
_HOUR = timedelta(hours=1)
_FADE = 0.5 ** (1 / HALF_LIFE_DAYS)
_FADE_OF_GAPS = 0.5 ** (1 / HALF_LIFE_GAPS)


def begin(dates: Sequence[datetime], now: datetime) -> Habit:
    """The habit of a source that is read for the first time, from the dates of what it holds."""
    earliest = now - LONGEST_SEED
    past = sorted(date for date in dates if earliest <= date <= now)[-MOST_DATES:]
    if not past:
        return Habit(until=now)
    habit = Habit(until=past[0])
    for date in past[1:]:
        habit = learn(habit, 1, date)
    return learn(habit, 0, now)


def learn(habit: Habit, new: int, now: datetime) -> Habit:
    """The habit after a reading with so many new articles."""
    if now <= habit.until:
        now = habit.until
    if new and now - habit.until > UNSEEN_AFTER:
        return habit.model_copy(update={"until": now, "quiet": 0, "today": 0, "expected_today": 0})
    return _Learning(habit).through(now, new)


class Rates:
    """The rate of a habit at any hour of any day."""

    def __init__(self, habit: Habit) -> None:
        articles, watched = sum(habit.hours) / 1000, sum(habit.hours_watched) / 3600
        self.hourly = articles / watched if watched else 0.0
        """Articles in an average hour."""
        self._hours = [
            (seen / 1000 + DRAWN_BY) / (self.hourly * time / 3600 + DRAWN_BY)
            for seen, time in zip(habit.hours, habit.hours_watched, strict=True)
        ]
        self._days = [
            (seen / 1000 + DRAWN_BY) / (self.hourly * time / 3600 + DRAWN_BY)
            for seen, time in zip(habit.days, habit.days_watched, strict=True)
        ]

    def factor(self, moment: datetime) -> float:
        """Of this hour against the average one."""
        return self._hours[moment.hour] * self._days[moment.weekday()]

    def of_day(self, moment: datetime) -> float:
        """Articles of the whole UTC day."""
        return self.hourly * sum(self._hours) * self._days[moment.weekday()]


class _Learning:
    """One habit being carried on in time."""

    def __init__(self, habit: Habit) -> None:
        self._rates = Rates(habit)
        self._until = habit.until
        self._hours, self._hours_watched = list(habit.hours), list(habit.hours_watched)
        self._days, self._days_watched = list(habit.days), list(habit.days_watched)
        self._quiet = float(habit.quiet)
        self._gaps, self._gap_total = habit.gaps, habit.gap_total
        self._long_gaps, self._excess, self._excess_squares = habit.long_gaps, habit.excess, habit.excess_squares
        self._today, self._expected_today = habit.today, float(habit.expected_today)
        self._week, self._expected_week = list(habit.week), list(habit.expected_week)
        self._scatter, self._scatter_of = habit.scatter, habit.scatter_of

    def through(self, now: datetime, new: int) -> Habit:
        counted = min(new, max(int(FLOOD_LEARNED * self._rates.of_day(now)) + FEW - self._today, 0))
        span = (now - self._until).total_seconds()
        left = new
        for start, end in _hours_between(self._until, now):
            self._watch(start, (end - start).total_seconds(), counted, span)
            if end.date() != start.date():
                of_day = left - round(new * (now - end).total_seconds() / span)
                self._today += of_day
                left -= of_day
                self._end_day()
        if not span:
            self._hours[now.hour] += 1000 * counted
            self._days[now.weekday()] += 1000 * counted
        self._today += left
        if new:
            self._end_gap()
        return self._habit(now)

    def _watch(self, moment: datetime, seconds: float, new: int, span: float) -> None:
        hour, day = moment.hour, moment.weekday()
        factor = self._rates.factor(moment)
        self._hours_watched[hour] += round(seconds)
        self._days_watched[day] += round(seconds)
        self._quiet += seconds * factor
        self._expected_today += 1000 * self._rates.hourly * factor * seconds / 3600
        share = round(1000 * new * seconds / span)
        self._hours[hour] += share
        self._days[day] += share

    def _end_gap(self) -> None:
        self._fade_gaps()
        mean = mean_of(self._gaps, self._gap_total)
        if mean and self._quiet > mean:
            excess = max(round(self._quiet - mean), 1)
            self._long_gaps += 1000
            self._excess += excess
            self._excess_squares += round(1000 * (excess / mean_of(self._long_gaps, self._excess)) ** 2)
        self._gaps += 1000
        self._gap_total += round(self._quiet)
        self._quiet = 0.0

    def _fade_gaps(self) -> None:
        """By the time that the gap took: a silence by itself makes nothing forgotten of what it is judged by."""
        fade = max(_FADE ** (self._quiet / DAY_SECONDS), _FADE_OF_GAPS)
        self._gaps, self._gap_total = round(self._gaps * fade), round(self._gap_total * fade)
        self._long_gaps, self._excess = round(self._long_gaps * fade), round(self._excess * fade)
        self._excess_squares = round(self._excess_squares * fade)

    def _end_day(self) -> None:
        expected = self._expected_today / 1000
        if expected and sum(self._hours_watched) > 7 * DAY_SECONDS:
            seen = min(self._today, FLOOD_LEARNED * expected + FEW)
            self._scatter += round((seen - expected) ** 2 - expected)
            self._scatter_of += round(expected**2)
        self._week = [*self._week, self._today][-7:]
        self._expected_week = [*self._expected_week, round(self._expected_today)][-7:]
        self._today, self._expected_today = 0, 0.0
        for counts in (self._hours, self._hours_watched, self._days, self._days_watched):
            counts[:] = [round(count * _FADE) for count in counts]
        self._scatter, self._scatter_of = round(self._scatter * _FADE), round(self._scatter_of * _FADE)

    def _habit(self, now: datetime) -> Habit:
        return Habit.model_construct(
            until=now,
            hours=tuple(self._hours),
            hours_watched=tuple(self._hours_watched),
            days=tuple(self._days),
            days_watched=tuple(self._days_watched),
            quiet=round(self._quiet),
            gaps=self._gaps,
            gap_total=self._gap_total,
            long_gaps=self._long_gaps,
            excess=self._excess,
            excess_squares=self._excess_squares,
            today=self._today,
            expected_today=round(self._expected_today),
            week=tuple(self._week),
            expected_week=tuple(self._expected_week),
            scatter=self._scatter,
            scatter_of=self._scatter_of,
        )


def mean_of(count: int, total: int) -> float:
    """The mean of so many thousandths; zero of none."""
    return 1000 * total / count if count else 0.0


def _hours_between(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    while start < end:
        full = start.replace(minute=0, second=0, microsecond=0) + _HOUR
        yield start, min(full, end)
        start = min(full, end)


def hold(habit: Habit, now: datetime) -> Habit:
    """The habit while a source is silent beyond it: quiet time goes on, and nothing is learned or forgotten."""
    rates = Rates(habit)
    quiet = sum((end - start).total_seconds() * rates.factor(start) for start, end in _hours_between(habit.until, now))
    return habit.model_copy(update={"until": max(now, habit.until), "quiet": habit.quiet + round(quiet)})
