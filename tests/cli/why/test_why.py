"""`tocsin why` answers both ways, through every stage, from what stands on a real broker."""

import json
from datetime import timedelta
from typing import Any

import pytest

from schemas import Article, Outcome
from schemas.article import Mark
from services.alerting.handling.steps import step
from services.alerting.routing.router import STAGE
from services.backbone.errors import TocsinError
from services.backbone.record import encode
from services.backbone.settings import Settings
from services.backbone.topics import ACKNOWLEDGEMENTS, ALERTS, ARTICLES, ARTICLES_TAGGED
from tests.cli.command import invoke, run, variables_of
from tests.cli.history import BEGAN, has_read, store
from tests.cli.past import TTP, Past, article, desk

HOUR = timedelta(hours=1)
STORY = (
    "Officials said on Tuesday that the TTP had claimed an attack on a police post near the border, in which three "
    "policemen were killed and five others were injured before the attackers fled towards the hills in the north."
)
LONG = "The council spoke of water and of roads, and nobody whom a desk watches was named on this day at all. " * 9


def answer(settings: Settings, watch: str, asked: str) -> dict[str, Any]:
    """What it says, for programs."""
    told = invoke("why", watch, asked, "--json", **variables_of(settings))
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    assert told.exit_code == 0, told.output
    found: dict[str, Any] = json.loads(told.stdout)
    return found


URDU = {"id": "urdu", "actors": ["ttp"], "filters": {"languages": ["ur"]}}
WATCHES = (TTP, URDU, {"id": "slow", "actors": ["ttp"], "limit": {"alerts": 1, "per": "3d"}})


def published(title: str, text: str, hours: int, marks: tuple[Mark, ...] = ("full-text",), **more: Any) -> Article:
    return article(title, text, at=BEGAN + hours * HOUR, marks=marks, **more)


RANG = published("The TTP claims an attack", STORY, 0)
COPY = published("Police attacked", STORY, 1, source="other-news")
SECOND = published("A second matter", "The TTP is named in another matter altogether. " + LONG, 2)
WEAK = published("Weak", "The army spoke of the Fitna in the valley. " + LONG, 3)
LOST = published("Teaser", "Read more", 3, ("page-failed", "teaser"))


def test_why_it_rang_or_where_it_stopped(settings: Settings) -> None:
    past = Past(desk(settings.config, *WATCHES))
    for of in (RANG, COPY, SECOND, WEAK, LOST):
        past.reads(of)
    ring = next(alert for alert in past.alerts if alert.watch.id == "ttp")
    past.delivers(ring)
    acknowledged = step(ring.id, "ttp", "acknowledge", "Sana", BEGAN, "cli")
    past.writes(encode(ACKNOWLEDGEMENTS.name, acknowledged, "api"), BEGAN)
    store(settings, [*past.records, *past.state()])
    for reader, topic in (("tagging", ARTICLES), ("match", ARTICLES_TAGGED)):
        has_read(settings, reader, topic.name)

    def ends(watch: str, of: Article) -> tuple[str | None, str]:
        told = answer(settings, watch, of.url)
        return told["stopped_at"], told["answer"]

    rang = answer(settings, "ttp", RANG.url)
    assert rang["rang"]
    assert (rang["article"], rang["title"], rang["stopped_at"]) == (RANG.id, RANG.title, None)
    assert rang["answer"].startswith("It rang: new: the watch had not met any of this before (first-mention), at ")
    assert rang["answer"].endswith("; told at once; delivered by terminal; acknowledged by Sana")
    stages = {each["stage"]: each for each in rang["stages"]}
    assert list(stages) == ["source", "article", "tagging", "match", "decide", "holding", "delivery"]
    assert {each["outcome"] for each in rang["stages"]} == {"passed"}
    assert stages["source"]["what"].startswith("read from example-news (Example News; tier 2, AF) at ")
    assert stages["tagging"]["evidence"][0].startswith("Tehreek-e-Taliban Pakistan: TTP, confidence ")
    assert "The «TTP» claims an attack" in stages["match"]["evidence"]
    [way, did] = stages["delivery"]["evidence"]
    assert way.startswith("terminal by default, at once: delivered at ")
    assert did.startswith("Sana acknowledged it at ")
    assert answer(settings, "ttp", past.alerts[0].id)["answer"] == rang["answer"]

    stopped_at, said = ends("ttp", COPY)
    assert stopped_at == "decide"
    assert said.startswith(f"It stopped at decide: same story: it joined alert {past.alerts[0].id}, which rang at ")

    stopped_at, said = ends("slow", SECOND)
    assert stopped_at == "holding"
    assert "It waits at holding: it was more than the watch's limit (1 per 3d); it is told at " in said

    assert ends("ttp", WEAK)[0] == "tagging"
    assert ends("ttp", WEAK)[1].startswith("It stopped at tagging: weak alias alone: 'Fitna' of ttp stands in ")
    stopped_at, said = ends("ttp", LOST)
    assert stopped_at == "article"
    assert said.startswith("It stopped at article: text lost in extraction: its page gave no text, so only what the ")
    assert "; fix: " in said

    assert ends("urdu", RANG)[1].startswith("It stopped at match: clause not met: filter languages: en, asked: ur")

    stopped_at, said = ends("ttp", article("Never read"))
    assert stopped_at == "source"
    assert said.startswith("It stopped at source: never fetched: source example-news not polled yet at this address")
    told = answer(settings, "ttp", "https://unknown.example/a")
    assert told["answer"] == (
        "It stopped at source: never fetched: no source speaks for unknown.example; "
        "fix: tocsin source add https://unknown.example/"
    )


SILENCE = {"id": "exercise", "match": {"watch": "ttp"}, "by": "Sana", "why": "planned exercise"}
SILENCE |= {"from": BEGAN.isoformat(), "until": (BEGAN + 6 * HOUR).isoformat()}


def test_what_is_silenced_or_was_not_delivered_says_so(settings: Settings) -> None:
    other = {"id": "other", "actors": ["ttp"]}
    past = Past(desk(settings.config, TTP, other, silences={"silences": [SILENCE]}))
    past.reads(RANG)
    past.delivers(next(alert for alert in past.alerts if alert.watch.id == "other"), Outcome.FAILED)
    store(settings, [*past.records, *past.state()])

    told = answer(settings, "ttp", "ttp claims")
    assert told["rang"]
    assert told["stopped_at"] == "holding"
    assert told["answer"].startswith("It waits at holding: silenced by exercise of Sana until ")
    assert ": planned exercise; it is told at " in told["answer"]
    told = answer(settings, "other", RANG.id)
    assert told["stopped_at"] == "delivery"
    assert "stopped at delivery: channel terminal gave up after 1 attempt: HTTP 503" in told["answer"]


def test_a_stage_that_has_not_come_to_it_is_told(settings: Settings) -> None:
    past = Past(desk(settings.config, TTP))
    tagged = past.reads(RANG)
    store(settings, [(encode(ARTICLES.name, COPY, "ingestion"), BEGAN), past.records[0], past.records[1]])

    told = answer(settings, "ttp", COPY.url)
    assert told["answer"] == (
        "It has not come through tagging yet: it waits to be read; fix: look whether it runs: tocsin run tagging"
    )
    told = answer(settings, "ttp", tagged.article.url)
    assert told["stopped_at"] == "match"
    assert "it meets the watch as it is now, and waits to be read" in told["answer"]
    has_read(settings, "match", ARTICLES_TAGGED.name)
    assert "it did not when it was matched" in answer(settings, "ttp", tagged.article.url)["answer"]


def test_for_people_each_stage_is_a_line_with_its_evidence(settings: Settings) -> None:
    past = Past(desk(settings.config, TTP))
    past.reads(RANG)
    store(settings, [*past.records, *past.state()])

    told = run("why", "ttp", RANG.url, **variables_of(settings))
    assert (told.returncode, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert lines[0].startswith("✓ source    read from example-news")
    assert f"? delivery  alert {past.alerts[0].id} is not routed yet" in lines
    assert lines[-1].startswith("It rang, and has not come through delivery yet: ")

    has_read(settings, STAGE, ALERTS.name)
    told = run("why", "ttp", RANG.url, **variables_of(settings))
    assert "✗ delivery  routed to nobody: the route that took it has no channels" in told.stdout.splitlines()

    with pytest.raises(TocsinError, match=r"no watch has the id 'tpp'; did you mean 'ttp'\?"):
        answer(settings, "tpp", RANG.url)


def test_what_is_not_stored_and_has_no_address_is_told(settings: Settings) -> None:
    desk(settings.config, TTP)
    with pytest.raises(TocsinError, match="nothing is stored of art-0; give its address"):
        answer(settings, "ttp", "art-0")
