"""A collector of traces on loopback: what OTLP over HTTP brings it, as plain values. And a process that sends there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from services.backbone import tracing
from services.backbone.settings import Settings
from services.backbone.tracing_sdk import SdkRecorder, start_recording
from services.backbone.tracing_settings import read_trace_settings
from tests.serving import serving


@dataclass(frozen=True)
class SeenSpan:
    """A span as it came."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    """Empty of a root."""
    links: tuple[str, ...]
    """The span ids that it is linked to."""
    attributes: dict[str, str | int]
    failed: bool
    status: str


class Collector:
    """Takes `POST /v1/traces` and remembers."""

    def __init__(self) -> None:
        self.spans: list[SeenSpan] = []
        self.headers: list[dict[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def named(self, name: str) -> list[SeenSpan]:
        """The spans of this name."""
        return [span for span in self.spans if span.name == name]

    def trace(self, trace_id: str) -> list[SeenSpan]:
        """The spans of this trace."""
        return [span for span in self.spans if span.trace_id == trace_id]

    @contextmanager
    def open(self) -> Iterator["Collector"]:
        """Serve for the block."""
        with serving(self._server):
            yield self

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                assert self.headers["content-type"] == "application/x-protobuf"
                collector.headers.append({name.lower(): value for name, value in self.headers.items()})
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.spans += _spans(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Tests read spans, not logs."""

        return Handler


@dataclass
class Recording:
    """What this process records, and where it ends."""

    collector: Collector
    recorder: SdkRecorder

    def spans(self) -> list[SeenSpan]:
        """All spans, sent; nothing is recorded any more."""
        tracing.use(None)
        self.recorder.close().join(5)
        return self.collector.spans


@contextmanager
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    """Record in this process, for the block."""
    with Collector().open() as collector:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        asked = read_trace_settings(environment)
        assert asked is not None
        recorder = start_recording("tagging", Settings(), asked)
        tracing.use(recorder)
        try:
            yield Recording(collector, recorder)
        finally:
            tracing.use(None)
            recorder.close().join(5)


def _spans(request: ExportTraceServiceRequest) -> Iterator[SeenSpan]:
    for of_resource in request.resource_spans:
        service = _values(of_resource.resource.attributes)["service.name"]
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield SeenSpan(
                    service=str(service),
                    name=span.name,
                    kind=WireSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    links=tuple(link.span_id.hex() for link in span.links),
                    attributes=_values(span.attributes),
                    failed=span.status.code == Status.STATUS_CODE_ERROR,
                    status=span.status.message,
                )


def _values(pairs: Any) -> dict[str, str | int]:
    return {pair.key: _value(pair) for pair in pairs}


def _value(pair: KeyValue) -> str | int:
    return pair.value.int_value if pair.value.HasField("int_value") else pair.value.string_value
