import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from schemas import (
    Acknowledgement,
    Alert,
    AlertGroup,
    Article,
    ArticleRevised,
    ChannelIncident,
    ChannelState,
    ConfigurationChange,
    DeadLetter,
    Delivery,
    Event,
    Feedback,
    Mention,
    Notification,
    Outcome,
    Source,
    TaggedArticle,
    WatchDefinition,
)
from schemas.remembered import Remembered
from schemas.source_incident import SourceIncident
from schemas.state import SourceState
from tests.schemas.examples import EVENTS, Path, example, example_json, leaves, replaced

each_event = pytest.mark.parametrize("model", EVENTS, ids=lambda model: model.__name__)


def paths_of(kind: type) -> list[Any]:
    """Every place in every example that holds a value of this kind."""
    return [
        pytest.param(model, path, id=".".join(map(str, (model.__name__, *path))))
        for model in EVENTS
        for path, value in leaves(example(model))
        if isinstance(value, kind)
    ]


def test_the_events_under_test_are_those_of_the_design() -> None:
    assert set(EVENTS) == {
        Article, TaggedArticle, Mention, ArticleRevised, Alert, SourceState, SourceIncident, Remembered, Delivery,
        DeadLetter, WatchDefinition, ConfigurationChange, Notification, AlertGroup, Acknowledgement, Feedback,
        ChannelState, ChannelIncident,
    }  # fmt: skip


@each_event
def test_what_is_written_reads_as_the_same_event(model: type[Event]) -> None:
    event = example(model)
    assert model.read(event.write()) == event
    assert json.loads(event.write()) == example_json(model), "the example names every field, as we write it"


@pytest.mark.parametrize(("model", "path"), paths_of(BaseModel))
def test_no_part_of_an_event_can_be_changed(model: type[Event], path: Path) -> None:
    part = next(value for where, value in leaves(example(model)) if where == path)
    for name in type(part).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, name, getattr(part, name))


@pytest.mark.parametrize(("model", "path"), paths_of(BaseModel))
def test_a_field_that_is_not_ours_is_refused_when_we_write_and_passed_over_when_we_read(
    model: type[Event], path: Path
) -> None:
    document = replaced(example_json(model), (*path, "added_later"), {"deep": [1]})
    with pytest.raises(ValidationError, match="added_later"):
        model.model_validate(document)
    assert model.read(json.dumps(document).encode()) == example(model)


@pytest.mark.parametrize(("model", "path"), paths_of(datetime))
@pytest.mark.parametrize(
    "moment",
    ["2026-11-24T05:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
    ids=["naive", "before-year-1", "after-year-9999"],
)
def test_an_instant_without_zone_or_outside_of_the_calendar_is_refused(
    model: type[Event], path: Path, moment: str
) -> None:
    document = replaced(example_json(model), path, moment)
    with pytest.raises(ValidationError) as refused:
        model.read(json.dumps(document).encode())
    assert refused.value.errors()[0]["loc"] == path


def test_an_instant_of_another_zone_is_brought_to_utc() -> None:
    article = example(Article, seen_at="2026-11-24T09:34:12+04:30")
    assert article.seen_at == datetime(2026, 11, 24, 5, 4, 12, tzinfo=UTC)
    assert json.loads(article.write())["seen_at"] == "2026-11-24T05:04:12Z"


@pytest.mark.parametrize(
    ("model", "path"), [param for param in paths_of(float) if param.values[1][-1] not in ("expected", "weight")]
)
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1.01", "-0.01"])
def test_a_confidence_is_a_number_from_0_to_1(model: type[Event], path: Path, number: str) -> None:
    text = json.dumps(replaced(example_json(model), path, "HERE")).replace('"HERE"', number)
    with pytest.raises(ValidationError):
        model.read(text.encode())


@each_event
def test_every_field_says_what_it_means(model: type[Event]) -> None:
    schema = model.model_json_schema()
    undescribed = [
        where
        for name, part in {model.__name__: schema, **schema.get("$defs", {})}.items()
        for where, described in [(name, part), *((f"{name}.{key}", p) for key, p in part.get("properties", {}).items())]
        if not described.get("description", "").strip()
    ]
    assert not undescribed


@pytest.mark.parametrize(
    ("event", "key", "event_id"),
    [
        (example(Article, id="art-1", revision="r2"), "art-1", "art-1.r2"),
        (
            example(TaggedArticle, article=example_json(Article) | {"id": "art-1", "revision": "r2"}, pack_digest="p3"),
            "art-1",
            "art-1.r2.p3",
        ),
        (example(Mention, id="men-1"), "kabul-desk", "men-1"),
        (example(Alert, id="alr-1"), "kabul-desk", "alr-1"),
        (example(Delivery, alert_id="a", attempted_at="1970-01-01T00:00:01.250Z"), "a", "a.0.desk-webhook.1.1250"),
        (example(DeadLetter, origin_topic="t", origin_partition=2, origin_offset=7), "t.2.7", "t.2.7"),
        (example(SourceState, polled_at="1970-01-01T00:00:02Z"), "example-news", "example-news.2000"),
        (example(SourceIncident, id="inc-1", state="resolved"), "example-news", "inc-1.resolved"),
        (example(Remembered, name="story/art-1"), "kabul-desk/story/art-1", "kabul-desk/story/art-1.1803272653000"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Event) else "",
)  # fmt: skip
def test_key_and_id_of_each_event(event: Event, key: str, event_id: str) -> None:
    assert (event.key, event.event_id) == (key, event_id)


def test_a_type_is_told_by_one_name_with_its_version() -> None:
    names = [model.ce_type for model in EVENTS]
    assert len(set(names)) == len(names)
    assert all(name.startswith("tocsin.") and name.endswith(".v1") for name in names)


@pytest.mark.parametrize("identifier", ["", "-a", "Ttp", "a_b", "a b", "a\n", "ü", "a" * 101])
def test_what_is_no_identifier(identifier: str) -> None:
    with pytest.raises(ValidationError):
        Source(id=identifier, name="A name")


@pytest.mark.parametrize(("field", "limit"), [("title", 1_000), ("text", 200_000)])
def test_an_article_is_bounded_in_code_points(field: str, limit: int) -> None:
    assert len(getattr(example(Article, **{field: "𐬀" * limit}), field)) == limit
    with pytest.raises(ValidationError):
        example(Article, **{field: "a" * (limit + 1)})


@each_event
@pytest.mark.parametrize(
    "value", [b"", b"\xff\xfe", b"null", b"[]", b"{", b"[" * 100_000, b'{"a": "\\ud800"}'], ids=lambda v: repr(v[:9])
)
def test_what_is_no_event_is_told_by_one_kind_of_error(model: type[Event], value: bytes) -> None:
    with pytest.raises(ValidationError):
        model.read(value)


def test_words_of_an_outcome_are_its_values() -> None:
    assert example(Delivery, outcome="failed").outcome is Outcome.FAILED
    with pytest.raises(ValidationError):
        example(Delivery, outcome="lost")
