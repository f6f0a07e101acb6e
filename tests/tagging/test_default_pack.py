"""The default pack covers the domain that it is for, and tags labelled articles as people did.

Two sets of labels: a small one in words of our own, which is always there; and a large one of real articles, which is
no part of the project. The figures below are what an edit must not lose; they lie a little below what is reached.
"""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from schemas import Article, Source
from schemas.ids import article_id_from_guid, revision
from services.backbone.settings import DEFAULT_CONFIG
from services.tagging.pack import load_engine, load_pack
from services.tagging.tag import tag
from tests.conftest import SHARED

OWN: Final = Path(__file__).parent / "own" / "articles.jsonl"
LABELLED: Final = SHARED / "gold" / "dev.jsonl"
TEXTS: Final = SHARED / "corpora" / "articles" / "dev.jsonl"

AT_LEAST: Final = {
    "own": {"actors": 0.95, "topics": 0.92},
    "labelled": {"actors": 0.975, "topics": 0.83},
}
"""Micro F1 below which an edit of the pack or the engine has broken something."""
IN_EACH_LANGUAGE: Final = {"actors": 0.95, "topics": 0.76}
MACRO_TOPICS: Final = 0.76
LEAST_LABELS: Final = 3
LANGUAGES: Final = {"ar", "en", "fa", "hi", "ps", "ru", "ur", "zh"}

Outcome = dict[tuple[str, str, str], Counter[str]]
"""By what, language and id."""


def test_the_pack_holds_every_actor_and_topic_of_the_domain_under_its_id() -> None:
    path = SHARED / "domain.yaml"
    if not path.exists():
        pytest.skip(f"the list of the domain is no part of the project, and {path} is not there")
    domain = yaml.safe_load(path.read_text(encoding="utf-8"))
    pack = load_pack(DEFAULT_CONFIG).pack

    actors = {
        (entry if isinstance(entry, str) else entry["id"], kind)
        for kind, entries in domain["actors"].items()
        for entry in entries
    }
    assert len(actors) > 100
    assert actors - {(actor.id, actor.kind) for actor in pack.actors} == set()
    assert len(domain["topics"]) > 30
    assert domain["topics"].keys() - {topic.id for topic in pack.topics} == set()


def test_every_rule_has_an_id_and_every_topic_weights() -> None:
    topics = load_pack(DEFAULT_CONFIG).pack.topics
    assert [topic.id for topic in topics if topic.learned is None] == []
    assert [(topic.id, number) for topic in topics for number, rule in enumerate(topic.rules) if rule.id is None] == []


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """Of the engine on every labelled article. What the labellers were unsure of is not counted."""
    engine = load_engine(DEFAULT_CONFIG)
    own = list(lines(OWN))
    sets = {"own": (own, {one["id"]: one for one in own})}
    if LABELLED.exists() and TEXTS.exists():
        sets["labelled"] = (lines(LABELLED), {text["id"]: text for text in lines(TEXTS)})
    counted: dict[str, Outcome] = {name: {} for name in sets}
    for name, (labels, texts) in sets.items():
        for label in labels:
            text = texts[label["id"]]
            tagged = tag(article(text), engine)
            for what in ("actors", "topics"):
                unsure = set(label[f"unsure_{what}"])
                told, right = {found.id for found in getattr(tagged, what)} - unsure, set(label[what]) - unsure
                for identifier in told | right:
                    verdict = "hit" if identifier in told & right else "false" if identifier in told else "missed"
                    counted[name].setdefault((what, text["lang"], identifier), Counter())[verdict] += 1
    return counted


@pytest.mark.parametrize("name", AT_LEAST)
@pytest.mark.parametrize("what", ["actors", "topics"])
def test_labelled_articles_are_tagged_as_people_did(outcomes: dict[str, Outcome], name: str, what: str) -> None:
    counts = chosen(outcomes, name, what)
    assert f1(counts.values()) >= AT_LEAST[name][what], counts


@pytest.mark.parametrize("what", ["actors", "topics"])
def test_no_language_is_left_behind(outcomes: dict[str, Outcome], what: str) -> None:
    counts = chosen(outcomes, "labelled", what)
    reached = {
        language: f1(count for (_, of, _), count in counts.items() if of == language)
        for language in {language for _, language, _ in counts}
    }
    assert reached.keys() == LANGUAGES
    assert min(reached.values()) >= IN_EACH_LANGUAGE[what], reached


def test_no_topic_lives_on_the_others(outcomes: dict[str, Outcome]) -> None:
    by_topic: dict[str, Counter[str]] = {}
    for (_, _, topic), count in chosen(outcomes, "labelled", "topics").items():
        by_topic.setdefault(topic, Counter()).update(count)
    enough = [f1([count]) for count in by_topic.values() if count["hit"] + count["missed"] >= LEAST_LABELS]
    assert len(enough) > 30
    assert sum(enough) / len(enough) >= MACRO_TOPICS, by_topic


def test_our_own_articles_are_of_every_language() -> None:
    assert {one["lang"] for one in lines(OWN)} == LANGUAGES
    assert len(lines(OWN)) >= 40


def chosen(outcomes: dict[str, Outcome], name: str, what: str) -> Outcome:
    if name not in outcomes:
        pytest.skip(f"the labelled articles are no part of the project, and {LABELLED} is not there")
    return {key: count for key, count in outcomes[name].items() if key[0] == what}


def f1(counts: Any) -> float:
    total = Counter[str]()
    for count in counts:
        total.update(count)
    return 2 * total["hit"] / max(1, 2 * total["hit"] + total["false"] + total["missed"])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def article(given: dict[str, Any]) -> Article:
    return Article(
        id=article_id_from_guid("labelled", given["id"]),
        revision=revision(given["title"], given["text"]),
        url="",
        source=Source(id="labelled", name="Labelled"),
        title=given["title"],
        text=given["text"],
        language=given["lang"],
        seen_at=datetime(2026, 11, 24, tzinfo=UTC),
    )
