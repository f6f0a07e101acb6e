"""How soon a new article is found for how many polls; how often an incident is false; how soon a true one is raised.

Simulated: sources that publish by a random process with a day and a night, weekends, levels that drift from day to day,
bursts and holidays, polled by the rules of services/ingestion/polling, each poll of each source.
"""

import random
import time
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from statistics import mean, median
from typing import Final

from schemas.source_incident import SourceIncident
from schemas.state import Habit, SourceState
from services.ingestion.polling.asked import NOTHING_ASKED
from services.ingestion.polling.habit import begin, learn
from services.ingestion.polling.interval import wait_after_answer
from services.ingestion.polling.outcome import Read
from services.ingestion.polling.step import step
from services.ingestion.polling.timetable import Timetable
from tests.bench.publishing import Process
from tests.bench.report import Cell, Table

START: Final = datetime(2026, 1, 5, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
YEAR_DAYS: Final = 365
SEEN_FIRST_DAYS: Final = 7
"""After which a source is added; its feed holds what came before."""
WINDOW: Final = 30
SOURCES: Final = 6
"""Of each process; each for a year."""
ENDINGS: Final = 8
INTERVAL: Final = timedelta(minutes=20)

LIMITS_OF_PACE: Final = """
    A delay is about half a wait, whatever the scheduler: what differs is where the polls go. Entry frequency asks in
    proportion to the rate, so most polls go to those that publish all the time and the seldom ones wait for hours; with
    the square root both get their share. The hour of the day gives 3 % of the delay and 5 % of the polls. (The same
    simulation with the rate of the whole day.)
"""
LIMITS_OF_FALSE_INCIDENTS: Final = """
    By design 3 kinds at 1/20 a year each, if the habit were known for certain and the same all year; a level that
    drifts and bursts add to it. A holiday is no false one in the strict sense: for three days there was a tenth.
"""
LIMITS_OF_TRUE_INCIDENTS: Final = """
    Silence: the chance of a gap falls by e with each further gap, and a year has the more gaps the shorter they are:
    about ln(20 times the long gaps of a year) of them, some more where they scatter, and what the night adds. A tenth
    of much is found from the counts of seven days; ten times one a week or a day is too few articles to be a flood.
"""
LIMITS_OF_POLLING_COST: Final = """
    step: a fifth each are the factors of the hours and days, the habit's model, and the walk over the hours to come; an
    eighth are the copies of the state. (cProfile.)
"""


PROCESSES: Final = (
    Process("one a week", 1 / 7, night=1, weekend=1),
    Process("one a day", 1, night=0.3, weekend=0.3),
    Process("ministry: 4 a day in office hours", 4, night=0, weekend=0.02),
    Process("agency: 20 a day", 20, drift=0.3),
    Process("20 a day, 5 at a time", 20, burst=5, drift=0.5),
    Process("100 a day", 100, night=0.1, weekend=0.6, drift=0.3),
)
WITH_HOLIDAYS: Final = (
    Process("20 a day, 4 holidays of 3 days", 20, drift=0.3, holidays=4),
    Process("100 a day, 4 holidays of 3 days", 100, night=0.1, weekend=0.6, drift=0.3, holidays=4),
)


def incidents() -> list[Table]:
    """Delay against polls, false incidents, true ones, and what a poll costs."""
    return [_pace(), _false(), _true(), _cost()]


@dataclass(frozen=True, slots=True)
class Polled:
    """A source as the rules see it."""

    id: str = "bench"
    name: str = "Bench"
    url: str = "https://news.example/rss.xml"
    interval: timedelta = INTERVAL
    max_interval: timedelta = timedelta(hours=6)


def polled(articles: Sequence[float], days: int, dice: random.Random) -> list[SourceIncident]:
    """What is told of a source that publishes these, over these days."""
    source, told = Polled(), list[SourceIncident]()
    state: SourceState | None = None
    now, seen = START + timedelta(days=SEEN_FIRST_DAYS), 0
    while now < START + timedelta(days=days):
        upto = bisect(articles, (now - START) / HOUR)
        if state is None:
            dates = [START + at * HOUR for at in articles[max(0, upto - WINDOW) : upto]]
            outcome = Read(entries=len(dates), new=len(dates), dates=dates)
        else:
            outcome = Read(entries=WINDOW, new=upto - seen, unchanged=upto == seen)
        taken = step(source, state, outcome, now, dice.uniform)
        state, seen = taken.state, upto
        told += taken.incidents
        now += taken.wait
    return told


def _false() -> Table:
    rows: list[Sequence[Cell]] = []
    for process in (*PROCESSES, *WITH_HOLIDAYS):
        dice = random.Random(process.name)
        raised = Counter[str]()
        for _ in range(SOURCES):
            told = polled(process.articles(dice, YEAR_DAYS), YEAR_DAYS, dice)
            raised.update(event.kind for event in told if event.state == "raised")
        a_year = [raised[kind] / SOURCES for kind in ("silent", "flood", "trickle")]
        rows.append((process.name, SOURCES, *a_year, sum(a_year)))
    return Table(
        "false_incidents",
        "Incidents of sources that keep to their habit, per source and year",
        ("process", "source-years", "silent", "flood", "trickle", "all"),
        rows,
        LIMITS_OF_FALSE_INCIDENTS,
    )


def _true() -> Table:
    changes: dict[str, tuple[str, Callable[[Process, random.Random, float, int], list[float]]]] = {
        "publishes no more": ("silent", _dead),
        "a tenth": ("trickle", _tenth),
        "ten times as much": ("flood", _tenfold),
    }
    rows: list[Sequence[Cell]] = []
    for process in PROCESSES:
        known, after = (300, 200) if process.a_day < 1 else (150, 30)
        for change, (kind, changed) in changes.items():
            dice, hours = random.Random(process.name), list[float]()
            for _ in range(ENDINGS):
                cut = (known + 7 * dice.random()) * 24
                told = polled(changed(process, dice, cut, known + after), known + after, dice)
                at = [(event.at - START) / HOUR - cut for event in told if event.state == "raised"]
                kinds = [event.kind for event in told if event.state == "raised"]
                meant = {kind, "silent"} if change == "a tenth" else {kind}
                found = [hour for hour, which in zip(at, kinds, strict=True) if hour > 0 and which in meant]
                hours += found[:1]
            middle, most = (median(hours), max(hours)) if hours else (None, None)
            gaps = middle * process.a_day / 24 if middle is not None else None
            rows.append((process.name, change, f"{len(hours)} of {ENDINGS}", middle, most, gaps))
    return Table(
        "true_incidents",
        "From a change to its incident",
        ("process", "change", "raised", "hours, middle", "hours, most", "mean gaps, middle"),
        rows,
        LIMITS_OF_TRUE_INCIDENTS,
    )


def _dead(process: Process, dice: random.Random, cut: float, days: int) -> list[float]:
    return [at for at in process.articles(dice, days) if at < cut]


def _tenth(process: Process, dice: random.Random, cut: float, days: int) -> list[float]:
    return [at for at in process.articles(dice, days) if at < cut or dice.random() < 0.1]


def _tenfold(process: Process, dice: random.Random, cut: float, days: int) -> list[float]:
    more = [at for _ in range(9) for at in process.articles(dice, days) if at >= cut]
    return sorted(process.articles(dice, days) + more)


Pace = Callable[[Habit, Sequence[float], datetime], timedelta]
"""The wait before the next poll, from the habit, the articles that the feed holds, and the time."""


def _pace() -> Table:
    days, dice = 60, random.Random(1)
    shares = {"one a week": 10, "one a day": 10, "100 a day": 5}
    fleet = [p.articles(dice, days) for p in PROCESSES for _ in range(shares.get(p.name, 6))]

    def ours(shortest: timedelta) -> Pace:
        longest = timedelta(hours=6)
        return lambda habit, _, now: wait_after_answer(shortest, longest, habit, NOTHING_ASKED, now, dice.uniform)

    def fixed(interval: timedelta) -> Pace:
        return lambda _, __, ___: interval * dice.uniform(1, 1.05)

    def entry_frequency(factor: int) -> Pace:
        def wait(_: Habit, held: Sequence[float], __: datetime) -> timedelta:
            week = timedelta(days=7)
            if len(held) < 2:
                return timedelta(hours=24)
            weekly = ceil(168 / ((held[-1] - held[0]) / len(held)))
            return min(max(week / (weekly * factor), timedelta(minutes=5)), timedelta(hours=24))

        return wait

    rows: list[Sequence[Cell]] = []
    for name, pace in (
        ("ours, interval 10 min", ours(timedelta(minutes=10))),
        ("ours, interval 20 min", ours(timedelta(minutes=20))),
        ("ours, interval 60 min", ours(timedelta(minutes=60))),
        ("fixed, 20 min", fixed(timedelta(minutes=20))),
        ("fixed, 60 min", fixed(timedelta(minutes=60))),
        ("Miniflux, entry frequency, factor 1", entry_frequency(1)),
        ("Miniflux, entry frequency, factor 2", entry_frequency(2)),
    ):
        polls, late = 0, list[float]()
        for articles in fleet:
            taken, more = _delays(articles, days, pace)
            polls += taken
            late += more
        late.sort()
        minutes = [60 * mean(late), 60 * median(late), 60 * late[int(0.99 * len(late))]]
        rows.append((name, polls / len(fleet) / (days - SEEN_FIRST_DAYS), *minutes))
    return Table(
        "pace",
        f"Delay of a new article, of {len(fleet)} sources of six kinds over {days} days",
        ("scheduler", "polls a source and day", "minutes, mean", "middle", "p99"),
        rows,
        LIMITS_OF_PACE,
    )


def _delays(articles: Sequence[float], days: int, pace: Pace) -> tuple[int, list[float]]:
    now = START + timedelta(days=SEEN_FIRST_DAYS)
    seen = bisect(articles, (now - START) / HOUR)
    habit = begin([START + at * HOUR for at in articles[max(0, seen - WINDOW) : seen]], now)
    polls, late = 0, list[float]()
    while now < START + timedelta(days=days):
        at = (now - START) / HOUR
        upto = bisect(articles, at)
        late += [at - article for article in articles[seen:upto]]
        habit = learn(habit, upto - seen, now)
        seen, polls = upto, polls + 1
        now += pace(habit, articles[max(0, upto - WINDOW) : upto], now)
    return polls, late


def _cost() -> Table:
    dice, sources, rounds = random.Random(1), 5_000, 20
    timetable = Timetable()
    began = time.process_time()
    for number in range(sources):
        timetable.plan(str(number), f"{number % 2_000}.example", dice.random() * 60)
    for second in range(60 * rounds):
        for source in timetable.take(second, 100):
            timetable.done(source)
            timetable.plan(source, f"{int(source) % 2_000}.example", second + 60 * dice.uniform(1, 1.05))
    planned = (time.process_time() - began) / (sources * rounds) * 1e6
    articles = PROCESSES[3].articles(dice, 90)
    state, now, polls, seen = None, START, 0, 0
    began = time.process_time()
    while now < START + timedelta(days=90):
        upto = bisect(articles, (now - START) / HOUR)
        taken = step(Polled(), state, Read(new=upto - seen, entries=WINDOW), now, dice.uniform)
        state, seen, now, polls = taken.state, upto, now + taken.wait, polls + 1
    stepped = (time.process_time() - began) / polls * 1e6
    size = len(state.write()) if state is not None else 0
    return Table(
        "polling_cost",
        "CPU of the rules for one poll, and the state that they keep of a source",
        ("what", "us", "bytes"),
        [("timetable, 5,000 sources on 2,000 hosts", planned, None), ("step: state, wait, incidents", stepped, size)],
        LIMITS_OF_POLLING_COST,
    )
