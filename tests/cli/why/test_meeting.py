"""Where an article that made no mention was lost: in its text, in its tags, or at a clause of the watch."""

from pathlib import Path
from typing import Any

import pytest

from services.alerting.watching.book import read_book
from services.cli.why.answer import sentence
from services.cli.why.meeting import Met, unmet
from services.cli.why.step import Outcome, Stage, Step
from services.tagging.pack import load_engine
from services.tagging.tag import Engine, tag
from tests.cli.past import article, desk

LONG = "The council spoke of water and of roads, and nobody whom a desk watches was named on this day at all. " * 9
BOTH = [{"actor": "ttp"}, {"actor": "iskp"}]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return load_engine(desk(tmp_path_factory.mktemp("desk")))


class Asked:
    """A watch, and the steps of an article that does not meet it."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder, self.engine = folder, engine

    def steps(self, watch: dict[str, Any], text: str, **more: Any) -> list[Step]:
        book = read_book(desk(self.folder, {"id": "w", **watch}))
        of = article("Title", text, **{"marks": ("full-text",), **more})
        return list(unmet(tag(of, self.engine), 1, Met(book.watches["w"], book.known, lambda: self.engine)))

    def last(self, watch: dict[str, Any], text: str, **more: Any) -> Step:
        return self.steps(watch, text, **more)[-1]


@pytest.fixture
def asked(tmp_path: Path, engine: Engine) -> Asked:
    return Asked(tmp_path / "config", engine)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("The army spoke of the Fitna in the valley. ", "weak alias alone: 'Fitna' of ttp stands in "),
        ("He plays for TTP Sports Club now. ", "overlap lost to a longer name: 'TTP' of ttp stands in "),
        (
            "Tehrik-e-Talibaan Pakistan spoke. ",
            "alias unknown: 'Tehrik-e-Talibaan Pakistan' stands in it, which is like ",
        ),
        ("", "no alias of ttp stands in it: 'Tehreek-e-Taliban Pakistan', 'TTP', 'Fitna'"),
    ],
    ids=["weak alone", "a longer name", "an unknown alias", "nothing"],
)
def test_what_tagging_lost_is_told_by_why_the_name_did_not_count(asked: Asked, text: str, what: str) -> None:
    steps = asked.steps({"actors": ["ttp"]}, text + LONG)
    assert [step.stage for step in steps] == [Stage.ARTICLE, Stage.TAGGING]
    assert steps[-1].outcome is Outcome.STOPPED
    assert steps[-1].what.startswith(what)
    assert steps[-1].evidence[0].startswith("tagged with ")
    assert sentence(steps).startswith(f"It stopped at tagging: {what}")
    assert "; fix: " in sentence(steps)


def test_of_several_actors_the_one_of_whom_something_is_there_explains_it(asked: Asked) -> None:
    step = asked.last({"actors": ["iskp", "ttp"]}, f"The army spoke of the Fitna. {LONG}")
    assert step.what.startswith("weak alias alone: 'Fitna' of ttp")
    assert step.evidence[1] == "no alias of iskp stands in it: 'Daesh-Khorasan'"

    step = asked.last({"actors": ["iskp", "ttp"]}, LONG)
    assert step.what == "nobody whom it asks for is named in it: iskp, ttp"


@pytest.mark.parametrize("watch", [{"actors": [{"id": "ttp", "parts": True}]}, {"any": [{"kind": "person"}]}])
def test_the_members_of_a_family_and_a_kind_are_looked_for_too(asked: Asked, watch: dict[str, Any]) -> None:
    step = asked.last(watch, f"Noor Wali Mehsoud spoke of it. {LONG}")
    assert step.what.startswith("alias unknown: 'Noor Wali Mehsoud' stands in it, which is like 'Noor Wali Mehsud'")


@pytest.mark.parametrize("mark", ["teaser", "paywall", "consent", "page-failed"])
def test_text_that_was_lost_in_extraction_explains_what_is_missing(asked: Asked, mark: str) -> None:
    [step] = asked.steps({"actors": ["ttp"]}, "Read more", marks=(mark,))
    assert (step.stage, step.outcome) == (Stage.ARTICLE, Outcome.STOPPED)
    assert step.what.startswith("text lost in extraction: ")
    assert step.evidence[-1] == "{actor: ttp} is not named"
    assert "example-news" in step.fix


def test_a_name_that_is_there_explains_more_than_text_that_was_lost(asked: Asked) -> None:
    assert asked.last({"actors": ["ttp"]}, "The Fitna spoke", marks=("teaser",)).stage is Stage.TAGGING


@pytest.mark.parametrize(
    ("watch", "text", "what", "fix"),
    [
        (
            {"all": [{"topic": "safe-havens"}, {"actor": "ttp"}]},
            "The TTP is named. ",
            "it is not filed under {topic: safe-havens}",
            "tocsin tag --explain",
        ),
        (
            {"actors": ["ttp"], "none": ["cricket"]},
            "The TTP and cricket. ",
            'barred by none: "cricket"',
            "take that out",
        ),
        ({"phrases": ["air base"]}, "The base. ", '"air base" does not stand in it', "write the words as they stand"),
        ({"phrases": ["TIP"]}, "A tip was given. ", '"TIP" stands in it in other capitals only', "in the capitals"),
        (
            {"actors": ["ttp"], "filters": {"languages": ["ur", "ps"]}},
            "The TTP is named. ",
            "filter languages: en, asked: ur, ps",
            "widen that filter",
        ),
        (
            {"actors": ["ttp"], "filters": {"confidence": 1}},
            "The TTP is named. ",
            "{actor: ttp} is there, below the salience or confidence that the filters ask for",
            "lower salience or confidence",
        ),
        (
            {"all": [{"near": BOTH, "within": 3}]},
            "The TTP spoke of many other things and of Daesh-Khorasan. ",
            "what all[0].near asks for is there, too far apart",
            "raise within:",
        ),
        (
            {"all": [{"same_sentence": BOTH}]},
            "The TTP spoke. So did Daesh-Khorasan. ",
            "what all[0].same_sentence asks for is there, in no sentence together",
            "instead of same_sentence:",
        ),
    ],
    ids=["topic", "barred", "words", "capitals", "filter", "confidence", "near", "sentence"],
)
def test_a_clause_that_is_not_met_is_named_with_the_fix(
    asked: Asked, watch: dict[str, Any], text: str, what: str, fix: str
) -> None:
    steps = asked.steps(watch, text + LONG)
    assert [step.stage for step in steps] == [Stage.ARTICLE, Stage.TAGGING, Stage.MATCH]
    assert steps[1].outcome is Outcome.PASSED
    assert steps[2].outcome is Outcome.STOPPED
    assert steps[2].what == f"clause not met: {what}"
    assert fix in steps[2].fix


@pytest.mark.parametrize("marks", [("full-text",), ("teaser",)])
def test_where_a_filter_stands_against_it_too_it_would_not_ring_either_way(
    asked: Asked, marks: tuple[str, ...]
) -> None:
    watch = {"actors": ["ttp"], "filters": {"languages": ["ur"]}}
    step = asked.last(watch, f"The Fitna spoke. {LONG}", marks=marks)
    assert step.stage is Stage.MATCH
    assert step.what == "clause not met: {actor: ttp} is not named; filter languages: en, asked: ur"


def test_what_does_hold_and_how_near_a_topic_is_are_shown(asked: Asked) -> None:
    step = asked.last({"all": [{"topic": "safe-havens"}, {"actor": "ttp"}]}, f"The TTP is named. {LONG}")
    assert "it has {actor: ttp}" in step.evidence
    assert "no sign of {topic: safe-havens} is in it" in step.evidence


def test_an_article_that_was_taken_back_meets_nothing_and_that_is_not_to_be_mended(asked: Asked) -> None:
    step = asked.last({"actors": ["ttp"]}, "The TTP is named.", marks=("withdrawn",))
    assert (step.what, step.fix) == ("clause not met: filter withdrawn: its publisher took it back", "")


def test_an_article_that_meets_the_watch_as_it_is_now_passes(asked: Asked) -> None:
    steps = asked.steps({"actors": ["ttp"]}, "The TTP is named.")
    assert [step.ends for step in steps] == [False, False]
