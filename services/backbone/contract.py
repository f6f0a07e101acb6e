"""The public contract, from the models and the topic declaration: JSON Schemas (2020-12) and an AsyncAPI 3.0 document.

A reader of the last release must be able to read what this release writes, and the other way round, because both are on
the topics at once during an upgrade. So against the released schemas:
- a field is never removed and never changes its type;
- a new field is never required;
- a value is never taken out of an enumeration.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from schemas import Event
from services.backbone.contract_words import ABOUT, OF_CHANNEL
from services.backbone.topics import TOPICS, Topic, alert_topic

Schema = Mapping[str, Any]

ANY_ALERT_TOPIC = alert_topic("{name}")


def documents() -> dict[str, str]:
    """Every generated file: its name and its text."""
    models = {model.__name__: model for topic in TOPICS for model in topic.models}
    schemas = {f"{name}.json": schema_of(model) for name, model in models.items()}
    text = yaml.safe_dump(_asyncapi(), sort_keys=False, allow_unicode=True, width=120)
    return schemas | {"asyncapi.yaml": text}


def schema_of(model: type[Event]) -> str:
    """The JSON Schema of an event, for its readers."""
    return json.dumps(_open(model.model_json_schema()), indent=2, ensure_ascii=False) + "\n"


def incompatibilities(released: Schema, current: Schema) -> list[str]:
    """What of the current schema would break a reader or a writer of the released one; empty where nothing does."""
    return list(_incompatible(released, current, released, current, ""))


def _open(schema: Any) -> Any:
    """The schema for readers, who must pass over fields that a later release adds."""
    if isinstance(schema, dict):
        return {key: _open(part) for key, part in schema.items() if (key, part) != ("additionalProperties", False)}
    return [_open(part) for part in schema] if isinstance(schema, list) else schema


def _incompatible(old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    where = path or "the event"
    if _type(old) != _type(new):
        yield f"{where}: type {_type(old)} became {_type(new)}"
        return
    for value in _values(old):
        if value not in _values(new):
            yield f"{where}: value {value!r} was removed"
    properties = new.get("properties", {})
    for name, part in old.get("properties", {}).items():
        inner = f"{path}.{name}" if path else name
        if name in properties:
            yield from _incompatible(part, properties[name], old_root, new_root, inner)
        else:
            yield f"{inner}: was removed"
    for name in new.get("required", []):
        if name in properties and name not in old.get("required", []):
            yield f"{path}.{name}".lstrip(".") + ": became required"
    for key in ("items", "additionalProperties"):
        if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
            yield from _incompatible(old[key], new[key], old_root, new_root, f"{path}[]")
    for key in ("anyOf", "prefixItems"):
        for old_branch, new_branch in zip(old.get(key, []), new.get(key, []), strict=False):
            yield from _incompatible(old_branch, new_branch, old_root, new_root, path)


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        schema = root["$defs"][name]
    return schema


def _type(schema: Schema) -> str:
    if "anyOf" in schema:
        return " or ".join(sorted(_type(branch) if "$ref" not in branch else "object" for branch in schema["anyOf"]))
    return " ".join([schema.get("type", "any"), *([schema["format"]] if "format" in schema else [])])


def _values(schema: Schema) -> list[Any]:
    return list(schema.get("enum", [schema["const"]] if "const" in schema else []))


def _asyncapi() -> dict[str, Any]:
    topics = [*TOPICS, ANY_ALERT_TOPIC]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tocsin events",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_channel_id(topic): _channel(topic) for topic in topics},
        "operations": {
            f"receive-{_channel_id(topic)}": {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{_channel_id(topic)}"},
                "summary": topic.doc,
            }
            for topic in topics
        },
        "components": {
            "messages": {model.__name__: _message(topic, model) for topic in TOPICS for model in topic.models},
            "messageTraits": {"CloudEvent": {"headers": HEADERS}},
        },
    }


def _channel_id(topic: Topic[Any]) -> str:
    return topic.name.replace(".{name}", "-of-a-name").replace(".", "-")


def _channel(topic: Topic[Any]) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": topic.name,
        "description": f"{topic.doc} Key: {topic.key}.{OF_CHANNEL.get(topic.name, '')}",
        "messages": {model.__name__: {"$ref": f"#/components/messages/{model.__name__}"} for model in topic.models},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.cleanup],
                    **(
                        {} if topic.retention is None else {"retention.ms": int(topic.retention.total_seconds() * 1000)}
                    ),
                    "max.message.bytes": int(topic.config()["max.message.bytes"]),
                },
                "bindingVersion": "0.5.0",
            }
        },
    }
    if topic is ANY_ALERT_TOPIC:
        channel["parameters"] = {"name": {"description": "`topic` of the watches that write there."}}
    return channel


def _message(topic: Topic[Any], model: type[Event]) -> dict[str, Any]:
    return {
        "name": model.ce_type,
        "title": model.__name__,
        "summary": (model.__doc__ or "").strip().split("\n")[0],
        "traits": [{"$ref": "#/components/messageTraits/CloudEvent"}],
        "payload": {"$ref": f"./{model.__name__}.json"},
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": "0.5.0"}},
    }


HEADERS = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type", "traceparent"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "description": "Deterministic: a repeat has the same."},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string", "description": "/tocsin/<stage>"},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"const": "application/json"},
        "traceparent": {"type": "string", "description": "W3C Trace Context"},
    },
}
