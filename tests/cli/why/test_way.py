"""The way of an article through the stages: what a stage wrote is proof, only the last one is looked into."""

from datetime import timedelta
from pathlib import Path

import pytest

from schemas import DeadLetter
from schemas import Outcome as Became
from services.alerting.watching.book import read_book
from services.backbone.dead_letters import dead_letter
from services.backbone.errors import UnreadableRecord
from services.backbone.librdkafka import ReadRecord
from services.backbone.topics import ALERTS, ARTICLES, ARTICLES_TAGGED
from services.cli.why.answer import document, sentence
from services.cli.why.meeting import Met
from services.cli.why.sent import Sent
from services.cli.why.step import Outcome, Stage, Step
from services.cli.why.trail import Trail
from services.cli.why.way import Desk, title_of, way
from services.tagging.pack import load_engine
from tests.cli.history import BEGAN
from tests.cli.past import TTP, Past, article, attempt, desk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORY = (
    "Officials said on Tuesday that the TTP had claimed an attack on a police post near the border, in which three "
    "policemen were killed and five others were injured before the attackers fled towards the hills in the north."
)
RANG = article("The TTP claims an attack", STORY, at=BEGAN)


class Told:
    """A desk on which an article rang, and all that is stored of it; a test takes away what is stored no longer."""

    def __init__(self, folder: Path) -> None:
        self.folder = desk(folder / "config", TTP)
        self.past = Past(self.folder)
        tagged = self.past.reads(RANG)
        self.trail = Trail(RANG.id, "ttp")
        self.trail.articles = {RANG.event_id: RANG}
        self.trail.tagged = tagged
        self.trail.mentions = list(self.past.mentions)
        self.trail.alerts = list(self.past.alerts)
        self.trail.memory = self.past.memory
        routed = self.past.routes(self.past.alerts[0])
        self.trail.sent = Sent(routed, [attempt(one, Became.DELIVERED, BEGAN) for one in routed])

    def steps(self, *, enabled: bool = True) -> list[Step]:
        book = read_book(self.folder)
        watch = book.watches["ttp"].model_copy(update={"enabled": enabled})
        by = Met(watch, book.known, lambda: load_engine(self.folder))
        return list(way(self.trail, Desk(watch, by, {}), BEGAN + HOUR))

    def last(self) -> Step:
        return self.steps()[-1]

    def never_met(self) -> None:
        """It was tagged, and nothing came of it."""
        self.trail.mentions, self.trail.alerts, self.trail.memory = [], [], Trail("", "").memory


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def letter(topic: str) -> DeadLetter:
    record = ReadRecord(topic, 0, 0, RANG.id.encode(), b"{}", None)
    return dead_letter(record, UnreadableRecord("not what it should be"), "stage", BEGAN)


def test_all_stages_are_told_of_what_rang(told: Told) -> None:
    steps = told.steps()
    assert [step.stage for step in steps] == list(Stage)
    assert {step.outcome for step in steps} == {Outcome.PASSED}
    assert sentence(steps).startswith("It rang: new: the watch had not met any of this before (first-mention), at ")
    assert sentence(steps).endswith("; told at once; delivered by terminal")
    found = document("ttp", RANG.id, title_of(told.trail), steps)
    assert (found["rang"], found["stopped_at"], found["title"]) == (True, None, RANG.title)


def test_the_mention_speaks_for_an_article_that_is_no_longer_stored(told: Told) -> None:
    told.trail.articles, told.trail.tagged = {}, None
    steps = told.steps()
    assert [step.stage for step in steps] == list(Stage)
    assert steps[0].what.startswith("read from example-news at ")
    assert steps[1].what == "its text is no longer stored: articles are kept for 30 days with their tags"
    assert title_of(told.trail) == RANG.title


def test_the_alert_speaks_for_a_mention_that_is_no_longer_stored(told: Told) -> None:
    told.trail.articles, told.trail.tagged, told.trail.mentions = {}, None, []
    assert [step.stage for step in told.steps()] == list(Stage)


def test_what_decide_remembers_speaks_for_all_that_is_no_longer_stored(told: Told) -> None:
    told.trail.mentions, told.trail.alerts = [], []
    steps = told.steps()
    assert "its mention is no longer stored" in steps[-2].what
    assert steps[-1].stage is Stage.DECIDE
    assert steps[-1].what.startswith(f"same story: it joined alert {told.past.alerts[0].id}, a story since ")


def test_an_article_that_was_withdrawn_rang_and_was_taken_back(told: Told) -> None:
    told.past.reads(RANG.model_copy(update={"marks": ("withdrawn",), "seen_at": BEGAN + HOUR, "replaces": "x"}))
    told.trail.alerts = list(told.past.alerts)
    decided = next(step for step in told.steps() if step.stage is Stage.DECIDE)
    assert any("it was withdrawn" in line for line in decided.evidence)


def test_an_article_that_was_not_tagged_was_set_aside_or_waits(told: Told) -> None:
    told.never_met()
    told.trail.tagged = None
    told.trail.read = {ARTICLES.name: False}
    assert (told.last().stage, told.last().outcome) == (Stage.TAGGING, Outcome.NOT_YET)
    told.trail.letters = [letter(ARTICLES.name)]
    assert told.last().what == "it was set aside: not what it should be"
    assert told.last().fix == "mend that, then: tocsin dead-letters replay"


def test_an_article_that_meets_the_watch_and_was_not_matched_says_why(told: Told) -> None:
    told.never_met()
    assert "it did not when it was matched" in told.last().what
    assert told.last().fix == "hold it against the watch again: tocsin retag --since 7d"
    assert told.steps(enabled=False)[-1].what == "it meets the watch as it is now, which is switched off"
    told.trail.read = {ARTICLES_TAGGED.name: False}
    assert told.last().outcome is Outcome.NOT_YET
    told.trail.letters = [letter(ARTICLES_TAGGED.name)]
    assert told.last().what == "it was set aside: not what it should be"


def test_an_update_that_was_told_says_where_it_went(told: Told) -> None:
    more = article(
        "Toll rises", STORY.replace("three policemen", "seven policemen"), at=BEGAN + HOUR, source="other-news"
    )
    told.past.reads(more)
    update = told.past.alerts[-1]
    told.trail.id, told.trail.articles, told.trail.alerts = more.id, {more.event_id: more}, list(told.past.alerts)
    told.trail.mentions = told.past.mentions[-1:]
    routed = told.past.routes(update)
    told.trail.sent = Sent(routed, [attempt(one, Became.FAILED, BEGAN + HOUR) for one in routed])

    assert told.last().stage is Stage.DECIDE
    assert "whoever was told got an update: a figure changed (figure-changed)" in told.last().evidence
    assert told.last().evidence[-1].startswith("terminal by default, at once: failed at ")
    told.trail.sent = Sent(not_read=frozenset({update.event_id}))
    assert told.last().evidence[-1] == f"alert {update.id} is not routed yet"


def test_an_alert_that_was_set_aside_says_so_and_no_other_does(told: Told) -> None:
    told.trail.sent, told.trail.places = Sent(), {told.trail.alerts[0].event_id: f"{ALERTS.name}.0.7"}
    told.trail.letters = [letter(ALERTS.name)]
    assert told.last().what.startswith("routed to nobody: "), "the letter is of the record at offset 0"
    told.trail.places = {told.trail.alerts[0].event_id: f"{ALERTS.name}.0.0"}
    assert told.last().what == "the router set it aside: not what it should be"


def test_of_what_is_not_stored_at_all_there_is_no_way(told: Told) -> None:
    told.never_met()
    told.trail.articles, told.trail.tagged = {}, None
    assert told.steps() == []
    told.trail.letters = [letter(ARTICLES.name)]
    assert (told.last().stage, told.last().what) == (Stage.TAGGING, "it was set aside: not what it should be")
