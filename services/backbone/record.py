"""Event <-> Kafka record: CloudEvents 1.0 in binary mode, with the trace carried through.

Headers (UTF-8), by the CloudEvents Kafka protocol binding 1.0.2, section 3.2:
    ce_specversion 1.0, ce_id, ce_type, ce_source (/tocsin/<stage>), ce_time (RFC 3339), content-type application/json
and by W3C Trace Context:
    traceparent 00-<trace id>-<span id>-<flags>, as traceparent.py has it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pydantic import ValidationError

from schemas import Event
from services.backbone import traceparent
from services.backbone.errors import RecordTooLarge, UnreadableRecord
from services.backbone.topics import E, Topic, bound_of
from services.backbone.tracing import onward

Headers = Sequence[tuple[str, bytes]]
REPLAYS = "tocsin_replays"


class ConsumedRecord(Protocol):
    """What aiokafka, Faust and our own reader of confluent-kafka messages have in common."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers | None: ...


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """A record to be produced. `partition` None: the key decides (murmur2, as every Kafka client does)."""

    topic: str
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]
    partition: int | None = None


def encode(topic: str, event: Event, stage: str, trace: str | None = None) -> OutgoingRecord:
    """Turn an event into a record of `topic`.

    Args:
        topic: the topic's name.
        event: what to send.
        stage: the process that sends it.
        trace: `traceparent` of the record that led to this one; None begins a trace.

    Raises:
        RecordTooLarge: the value would be longer than the topic takes.
    """
    value, most = event.write(), bound_of(topic)
    if len(value) > most:
        raise RecordTooLarge(f"{type(event).__name__} {event.event_id} is {len(value)} bytes long, over {most}")
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event.event_id.encode()),
        ("ce_type", event.ce_type.encode()),
        ("ce_source", f"/tocsin/{stage}".encode()),
        ("ce_time", now.encode()),
        ("content-type", b"application/json"),
        (traceparent.HEADER, onward(trace).encode()),
    ]
    return OutgoingRecord(topic, event.key.encode(), value, headers)


def decode(topic: Topic[E], record: ConsumedRecord) -> E:
    """Read a record as an event of its topic: of the first model, where the topic has several.

    Raises:
        UnreadableRecord: empty, of another type, not JSON, or without what this release needs.
        RecordTooLarge: longer than the topic takes.
    """
    return _decode(topic, topic.model, record)


def decode_any(topic: Topic[Any], record: ConsumedRecord) -> Event:
    """Read a record as whichever event of its topic it is.

    Raises:
        UnreadableRecord, RecordTooLarge: as `decode`.
    """
    ce_type = header(record.headers, "ce_type")
    model = next((model for model in topic.also if model.ce_type.encode() == ce_type), topic.model)
    return _decode(topic, model, record)


def _decode(topic: Topic[Any], model: type[E], record: ConsumedRecord) -> E:
    if record.value is None:
        raise UnreadableRecord(f"empty: {topic.name} holds {model.__name__}")
    if len(record.value) > topic.max_record_bytes:
        raise RecordTooLarge(f"{len(record.value)} bytes long, over {topic.max_record_bytes}")
    ce_type = header(record.headers, "ce_type")
    if ce_type is not None and ce_type != model.ce_type.encode():
        raise UnreadableRecord(f"ce_type is {ce_type[:100]!r}; {topic.name} holds {model.ce_type}")
    try:
        return model.read(record.value)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False, include_context=False)
        shown = "; ".join(f"{_path(detail['loc'])}{detail['msg']}" for detail in details[:3])
        more = f"; and {len(details) - 3} more" if len(details) > 3 else ""
        raise UnreadableRecord(f"not a {model.__name__}: {shown}{more}") from None


def header(headers: Headers | None, name: str) -> bytes | None:
    """The first header of this name."""
    return next((value for key, value in headers or () if key == name), None)


def trace_of(record: ConsumedRecord) -> str | None:
    """The record's `traceparent`; None where there is none or it is malformed."""
    return traceparent.stated(record.headers)


def _path(parts: Sequence[int | str]) -> str:
    return "".join(f"{part}: " if i == len(parts) - 1 else f"{part}." for i, part in enumerate(parts))
