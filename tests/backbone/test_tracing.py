"""What a span, a record and a trace have to do with each other; without processes and without a broker."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from schemas import Article
from services.backbone import traceparent, tracing
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, encode, header, trace_of
from services.backbone.tracing_sdk import MOST_CHILDREN, MOST_LINKS
from tests.otlp_collector import Recording, recording
from tests.schemas.examples import example

RECORDED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOT_RECORDED = RECORDED[:-2] + "00"


@pytest.fixture(name="recording")
def _recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    """Traces are on, as by the environment."""
    with recording(monkeypatch) as on:
        yield on


def article(trace: str | None = None) -> OutgoingRecord:
    return encode("articles", example(Article), "ingestion", trace)


def read(record: OutgoingRecord) -> ReadRecord:
    return ReadRecord(record.topic, 0, 7, record.key, record.value, record.headers)


def write(record: OutgoingRecord, error: Exception | None = None) -> ReadRecord:
    """Write a record as a client does."""
    sent, ended = tracing.written(record)
    assert ended is not None
    ended(error)
    return read(sent)


def test_off_it_is_not_even_imported() -> None:
    program = "import sys, services.backbone.stage, services.alerting.app, services.ingestion.app; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "services.backbone.tracing" in modules
    assert not [name for name in modules if name.startswith(("opentelemetry", "google.protobuf"))]


def test_off_nothing_changes_hands() -> None:
    record = article(RECORDED)
    with tracing.processing(read(record), "group") as span, tracing.span("source poll") as within:
        assert (span.traceparent, within.traceparent, tracing.current()) == ("", "", "")
        assert trace_of(read(article(RECORDED))) == RECORDED
    assert tracing.written(record) == (record, None)
    with tracing.written_together([record]) as sent:
        assert sent == [record]


def test_a_record_that_is_handled_leads_to_the_record_that_is_written(recording: Recording) -> None:
    with tracing.span("source poll"):
        first = write(article())
    with tracing.processing(first, "desk.tagging"):
        output = article(trace_of(first))
    second = write(output)  # after it was handled: outputs are written together

    spans = {span.name: span for span in recording.spans() if span.name != "articles send"}
    sends = [span for span in recording.collector.spans if span.name == "articles send"]
    assert [(trace_of(record) or "")[36:52] for record in (first, second)] == [span.span_id for span in sends]
    assert spans["articles process"].parent_id == sends[0].span_id
    assert sends[1].parent_id == spans["articles process"].span_id
    assert sends[0].parent_id == spans["source poll"].span_id
    assert len({span.trace_id for span in recording.collector.spans}) == 1
    assert {span.service for span in recording.collector.spans} == {"tocsin-tagging"}


def test_what_its_sender_did_not_record_is_not_recorded(recording: Recording) -> None:
    with tracing.processing(read(article(NOT_RECORDED)), "desk.tagging"):
        output = article(NOT_RECORDED)
    sent = write(output)

    assert recording.spans() == []
    assert (trace_of(sent) or "").startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert not traceparent.is_recorded(trace_of(sent) or "")


def test_a_record_of_another_trace_is_not_drawn_into_the_one_around_it(recording: Recording) -> None:
    """What waited for another article is written while this one is handled."""
    with tracing.span("source poll"):
        sent = write(article(RECORDED))
    by_name = {span.name: span for span in recording.spans()}
    assert by_name["articles send"].parent_id == "b7ad6b7169203331"
    assert (trace_of(sent) or "")[3:35] == "0af7651916cd43dd8448eb211c80319c"


def test_what_nothing_led_to_begins_a_trace_that_is_recorded(recording: Recording) -> None:
    sent = write(article())
    (span,) = recording.spans()
    assert span.parent_id == ""
    assert traceparent.is_recorded(trace_of(sent) or "")


def test_many_records_of_one_span_are_many_traces_linked_to_it(recording: Recording) -> None:
    with tracing.span("source poll"):
        for _ in range(MOST_CHILDREN + 5):
            write(article())
    (poll,) = [span for span in recording.spans() if span.name == "source poll"]
    sends = recording.collector.named("articles send")
    within = [span for span in sends if span.trace_id == poll.trace_id]
    beyond = [span for span in sends if span.trace_id != poll.trace_id]
    assert (len(within), len(beyond)) == (MOST_CHILDREN, 5)
    assert {span.links for span in beyond} == {(poll.span_id,)}
    assert len({span.trace_id for span in beyond}) == 5


def test_links_are_bounded(recording: Recording) -> None:
    with tracing.span("notifications deliver", "consumer", links=[RECORDED] * (MOST_LINKS + 50)):
        pass
    (span,) = recording.spans()
    assert len(span.links) == MOST_LINKS


def test_what_fails_says_so(recording: Recording) -> None:
    with pytest.raises(LookupError), tracing.span("one"):
        raise LookupError("nothing there")
    with tracing.span("two"):
        tracing.failed(ValueError("not a number" + "!" * 1000))
    with tracing.span("three") as span:
        span.failed("later", "HTTP 503")
    write(article(), OSError("the broker is gone"))

    told = {span.name: (span.failed, span.attributes["error.type"], span.status) for span in recording.spans()}
    assert told["one"] == (True, "LookupError", "nothing there")
    assert told["two"][:2] == (True, "ValueError")
    assert len(told["two"][2]) < 300
    assert told["three"] == (True, "later", "HTTP 503")
    assert told["articles send"] == (True, "OSError", "the broker is gone")


def test_the_records_of_a_transaction_fail_together(recording: Recording) -> None:
    def commit() -> None:
        with tracing.written_together([article(), article()]) as sent:
            assert len({trace_of(read(record)) for record in sent}) == 2
            raise OSError("fenced")

    with pytest.raises(OSError, match="fenced"):
        commit()
    assert [span.failed for span in recording.spans()] == [True, True]


def test_what_a_process_remembers_is_no_step_of_the_way(recording: Recording) -> None:
    state = OutgoingRecord("alerting.state", b"ttp/watch", b"{}", [("ce_specversion", b"1.0")])
    assert tracing.written(state)[0] == state
    assert recording.spans() == []


def test_a_span_is_its_thread_s_and_its_task_s_own(recording: Recording) -> None:
    seen: list[str] = []
    with tracing.span("source poll"):
        thread = threading.Thread(target=lambda: seen.append(tracing.current()))
        thread.start()
        thread.join()
    assert seen == [""]


def test_a_header_stands_once_whatever_came_of_it(recording: Recording) -> None:
    sent, _ = tracing.written(article(RECORDED))
    assert [name for name, _ in sent.headers].count(traceparent.HEADER) == 1
    assert header(sent.headers, traceparent.HEADER) != RECORDED.encode()
