"""Traces by OpenTelemetry's SDK, sent by OTLP over HTTP. Imported only when they are on.

Names and attributes after the semantic conventions for messaging and HTTP (1.37): `articles process`, `alerts send`.
What is sent waits in a bounded queue; a thread of its own sends it. Where the collector is away, what is too much is
dropped, and it is said once a minute: nothing waits for it.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Final

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from schemas import ArticleRevised
from services.backbone import traceparent
from services.backbone.record import ConsumedRecord, Headers, OutgoingRecord, header
from services.backbone.settings import Settings
from services.backbone.telemetry import SPANS_LOST, logger
from services.backbone.topics import TOPICS
from services.backbone.tracing import Attributes, Ended, Kind, Span
from services.backbone.tracing_settings import TraceSettings

MOST_LINKS: Final = 100
MOST_CHILDREN: Final = 100
"""Records that one span writes within its trace; each further one begins a trace that is linked to it. A first reading
of thousands of articles, or one that meets thousands of watches, would else be a trace that nobody can open."""
MOST_PARENTS: Final = 1_000
"""Spans of which it is known how many records they wrote."""
MOST_CHARACTERS: Final = 256
"""Of an attribute, or of why something failed."""
SAY_EVERY_SECONDS: Final = 60.0

_KINDS: Final[Mapping[Kind, SpanKind]] = {kind.name.lower(): kind for kind in SpanKind}  # type: ignore[misc]
_NAMED: Final = {
    "article id": "tocsin.article.id",
    "watch id": "tocsin.watch.id",
    "alert id": "tocsin.alert.id",
    "source id": "tocsin.source.id",
    "channel id": "tocsin.channel.id",
}
_KEYS: Final = {topic.model.ce_type.encode(): _NAMED[topic.key] for topic in TOPICS if topic.key in _NAMED} | {
    ArticleRevised.ce_type.encode(): _NAMED["article id"]
}
"""What the key of a record is, by its `ce_type`."""
_STATES: Final = frozenset(topic.name for topic in TOPICS if topic.cleanup == "compact")
"""What a process remembers is no step of an article's way."""
_NOWHERE: Final = trace.set_span_in_context(trace.INVALID_SPAN, contexts.Context())

log = logger()


class _Recorded:
    """A span of the SDK, as the rest of the code sees it."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        of = span.get_span_context()
        self.traceparent = f"00-{of.trace_id:032x}-{of.span_id:016x}-{of.trace_flags:02x}"

    def tell(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)

    def failed(self, error: BaseException | str, why: str = "") -> None:
        kind = error if isinstance(error, str) else type(error).__name__
        self._span.set_attribute("error.type", kind)
        self._span.set_status(Status(StatusCode.ERROR, (why or str(error))[:MOST_CHARACTERS]))


_AROUND: Final = contexts.create_key("tocsin-span")


class SdkRecorder:
    """Makes spans, and sends them until it is closed."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("tocsin", version("tocsin"))
        self._children: OrderedDict[str, int] = OrderedDict()

    @contextmanager
    def span(
        self, name: str, kind: Kind, parent: str | None, links: Sequence[str], attributes: Attributes
    ) -> Iterator[Span]:
        """See tracing.py."""
        span = self._tracer.start_span(
            name,
            context=_context(parent),
            kind=_KINDS[kind],
            attributes=attributes,
            links=[Link(of) for of in map(_span_context, links[:MOST_LINKS])],
        )
        recorded = _Recorded(span)
        here = contexts.set_value(_AROUND, recorded, trace.set_span_in_context(span))
        token = contexts.attach(here)
        try:
            yield recorded
        except Exception as error:
            recorded.failed(error)
            raise
        finally:
            contexts.detach(token)
            span.end()

    def processing(self, record: ConsumedRecord, group: str) -> AbstractContextManager[Span]:
        """See tracing.py."""
        attributes = _messaging(record.topic, record.key, record.headers) | {
            "messaging.operation.type": "process",
            "messaging.operation.name": "process",
            "messaging.destination.partition.id": str(record.partition),
            "messaging.kafka.offset": record.offset,
            "messaging.consumer.group.name": group,
        }
        return self.span(f"{record.topic} process", "consumer", traceparent.stated(record.headers), (), attributes)

    def around(self) -> "_Recorded | None":
        """The span around this."""
        around = contexts.get_value(_AROUND)
        return around if isinstance(around, _Recorded) else None

    def written(self, record: OutgoingRecord) -> tuple[OutgoingRecord, Ended]:
        """See tracing.py. A record without a `traceparent`, as state has none, is as it is."""
        stated = header(record.headers, traceparent.HEADER)
        if stated is None or record.topic in _STATES:
            return record, _nobody_waits
        parent, links = traceparent.read(stated), list[Link]()
        if parent is not None and traceparent.is_recorded(parent) and not self._has_room(parent):
            links, parent = [Link(_span_context(parent))], None
        attributes = _messaging(record.topic, record.key, record.headers) | {
            "messaging.operation.type": "send",
            "messaging.operation.name": "send",
        }
        span = self._tracer.start_span(
            f"{record.topic} send",
            context=_context(parent) or _NOWHERE,
            kind=SpanKind.PRODUCER,
            attributes=attributes,
            links=links,
        )
        sent = _Recorded(span)

        def ended(error: BaseException | None) -> None:
            if error is not None:
                sent.failed(error)
            span.end()

        headers = [
            (name, sent.traceparent.encode() if name == traceparent.HEADER else value) for name, value in record.headers
        ]
        return replace(record, headers=headers), ended

    def _has_room(self, parent: str) -> bool:
        """Whether one more record may be written within the trace of this span."""
        children = self._children.get(parent, 0) + 1
        self._children[parent] = children
        self._children.move_to_end(parent)
        if len(self._children) > MOST_PARENTS:
            self._children.popitem(last=False)
        return children <= MOST_CHILDREN

    def close(self) -> threading.Thread:
        """Send what waits; the thread that does so may be left alone."""
        thread = threading.Thread(target=self._provider.shutdown, daemon=True, name="traces")
        thread.start()
        return thread


def start_recording(stage: str, settings: Settings, asked: TraceSettings) -> SdkRecorder:
    """A recorder for this process; sampler, limits, headers and the like are read from the environment by the SDK."""
    for noisy in ("opentelemetry.exporter", "requests", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # it is said below, once a minute, with the fix
    attributes = {
        "service.version": version("tocsin"),
        "service.namespace": settings.deployment,
        "service.instance.id": settings.instance,
    }
    if not asked.names_service:
        attributes["service.name"] = f"tocsin-{stage}"
    provider = TracerProvider(resource=Resource.create(attributes), shutdown_on_exit=False)
    for exporter in asked.exporters:
        to = ConsoleSpanExporter() if exporter == "console" else OTLPSpanExporter()
        provider.add_span_processor(BatchSpanProcessor(_Told(to, asked.endpoint)))
    log.info("traces.on", stage=stage, exporters=asked.exporters, endpoint=asked.endpoint)
    return SdkRecorder(provider)


class _Told(SpanExporter):
    """An exporter whose failures are counted, and told once a minute."""

    def __init__(self, exporter: SpanExporter, endpoint: str) -> None:
        self._exporter = exporter
        self._endpoint = endpoint
        self._lost = 0
        self._told_at = -SAY_EVERY_SECONDS

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS:
            SPANS_LOST.inc(len(spans))
            self._lost += len(spans)
            if (now := time.monotonic()) - self._told_at >= SAY_EVERY_SECONDS:
                log.warning(
                    "traces.lost",
                    spans=self._lost,
                    endpoint=self._endpoint,
                    fix="is a collector up that takes OTLP over HTTP there? to trace no more, unset the endpoint",
                )
                self._told_at, self._lost = now, 0
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _nobody_waits(_: BaseException | None) -> None:
    """Nothing of it is recorded."""


def _messaging(topic: str, key: bytes | None, headers: Headers | None) -> dict[str, str | int]:
    """What is known of a record without reading it."""
    attributes: dict[str, str | int] = {"messaging.system": "kafka", "messaging.destination.name": topic}
    if (id_ := header(headers, "ce_id")) is not None:
        attributes["messaging.message.id"] = _short(id_)
    if key is not None and (name := _KEYS.get(header(headers, "ce_type") or b"")) is not None:
        attributes[name] = _short(key)
    return attributes


def _short(value: bytes) -> str:
    return value[:MOST_CHARACTERS].decode(errors="replace")


def _context(parent: str | None) -> contexts.Context | None:
    """As whose child a span begins: that of the span around it where None."""
    return None if parent is None else trace.set_span_in_context(NonRecordingSpan(_span_context(parent)), _NOWHERE)


def _span_context(of: str) -> SpanContext:
    return SpanContext(int(of[3:35], 16), int(of[36:52], 16), is_remote=True, trace_flags=TraceFlags(int(of[53:], 16)))
