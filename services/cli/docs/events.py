"""docs/events.md, from what the AsyncAPI document is made of: the topics, their events, and the promises about both."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from schemas import Event
from services.backbone.contract import ANY_ALERT_TOPIC, HEADERS
from services.backbone.contract_words import ABOUT as PROMISES
from services.backbone.contract_words import OF_CHANNEL
from services.backbone.topics import BROKER_RECORD_BYTES, TOPICS, Topic
from services.cli.docs.flow import ENDS
from services.cli.docs.markdown import anchor, code, fenced, in_one_line, table
from services.cli.docs.types import models_in, told

ABOUT: Final = f"""\
# Events

What stands on the topics. `alerts` and `alerts.<name>` are for everybody; [subscribing.md](subscribing.md) shows how to
read them. The JSON Schemas and an AsyncAPI 3.0 document are in [schemas/generated](../schemas/generated/asyncapi.yaml),
and this page is made from the same models.

## Promises

{PROMISES.strip()}
"""


def events_page() -> str:
    """The page."""
    topics = (*TOPICS, ANY_ALERT_TOPIC)
    events = {model.__name__: model for topic in topics for model in topic.models}
    parts = {model.__name__: model for event in events.values() for model in _inside(event)}
    return "\n".join(
        [
            ABOUT,
            "## Headers\n",
            table(("header", "what stands there"), _headers()),
            "## Topics\n",
            (
                f"The broker is told to let records of {BROKER_RECORD_BYTES:,} bytes through; Tocsin writes and "
                "takes no more than stands under *record*.\n"
            ),
            table(("topic", "key", "kept", "partitions", "record", "written by", "read by"), map(_row, topics)),
            *map(_topic, topics),
            "## The events\n",
            *(_event(model, _topics_of(model, topics)) for model in events.values()),
            "## Parts of events\n",
            *(_fields(f"### {name}\n", parts[name]) for name in sorted(parts.keys() - events.keys())),
        ]
    )


def _headers() -> Iterator[tuple[str, str]]:
    told = {"ce_type": "The event's type, with its number.", "ce_time": "When the record was made, RFC 3339 in UTC."}
    described: Mapping[str, Mapping[str, str]] = HEADERS["properties"]  # type: ignore[assignment]
    for name, schema in described.items():
        yield code(name), schema.get("description") or told.get(name) or code(schema["const"])


def _inside(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every model that stands in a model, however deep."""
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            if inner is not model:
                yield inner
                yield from _inside(inner)


def _row(topic: Topic[Any]) -> tuple[str, ...]:
    kept = "compacted" if topic.retention is None else f"{topic.retention.days} days"
    ends = ENDS[topic.name]
    bytes_ = f"{topic.max_record_bytes:,} bytes"
    return _link_of(topic), topic.key, kept, str(topic.partitions), bytes_, ends.written_by, ends.read_by


def _topic(topic: Topic[Any]) -> str:
    models = ", ".join(map(_link, topic.models))
    more = OF_CHANNEL.get(topic.name, "").strip()
    return f"### {_title(topic)}\n\n{topic.doc} Events: {models}.\n" + (f"\n{more}\n" if more else "")


def _topics_of(model: type[Event], topics: tuple[Topic[Any], ...]) -> str:
    return ", ".join(_link_of(topic) for topic in topics if model in topic.models)


def _event(model: type[Event], topics: str) -> str:
    types = f"{code('ce_type')} {code(model.ce_type)}, on {topics}."
    head = f"### {model.__name__}\n\n{types} {in_one_line(model.__doc__ or '')}\n"
    extra = model.model_config.get("json_schema_extra")
    example = extra["examples"][0] if isinstance(extra, dict) else None  # type: ignore[index]
    shown = fenced("json", json.dumps(example, indent=2, ensure_ascii=False)) if example is not None else ""
    return f"{_fields(head, model)}\n{shown}"


def _fields(head: str, model: type[BaseModel]) -> str:
    doc = "" if issubclass(model, Event) else in_one_line(model.__doc__ or "") + "\n\n"
    rows = [
        (code(field.alias or name), told(field, _link), in_one_line(field.description or ""))
        for name, field in model.model_fields.items()
    ]
    return f"{head}\n{doc}{table(('field', 'type', 'meaning'), rows)}"


def _link(model: type[BaseModel]) -> str:
    return f"[{model.__name__}](#{anchor(model.__name__)})"


def _title(topic: Topic[Any]) -> str:
    return f"Topic {topic.name}"


def _link_of(topic: Topic[Any]) -> str:
    return f"[{code(topic.name)}](#{anchor(_title(topic))})"
