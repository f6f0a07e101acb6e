"""Traces: one from the poll of a source to the webhook. Off, and then free, unless the environment asks for them.

    span(name, ...)            something that takes time: a poll, a fetch, an attempt at a channel
    processing(record, ...)    a record is handled; what is encoded and written meanwhile continues its trace
    failed(error)              the span around this did not succeed
    written(record)            a record is on its way to the broker, until it is acknowledged
    written_together(records)  the same of the records of a transaction

Nothing of OpenTelemetry is imported unless it is on: that takes 0.2 s and 6 MB. What records, and which
variables it heeds, stands in tracing_sdk.py; docs/tracing.md shows what comes of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final, Literal, Protocol, Self

from services.backbone import traceparent

if TYPE_CHECKING:
    from services.backbone.record import ConsumedRecord, OutgoingRecord

Kind = Literal["internal", "client", "server", "producer", "consumer"]
Attributes = Mapping[str, str | int]


class Span(Protocol):
    """Something that takes time."""

    @property
    def traceparent(self) -> str:
        """By which others continue it; empty where nothing is traced."""
        ...

    def tell(self, attributes: Attributes) -> None:
        """Say more of it."""
        ...

    def failed(self, error: Exception | str, why: str = "") -> None:
        """It did not succeed: an exception; or its kind in a word, and why."""
        ...


class Recorder(Protocol):
    """Who makes spans, while tracing is on."""

    def span(
        self, name: str, kind: Kind, parent: str | None, links: Sequence[str], attributes: Attributes
    ) -> AbstractContextManager[Span]:
        """As `span` below; parent None is the span around it, or nothing."""
        ...

    def processing(self, record: "ConsumedRecord", group: str) -> AbstractContextManager[Span]:
        """As `processing` below."""
        ...

    def around(self) -> Span | None:
        """The span around this."""
        ...

    def written(self, record: "OutgoingRecord") -> "tuple[OutgoingRecord, Ended]":
        """As `written` below."""
        ...


Ended = Callable[[BaseException | None], None]
"""Is told when a record was acknowledged, or why it was not."""


class _Nothing:
    """The span of what is not traced."""

    traceparent: Final = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, attributes: Attributes) -> None:
        pass

    def failed(self, error: Exception | str, why: str = "") -> None:
        pass


_NOTHING: Final = _Nothing()
_recorder: Recorder | None = None


def use(recorder: Recorder | None) -> None:
    """Let this one record from now on, in this process; None: nobody."""
    global _recorder  # one process, one recorder: as with metrics, nobody need be handed it
    _recorder = recorder


def span(
    name: str,
    kind: Kind = "internal",
    *,
    parent: str | None = None,
    links: Sequence[str] = (),
    attributes: Attributes | None = None,
) -> AbstractContextManager[Span]:
    """Something that takes time. An exception that leaves it is noted.

    Args:
        name: of few different ones: no ids in it.
        kind: what it is to what is behind it.
        parent: `traceparent` of what led to it; the span around it where None, or nothing.
        links: `traceparent` of more that led to it; the first hundred count.
        attributes: what is known of it.
    """
    if _recorder is None:
        return _NOTHING
    return _recorder.span(name, kind, parent, links, attributes or {})


def processing(record: "ConsumedRecord", group: str) -> AbstractContextManager[Span]:
    """A record is handled, by this consumer group."""
    return _NOTHING if _recorder is None else _recorder.processing(record, group)


def onward(trace: str | None) -> str:
    """The `traceparent` of what is encoded now.

    Args:
        trace: of what led to it; None begins a trace.

    Returns:
        The span around it, if it is of that trace; else `trace` as it is. A process that does not trace hands on what
        it was given (Trace Context, section 3.2), and the trace stays whole around it. Empty: `written` begins one.
    """
    if _recorder is None:
        return trace or traceparent.new()
    around = _recorder.around()
    if around is not None and (
        trace is None or traceparent.trace_id(trace) == traceparent.trace_id(around.traceparent)
    ):
        return around.traceparent
    return trace or ""


def current() -> str:
    """The `traceparent` of the span around this; empty where nothing is traced."""
    around = None if _recorder is None else _recorder.around()
    return "" if around is None else around.traceparent


def failed(error: Exception) -> None:
    """Note that the span around this did not succeed, if there is one."""
    if _recorder is not None and (around := _recorder.around()) is not None:
        around.failed(error)


def written(record: "OutgoingRecord") -> "tuple[OutgoingRecord, Ended | None]":
    """A record as it is to be written, and whom to tell when it is: nobody where it is not traced."""
    return (record, None) if _recorder is None else _recorder.written(record)


@contextmanager
def written_together(records: "Sequence[OutgoingRecord]") -> "Iterator[Sequence[OutgoingRecord]]":
    """Records as they are to be written; leaving means that all are, an exception that none is."""
    if _recorder is None:
        yield records
        return
    sent = [_recorder.written(record) for record in records]
    failure: BaseException | None = None
    try:
        yield [record for record, _ in sent]
    except BaseException as error:
        failure = error
        raise
    finally:
        for _, ended in sent:
            ended(failure)
