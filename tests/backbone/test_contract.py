import copy
import json
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import BaseModel

from schemas import Event, TaggedArticle, WatchDefinition
from services.backbone.contract import documents, incompatibilities
from services.backbone.topics import TOPICS, Topic
from tests.schemas.examples import example_json, replaced

ROOT = Path(__file__).parents[2] / "schemas"
Document = dict[str, Any]

each_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)


def asyncapi() -> Document:
    return cast(Document, yaml.safe_load((ROOT / "generated" / "asyncapi.yaml").read_text(encoding="utf-8")))


def test_what_is_committed_is_what_the_models_give() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "generated").iterdir()}
    assert committed.items() >= documents().items(), "run: make schemas"


@each_topic
def test_the_models_go_together_with_the_last_release(topic: Topic[Event]) -> None:
    for name in [f"{model.__name__}.json" for model in topic.models]:
        released = json.loads((ROOT / "released" / name).read_text(encoding="utf-8"))
        assert incompatibilities(released, json.loads(documents()[name])) == []


OPEN = {(TaggedArticle, "article"), (WatchDefinition, "watch")}
"""Parts of which any mapping, or one without anything that is ours, is taken."""


@pytest.mark.parametrize(
    "model", [model for topic in TOPICS for model in topic.models], ids=lambda model: model.__name__
)
def test_a_schema_describes_what_we_write_and_what_a_later_release_adds(model: type[Event]) -> None:
    schema = json.loads((ROOT / "generated" / f"{model.__name__}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    document = example_json(model)
    validator.validate(document)
    validator.validate(document | {"added_later": 1})
    for name in schema["required"]:
        assert not validator.is_valid({key: value for key, value in document.items() if key != name})
        assert not validator.is_valid(document | {name: {"of": "another type"}}) or (model, name) in OPEN


def test_every_declared_topic_is_a_channel_and_each_reference_leads_somewhere() -> None:
    document = asyncapi()
    channels = {channel["address"]: channel for channel in document["channels"].values()}
    assert set(channels) == {topic.name for topic in TOPICS} | {"alerts.{name}"}
    assert set(channels["alerts.{name}"]["parameters"]) == {"name"}
    for reference in references(document):
        file, _, pointer = reference.partition("#")
        target = document
        if file:
            target = json.loads((ROOT / "generated" / file).read_text(encoding="utf-8"))
        for step in pointer.strip("/").split("/") if pointer else []:
            target = target[step]
    assert {operation["channel"]["$ref"] for operation in document["operations"].values()} == {
        f"#/channels/{name}" for name in document["channels"]
    }


def references(part: object) -> list[str]:
    if isinstance(part, list):
        return [found for inner in part for found in references(inner)]
    if isinstance(part, dict):
        return [part["$ref"]] if "$ref" in part else references(list(part.values()))
    return []


NOT_IN_THE_BINDING = {"segment.bytes", "min.cleanable.dirty.ratio"}
"""AsyncAPI's Kafka binding 0.5 has no words for them."""


@each_topic
def test_a_channel_says_what_the_broker_is_told(topic: Topic[Event]) -> None:
    document = asyncapi()
    [channel] = [channel for channel in document["channels"].values() if channel["address"] == topic.name]
    binding = channel["bindings"]["kafka"]
    told = {name: ",".join(v) if isinstance(v, list) else str(v) for name, v in binding["topicConfiguration"].items()}
    of_the_binding = {name: value for name, value in topic.config().items() if name not in NOT_IN_THE_BINDING}
    assert (told, binding["partitions"]) == (of_the_binding, topic.partitions)
    names = [message["$ref"].rsplit("/", 1)[1] for message in channel["messages"].values()]
    messages = document["components"]["messages"]
    assert [messages[name]["name"] for name in names] == [model.ce_type for model in topic.models]


RELEASED: Document = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "seen_at": {"type": "string", "format": "date-time"},
        "severity": {"type": "string", "enum": ["low", "high"]},
        "kind": {"anyOf": [{"type": "string", "enum": ["state"]}, {"type": "string", "const": "topic"}]},
        "language": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "source": {"$ref": "#/$defs/Source"},
        "authors": {"type": "array", "items": {"$ref": "#/$defs/Source"}},
        "highlights": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "integer"}]}},
        "revisions": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["id", "source"],
    "$defs": {"Source": {"type": "object", "properties": {"name": {"type": "string"}}, "required": []}},
}
NAME = ("$defs", "Source", "properties", "name")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), RELEASED),
        (("properties", "added"), {"type": "string", "default": ""}),
        (("$defs", "Source", "properties", "added"), {"type": "integer"}),
        (("properties", "severity", "enum"), ["low", "middle", "high"]),
        (("properties", "id", "description"), "Said better."),
        (("required",), ["id"]),
        (("$defs",), {"Origin": RELEASED["$defs"]["Source"], "Source": RELEASED["$defs"]["Source"]}),
        (("properties", "source"), {"type": "object", "properties": {"name": {"type": "string"}}}),
    ],
    ids=[
        "nothing", "an optional field", "an optional field within", "a value more", "a description",
        "no longer required", "another name for a part", "a part written out",
    ],
)  # fmt: skip
def test_a_change_that_breaks_nobody(path: tuple[str, ...], value: object) -> None:
    assert incompatibilities(RELEASED, replaced(RELEASED, path, value)) == []


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("properties", "id"), None, "id: was removed"),
        (NAME, None, "source.name: was removed"),
        (("properties", "id", "type"), "integer", "id: type string became integer"),
        (("properties", "seen_at", "format"), None, "seen_at: type string date-time became string"),
        ((*NAME, "type"), "number", "source.name: type string became number"),
        (("properties", "id"), {"anyOf": [{"type": "string"}, {"type": "null"}]},
         "id: type string became null or string"),
        (("properties", "language"), {"type": "string"}, "language: type null or string became string"),
        (("required",), ["id", "source", "seen_at"], "seen_at: became required"),
        (("$defs", "Source", "required"), ["name"], "source.name: became required"),
        (("properties", "severity", "enum"), ["low"], "severity: value 'high' was removed"),
        (("properties", "severity", "enum"), None, "severity: value 'low' was removed"),
        (("properties", "kind", "anyOf"), [{"type": "string", "enum": ["state"]}, {"type": "string", "const": "theme"}],
         "kind: value 'topic' was removed"),
        (("properties", "authors", "items"), {"type": "string"}, "authors[]: type object became string"),
        (("properties", "highlights", "items", "prefixItems"), [{"type": "string"}],
         "highlights[]: type integer became string"),
        (("properties", "revisions", "additionalProperties"), {"type": "integer"},
         "revisions[]: type string became integer"),
    ],
)  # fmt: skip
def test_a_change_that_breaks_a_reader_or_a_writer_is_told(path: tuple[str, ...], value: object, told: str) -> None:
    changed = replaced(RELEASED, path, value)
    if value is None:
        parent = changed
        for step in path[:-1]:
            parent = parent[step]
        del parent[path[-1]]
    assert told in incompatibilities(RELEASED, changed)


def test_a_new_field_that_is_required_is_told() -> None:
    changed = copy.deepcopy(RELEASED)
    changed["properties"]["added"] = {"type": "string"}
    changed["required"].append("added")
    assert incompatibilities(RELEASED, changed) == ["added: became required"]


def test_the_words_of_pydantic_are_understood() -> None:
    """The table above is by hand; this pair is what the models really give."""

    class Old(BaseModel):
        spans: tuple[tuple[int, int], ...]
        note: str | None = None

    class New(BaseModel):
        spans: tuple[tuple[int, str], ...]
        note: int | None = None
        more: str = ""

    assert incompatibilities(Old.model_json_schema(), New.model_json_schema()) == [
        "spans[]: type integer became string",
        "note: type null or string became integer or null",
    ]
