"""A watch on trial rings as it would have rung: the same engine, with a clock that moves with the articles."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas import Held, Reason
from services.alerting.holding.coverage import Incidents
from services.alerting.holding.silences import Silences, load_silences
from services.alerting.match.compiled import Watches
from services.alerting.watching.book import read_book
from services.cli.watch.tally import EXAMPLES, MOST_CLAUSES, OTHERS, Example, Tally
from services.cli.watch.trial import Trial
from services.tagging.pack import load_engine
from services.tagging.tag import tag
from tests.cli.past import TTP, Past, article, desk

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORIES = [
    (
        "Officials said on Tuesday that the TTP had claimed an attack on a police post near the border, in which three "
        "policemen were killed and five others were injured before the attackers fled towards the hills in the north."
    ),
    (
        "In a statement to reporters the TTP denied that its fighters had crossed the river, and accused a rival "
        "faction of spreading rumours about talks that were to be held in the capital at the end of this month."
    ),
    (
        "A court in the city has sentenced two men to ten years in prison for raising money for the TTP, after a trial "
        "of six weeks in which forty witnesses were heard and bank records of three charities were read out."
    ),
]


class Tried:
    """A desk with one watch, and what came of its articles."""

    def __init__(self, folder: Path, shown: int = 20, **watch: Any) -> None:
        folder = desk(folder / "config", {**TTP, **watch})
        self.folder, self.engine = folder, load_engine(folder)
        book = read_book(folder)
        compiled = Watches.compile(book.watches.values(), book.known, book.digest)
        self.trial = Trial(book.watches["ttp"], compiled, Silences(), Incidents(), Tally(shown))

    @property
    def tally(self) -> Tally:
        return self.trial.tally

    def take(self, title: str, text: str, at: datetime, **more: Any) -> bool:
        return self.trial.take(tag(article(title, text, at=at, **more), self.engine), at)


@pytest.fixture
def tried(tmp_path: Path) -> Tried:
    return Tried(tmp_path)


def test_each_story_rings_once_and_its_copies_are_updates(tried: Tried) -> None:
    for number, story in enumerate(STORIES):
        at = MONDAY + number * DAY
        assert tried.take(f"Story {number}", story, at)
        assert tried.take(f"Copy {number}", story, at + HOUR, source="other-news")
        assert tried.take(f"Story {number}", story, at + 2 * HOUR), "delivered again"
    assert not tried.take("Nobody", "Nobody is named in this one.", MONDAY + 3 * DAY)
    tried.trial.end(MONDAY + 4 * DAY)

    tally = tried.tally
    assert (tally.articles, tally.met, tally.times, tally.rings) == (10, 9, 3, 3)
    assert tally.told == {Reason.FIRST_MENTION: 1, Reason.NEW_STORY: 2}
    assert tally.updates == {Reason.COPY: 3}
    assert tally.silent == {Reason.SAME_ARTICLE: 3}
    assert tally.days == {date(2026, 11, day): 1 for day in (23, 24, 25)}
    assert [alert.article.title for alert in tally.rang if alert.article] == ["Story 0", "Story 1", "Story 2"]
    assert tally.fired == {("TTP", "Tehreek-e-Taliban Pakistan"): 3}


def test_what_is_held_is_told_when_it_would_have_been_also_between_two_articles(tmp_path: Path) -> None:
    tried = Tried(tmp_path, digest="daily")
    for number, story in enumerate(STORIES[:2]):
        tried.take(f"Story {number}", story, MONDAY + number * HOUR)
    tried.take("Nobody", "Nobody is named in this one.", MONDAY + 3 * DAY)

    tally = tried.tally
    assert tally.held == {Held.DIGEST: 2}
    assert tally.held_days == {date(2026, 11, 23): 2}
    assert tally.told == {Reason.DIGEST: 3}, "the first stands for two, the others say that nothing was"
    assert tally.stood_for == 2
    assert tally.days == {date(2026, 11, day): 1 for day in (24, 25, 26)}


def test_what_waits_at_the_end_is_let_out_by_the_time_that_is_left(tmp_path: Path) -> None:
    tried = Tried(tmp_path, group={"by": "watch", "wait": "1h"})
    late = MONDAY.replace(hour=23, minute=30)
    tried.take("Story", STORIES[0], late)
    assert tried.tally.times == 0
    tried.trial.end(late + 2 * HOUR)
    assert tried.tally.told == {Reason.FIRST_MENTION: 1}
    assert tried.tally.days == {date(2026, 11, 24): 1}, "the day on which people would have been told"


def test_a_digest_comes_from_the_first_day_on_though_nothing_met_the_watch(tmp_path: Path) -> None:
    tried = Tried(tmp_path, digest="daily")
    tried.take("Nobody", "Nobody is named in this one.", MONDAY)
    tried.trial.end(MONDAY + DAY)
    assert (tried.tally.told, tried.tally.stood_for) == ({Reason.DIGEST: 1}, 0)


def test_a_record_that_is_older_than_the_last_does_not_turn_the_clock_back(tried: Tried) -> None:
    tried.take("Story 0", STORIES[0], MONDAY + DAY)
    tried.take("Story 1", STORIES[1], MONDAY)
    assert [alert.rang_at for alert in tried.tally.rang] == [MONDAY + DAY, MONDAY + DAY]


def test_it_decides_as_the_services_did(tmp_path: Path) -> None:
    """The same articles, once through the stages one by one, once on trial."""
    tried = Tried(tmp_path, cooldown="2h", limit={"alerts": 2, "per": "1d"})
    past = Past(tried.folder)
    for number in range(12):
        at = MONDAY + number * 47 * timedelta(minutes=1)
        of = article(f"Story {number}", STORIES[number % 3].replace("TTP", f"TTP on day {number // 3}"), at=at)
        past.reads(of)
        tried.trial.take(tag(of, tried.engine), at)
    past.until(MONDAY + 3 * DAY)
    tried.trial.end(MONDAY + 3 * DAY)

    told = [alert for alert in past.alerts if alert.action == "ring" and alert.held is None]
    assert tried.tally.times == len(told)
    assert tried.tally.held.total() == sum(alert.held is not None and alert.action == "ring" for alert in past.alerts)
    assert tried.tally.held, "something was held at all"


def test_a_silence_of_today_holds_what_it_would_hold(tmp_path: Path) -> None:
    tried = Tried(tmp_path)
    silence = {"id": "s", "match": {"watch": "ttp"}, "by": "Sana", "why": "exercise"}
    silence |= {"from": MONDAY.isoformat(), "until": (MONDAY + DAY).isoformat()}
    desk(tried.folder, TTP, silences={"silences": [silence]})
    tried.trial = Trial(tried.trial._watch, tried.trial._watches, load_silences(tried.folder), Incidents(), Tally(1))
    tried.take("Story 0", STORIES[0], MONDAY + HOUR)
    assert tried.tally.held == {Held.SILENCED: 1}


def test_only_the_newest_rings_are_kept_and_kinds_of_misses_are_bounded(tmp_path: Path) -> None:
    tried = Tried(tmp_path, shown=1)
    for number, story in enumerate(STORIES):
        tried.take(f"Story {number}", story, MONDAY + number * HOUR)
    assert (tried.tally.rings, [alert.article.title for alert in tried.tally.rang if alert.article]) == (3, ["Story 2"])

    tally = Tally(1)
    for number in range(MOST_CLAUSES + 50):
        for again in range(5):
            tally.note_miss(f"clause {number}", Example(f"art-{again}", "title", "outlet", "found"))
    assert len(tally.near) == MOST_CLAUSES + 1
    assert tally.near[OTHERS].count == 250
    assert all(len(miss.examples) == EXAMPLES for miss in tally.near.values())
