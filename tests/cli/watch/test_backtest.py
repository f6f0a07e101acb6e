"""`tocsin watch test` holds a watch against the stored articles of a real broker; `list` says what rang."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas import TaggedArticle
from services.backbone.errors import ConfigurationError, TocsinError
from services.backbone.record import OutgoingRecord, encode
from services.backbone.settings import Settings
from services.backbone.topics import ARTICLES_TAGGED, WATCHES
from services.tagging.pack import load_engine
from services.tagging.tag import tag
from tests.cli.command import invoke, variables_of
from tests.cli.history import BEGAN, store
from tests.cli.past import PACK, TTP, Past, article, desk
from tests.cli.watch.test_trial import STORIES

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SAFE = {"id": "safe", "all": [{"topic": "safe-havens"}, {"actor": "ttp"}], "none": ["cricket"]}


def tried(settings: Settings, *arguments: str | Path) -> dict[str, Any]:
    """What it says, for programs; an error of ours is raised."""
    told = invoke("watch", "test", *arguments, "--json", **variables_of(settings))
    if isinstance(told.exception, TocsinError):
        raise told.exception
    assert told.exit_code == 0, told.output
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def stored(settings: Settings) -> list[TaggedArticle]:
    """Three stories on three days, each with a copy, and one in which nobody is named."""
    engine, found = load_engine(settings.config), []
    for day, story in enumerate(STORIES):
        for hour, source in enumerate(("example-news", "other-news")):
            at = BEGAN + day * DAY + hour * HOUR
            found.append(tag(article(f"Story {day} of {source}", story, at=at, source=source), engine))
    found.append(tag(article("Nobody", "Nobody is named.", at=BEGAN + 4 * DAY), engine))
    store(settings, [(encode(ARTICLES_TAGGED.name, each, "tagging"), each.article.seen_at) for each in found])
    return found


def day(moment: datetime) -> str:
    return moment.date().isoformat()


def test_it_says_how_often_when_for_what_and_by_which_names(settings: Settings) -> None:
    desk(settings.config, TTP)
    stored(settings)
    store(settings, [(OutgoingRecord(ARTICLES_TAGGED.name, b"k", b"no JSON", []), BEGAN + 4 * DAY)])

    found = tried(settings, "ttp", "--since", "30d")
    assert (found["articles"], found["met"], found["rings"]) == (7, 6, 3)
    assert found["told"] == {"new-story": 2, "first-mention": 1}
    assert found["updates"] == {"copy": 3}
    assert {each["day"]: each["rings"] for each in found["days"] if each["rings"]} == {
        day(BEGAN + number * DAY): 1 for number in range(3)
    }
    assert found["days"][0]["day"] == day(BEGAN), "what is stored begins there"
    assert len(found["days"]) == (datetime.now(BEGAN.tzinfo).date() - BEGAN.date()).days + 1, (
        "a day of silence is one too"
    )
    assert [each["title"] for each in found["alerts"]] == [f"Story {number} of example-news" for number in range(3)]
    assert found["aliases"] == [{"alias": "TTP", "name": "Tehreek-e-Taliban Pakistan", "alerts": 3}]
    assert found["near_misses"] == []

    lately = tried(settings, "ttp", "--since", (BEGAN + 2 * DAY).isoformat(), "--show", "0")
    assert (lately["articles"], lately["rings"], lately["alerts"]) == (3, 1, [])


def test_what_it_nearly_met_is_told_with_the_one_thing_that_failed(settings: Settings) -> None:
    desk(settings.config, SAFE)
    engine = load_engine(settings.config)
    texts = {
        "Met": "The TTP is on Afghan soil.",
        "Not filed": "The TTP is named.",
        "Barred": "The TTP is on Afghan soil, and cricket is played there.",
        "Not named": "Nobody is on Afghan soil.",
        "Two things": "Cricket is played by the TTP.",
    }
    every = [tag(article(title, text, at=BEGAN + n * HOUR), engine) for n, (title, text) in enumerate(texts.items())]
    store(settings, [(encode(ARTICLES_TAGGED.name, each, "tagging"), each.article.seen_at) for each in every])

    found = tried(settings, "safe", "--since", "30d")
    assert found["rings"] == 1
    missed = {
        miss["what"]: (miss["count"], [example["title"] for example in miss["examples"]])
        for miss in found["near_misses"]
    }
    assert missed == {
        "it is not filed under {topic: safe-havens}": (1, ["Not filed"]),
        'barred by none: "cricket"': (1, ["Barred"]),
        "{actor: ttp} is not named": (1, ["Not named"]),
    }


def test_filters_and_confidence_are_near_misses_too(settings: Settings) -> None:
    desk(
        settings.config, {**TTP, "filters": {"languages": ["ur"]}}, {**TTP, "id": "sure", "filters": {"confidence": 1}}
    )
    stored(settings)

    [miss] = tried(settings, "ttp", "--since", "30d")["near_misses"]
    assert (miss["what"], miss["count"], len(miss["examples"])) == ("filter languages: en, asked: ur", 6, 3)
    [miss] = tried(settings, "sure", "--since", "30d")["near_misses"]
    assert (miss["what"], miss["count"]) == (
        "{actor: ttp} is there, below the salience or confidence that the filters ask for",
        6,
    )


def test_a_watch_in_a_file_is_tried_before_it_is_in_force(settings: Settings, tmp_path: Path) -> None:
    desk(settings.config, SAFE)
    stored(settings)
    file = tmp_path / "new.yaml"
    file.write_text(json.dumps({"watches": [TTP]}))

    assert tried(settings, "--file", file, "--since", "30d")["rings"] == 3
    file.write_text(json.dumps({"watches": [TTP, {**TTP, "id": "other", "digest": "daily"}]}))
    assert tried(settings, "other", "--file", file, "--since", "30d")["stood_for"] == 3
    with pytest.raises(TocsinError, match="holds several watches; name one before --file: ttp, other"):
        tried(settings, "--file", file)
    with pytest.raises(TocsinError, match="has no watch 'otter'; did you mean 'other'"):
        tried(settings, "otter", "--file", file)
    file.write_text(json.dumps({"watches": [{"id": "bad", "actors": ["tpp"]}]}))
    with pytest.raises(
        ConfigurationError, match=r"new\.yaml:\d+ watches\[0\]\.actors\[0\]: unknown actor 'tpp'; did you"
    ):
        tried(settings, "--file", file)


def test_an_inhibition_holds_as_it_would(settings: Settings) -> None:
    severe = {"id": "severe", "any": [{"actor": "ttp"}], "severity": "critical"}
    rules = [{"source": {"severity": "critical"}, "target": {"severity": "high"}}]
    desk(settings.config, TTP, severe, settings={"inhibitions": rules})
    stored(settings)

    assert tried(settings, "ttp", "--since", "30d")["held"] == {"inhibited": 3}


def test_what_the_pack_has_learned_since_counts_with_retag(settings: Settings) -> None:
    desk(settings.config, TTP)
    actor = {**PACK["actors"][0], "aliases": {"en": ["the Movement"]}}
    stored(settings)
    desk(settings.config, TTP)
    (settings.config / "pack" / "small.yaml").write_text(json.dumps({**PACK, "actors": [actor]}))

    assert tried(settings, "ttp", "--since", "30d")["rings"] == 3, "as they were tagged then"
    assert tried(settings, "ttp", "--since", "30d", "--retag")["rings"] == 0


def test_for_people_it_is_a_page_with_a_bar_for_each_day(settings: Settings) -> None:
    desk(settings.config, {**TTP, "limit": {"alerts": 1, "per": "3d"}})
    stored(settings)

    told = invoke("watch", "test", "ttp", "--since", "30d", **variables_of(settings))
    assert told.exit_code == 0
    text = told.stdout
    assert f"What is stored begins on {day(BEGAN)}: before that nothing can be told\n" in text
    assert " HIGH  TTP desk: " in text
    assert "7 articles, of which 6 met it" in text
    assert "It would have rung 2 times: 1 first-mention, 1 flood, for 2 alerts that were held\n" in text
    assert "Held 2 alerts: 2 limited\n" in text
    assert f"{BEGAN:%a %Y-%m-%d}  {'█' * 40} 1\n" in text
    assert f"{BEGAN + DAY:%a %Y-%m-%d}  {'░' * 40} 0, 1 held\n" in text
    assert "Story 0 of example-news" in text
    assert "Example News · Tehreek-e-Taliban Pakistan" in text

    with pytest.raises(TocsinError, match=r"no watch has the id 'tpp'; did you mean 'ttp'\?"):
        tried(settings, "tpp")
    broken = "[{id: unknown, actors: [tpp]}, {id: misspelled, any: [x], severety: low}]"
    (settings.config / "watches" / "bad.yaml").write_text(f"watches: {broken}\n")
    for name, told_of in (("unknown", "unknown actor 'tpp'"), ("misspelled", "unknown key 'severety'")):
        with pytest.raises(ConfigurationError, match=rf"watches/bad\.yaml:1 watches\[\d\].*: {told_of}; did you mean"):
            tried(settings, name)


def test_the_list_says_what_rang_lately_whose_it_is_and_what_is_refused(settings: Settings) -> None:
    now = datetime.now(BEGAN.tzinfo)
    past = Past(desk(settings.config, TTP, {**SAFE, "owner": "kabul"}, {**TTP, "id": "off", "enabled": False}))
    for number, story in enumerate(STORIES):
        at = now - (2 - number) * 5 * DAY - HOUR
        past.reads(article(f"Story {number}", story, at=at, published_at=at - (10 if number == 1 else 0) * DAY))
    sent = {"id": "sent", "watch": {"any": ["Bagram"], "owner": "kabul"}, "changed_at": now.isoformat()}
    definition = OutgoingRecord(WATCHES.name, b"sent", json.dumps(sent).encode(), [])
    store(settings, [*past.records, (definition, now)])
    (settings.config / "watches" / "bad.yaml").write_text("watches: [{id: bad, actors: [tpp]}]\n")

    told = invoke("watch", "list", "--json", **variables_of(settings))
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    refused = [line["refused"] for line in lines if "refused" in line]
    listed = {line["id"]: line for line in lines if "refused" not in line}
    assert list(listed) == ["ttp", "off", "safe", "sent"], "what rang last stands on top"
    assert (listed["ttp"]["rings_in_7_days"], listed["ttp"]["held_in_7_days"]) == (1, 1)
    assert listed["ttp"]["last_ring_at"] == past.alerts[-1].rang_at.isoformat()
    assert listed["safe"]["last_ring_at"] is None
    assert (listed["safe"]["owner"], listed["safe"]["from"]) == ("kabul", "watches/desk.yaml")
    assert (listed["sent"]["from"], listed["off"]["enabled"]) == ("topic watches", False)
    assert [(one["file"], one["what"]) for one in refused] == [("watches/bad.yaml", "unknown actor 'tpp'")]

    shown = invoke("watch", "list", "--owner", "kabul", **variables_of(settings)).stdout
    assert "safe" in shown
    assert "off" not in shown
    assert "refused, 1 defects:" in shown
    assert "did you mean 'ttp'?" in shown


def test_the_list_needs_no_broker(tmp_path: Path) -> None:
    folder = desk(tmp_path / "config", TTP)
    told = invoke("watch", "list", "--config", folder, TOCSIN_KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert told.exit_code == 0
    assert "watches/desk.yaml" in told.stdout
    assert "when they rang is not known: no broker answers at 127.0.0.1:1" in told.stderr
