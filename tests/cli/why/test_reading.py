"""Whether an article was ever read, and all of it."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.article import Mark
from schemas.state import SourceError, SourceState
from services.cli.why.reading import ids_of, lost, never_read, text_of, was_read
from services.cli.why.step import Outcome, Stage
from services.ingestion.identity.known import Known, pack
from services.ingestion.sources import Source
from tests.alerting.examples import NOON
from tests.cli.past import article

URL = "https://www.news.example/2026/11/talks?utm_source=mail"


def source(**more: Any) -> Source:
    return Source.model_validate({"id": "example-news", "name": "N", "url": "https://news.example/feed", **more})


def state(**more: Any) -> SourceState:
    known = {"url": "https://news.example/feed", "outcome": "known", "polled_at": NOON - timedelta(minutes=5)}
    return SourceState.model_validate({"source_id": "example-news", **known, **more})


def test_an_address_is_the_same_article_whatever_counts_its_readers() -> None:
    assert ids_of(URL, []) == ids_of("http://news.example/2026/11/talks/", [])
    assert len(ids_of(URL, [source(), source(id="aggregator", url="https://other.example/rss")])) == 3
    assert ids_of("ftp://news.example/", [source()]) == ()


def test_no_source_speaks_for_the_site() -> None:
    step = never_read(URL, [source(url="https://other.example/feed")], {}, NOON)
    assert (step.stage, step.outcome) == (Stage.SOURCE, Outcome.STOPPED)
    assert step.what == "never fetched: no source speaks for www.news.example"
    assert step.fix == "tocsin source add https://news.example/"


@pytest.mark.parametrize(
    ("written", "known", "what", "fix"),
    [
        ({"enabled": False}, None, "source example-news is switched off", "write enabled: true"),
        ({}, None, "not polled yet at this address", "start tocsin run ingestion"),
        (
            {},
            {
                "outcome": "failed",
                "failures": 6,
                "failing_since": NOON - timedelta(hours=3),
                "last_error": SourceError(trouble="refused", error="StatusRefused", message="it answers 503"),
            },
            "failed 6 times running for 3 hours: it answers 503",
            "tocsin source test example-news",
        ),
        (
            {},
            {
                "outcome": "failed",
                "failures": 3,
                "failing_since": NOON - timedelta(hours=3),
                "last_error": SourceError(trouble="blocked", error="RobotsRefused", message="robots.txt bars us"),
            },
            "refuses us for 3 hours: robots.txt bars us",
            "ask the outlet",
        ),
        ({}, {}, "is read, last 5 minutes ago, and never listed this address", "tocsin source test example-news"),
    ],
    ids=["switched off", "never polled", "failing", "barred by robots.txt", "not listed"],
)
def test_a_source_that_did_not_bring_it_says_why(
    written: dict[str, Any], known: dict[str, Any] | None, what: str, fix: str
) -> None:
    states = {"example-news": state(**known)} if known is not None else {}
    step = never_read(URL, [source(**written)], states, NOON)
    assert step.what.startswith("never fetched: ")
    assert what in step.what
    assert fix in step.fix


def test_what_was_published_and_is_gone_from_the_topics_is_told_apart() -> None:
    [id_] = ids_of(URL, [])
    known = state(known=pack([Known(id_, "6f1c0a9be2d34d10", "6f1c0a9be2d34d10")]))
    step = never_read(URL, [source()], {"example-news": known}, NOON)
    assert step.what == "source example-news published it, and it is no longer stored"


def test_of_several_sources_the_one_that_explains_most_is_named_and_each_is_shown() -> None:
    two = [source(), source(id="other-feed", enabled=False)]
    step = never_read(URL, two, {"example-news": state()}, NOON)
    assert "other-feed is switched off" in step.what
    assert [line.split(":")[0] for line in step.evidence] == ["example-news", "other-feed"]


def test_when_and_where_it_was_read_is_told() -> None:
    of = article("Talks", at=NOON, published_at=NOON - timedelta(minutes=40))
    step = was_read(of)
    assert step.what == (
        "read from example-news (Example News; tier 2, AF) at 2026-11-24 12:00 UTC, 40 minutes after publication"
    )


@pytest.mark.parametrize(
    ("marks", "what", "fix"),
    [
        (("teaser",), "only a teaser was read", "full_text: true for source example-news"),
        (("page-failed", "teaser"), "its page gave no text", "tocsin source test example-news"),
        (("paywall", "teaser"), "its page shows a paywall", "headers of a subscription"),
        (("consent", "teaser"), "its page asks for consent", "example-news a header"),
    ],
)
def test_text_that_was_lost_shows_by_the_marks_of_the_article(marks: tuple[Mark, ...], what: str, fix: str) -> None:
    of = article("Talks", "A few words.", marks=marks)
    how = lost(of)
    assert how is not None
    assert what in how[0]
    assert "(12 characters)" in how[0]
    assert fix in how[1]
    assert how[0] in text_of(of, 1).evidence


def test_an_article_that_was_read_whole_lost_nothing() -> None:
    assert lost(article("Talks", "All of it.", marks=("full-text", "undated"))) is None
    assert text_of(article("Talks", "All of it."), 3).evidence[0].endswith("the newest of 3")
