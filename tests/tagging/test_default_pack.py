"""The default pack covers the domain that it is for, and tags labelled articles as people did."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas import Article, Source
from schemas.ids import article_id_from_guid, revision
from services.backbone.configuration import read_part
from services.backbone.settings import DEFAULT_CONFIG
from services.tagging.gazetteer import Pack
from services.tagging.pack import load_engine, merge
from services.tagging.tag import tag
from tests.conftest import SHARED

AT_LEAST = {"actors": 0.95, "topics": 0.70}
"""Micro F1 below which an edit of the pack or the engine has broken something."""


def test_the_pack_holds_every_actor_and_topic_of_the_domain_under_its_id() -> None:
    path = SHARED / "domain.yaml"
    if not path.exists():
        pytest.fail(f"the list of the domain is not beside the checkout: {path}")
    domain = yaml.safe_load(path.read_text(encoding="utf-8"))
    pack = merge(read_part(DEFAULT_CONFIG, "pack", Pack))

    actors = {
        (entry if isinstance(entry, str) else entry["id"], kind)
        for kind, entries in domain["actors"].items()
        for entry in entries
    }
    assert len(actors) > 100
    assert actors - {(actor.id, actor.kind) for actor in pack.actors} == set()
    assert len(domain["topics"]) > 30
    assert domain["topics"].keys() - {topic.id for topic in pack.topics} == set()


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Counter[str]]:
    """Of the engine on every labelled article. What the labellers were unsure of is not counted."""
    if not SHARED.exists():
        pytest.skip(f"the labelled articles are no part of the project, and {SHARED} is not there")
    engine = load_engine(DEFAULT_CONFIG)
    texts = {text["id"]: text for text in lines(SHARED / "corpora" / "articles" / "dev.jsonl")}
    counted: dict[str, Counter[str]] = {what: Counter() for what in AT_LEAST}
    for label in lines(SHARED / "gold" / "dev.jsonl"):
        tagged = tag(article(texts[label["id"]]), engine)
        for what, outcome in counted.items():
            unsure = set(label[f"unsure_{what}"])
            told, right = {found.id for found in getattr(tagged, what)} - unsure, set(label[what]) - unsure
            outcome.update(hit=len(told & right), false=len(told - right), missed=len(right - told))
    return counted


@pytest.mark.parametrize("what", AT_LEAST)
def test_labelled_articles_are_tagged_as_people_did(outcomes: dict[str, Counter[str]], what: str) -> None:
    outcome = outcomes[what]
    assert outcome["hit"] > 300
    f1 = 2 * outcome["hit"] / (2 * outcome["hit"] + outcome["false"] + outcome["missed"])
    assert f1 >= AT_LEAST[what], f"{dict(outcome)}"


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
