import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Alert, Article, Event, Notification
from services.backbone.errors import RecordError, RecordTooLarge, UnreadableRecord
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, decode, encode, header, trace_of
from services.backbone.topics import ARTICLES, MAX_RECORD_BYTES, MENTIONS, NOTIFICATIONS, TOPICS, Topic
from tests.schemas.examples import example, example_json

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def consumed(record: OutgoingRecord) -> ReadRecord:
    return ReadRecord(record.topic, 0, 7, record.key, record.value, record.headers)


def article_record(value: bytes | None, ce_type: bytes | None = b"tocsin.article.v1") -> ReadRecord:
    headers = [] if ce_type is None else [("ce_type", ce_type)]
    return ReadRecord("articles", 0, 7, b"art-1", value, headers)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_what_is_encoded_decodes_as_the_same_event(topic: Topic[Event]) -> None:
    event = example(topic.model)
    record = encode(topic.name, event, "tagging")
    assert decode(topic, consumed(record)) == event
    assert (record.topic, record.key, record.partition) == (topic.name, event.key.encode(), None)


@given(title=st.text(max_size=50), text=st.text(), authors=st.lists(st.text()))
def test_any_text_survives(title: str, text: str, authors: list[str]) -> None:
    article = example(Article, title=title, text=text, authors=authors)
    assert decode(ARTICLES, consumed(encode("articles", article, "ingestion"))) == article


def test_attributes_are_headers_as_the_cloudevents_binding_says() -> None:
    """CloudEvents Kafka protocol binding 1.0.2, section 3.2: prefix `ce_`, UTF-8, the content type without prefix."""
    before = datetime.now(UTC)
    record = encode("mentions", example(MENTIONS.model, id="men-1"), "match")
    headers = {name: value.decode() for name, value in record.headers}
    assert len(headers) == len(record.headers), "each header stands once"
    time, trace = headers.pop("ce_time"), headers.pop("traceparent")
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": "men-1",
        "ce_type": "tocsin.mention.v1",
        "ce_source": "/tocsin/match",
        "content-type": "application/json",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert before - timedelta(milliseconds=1) <= datetime.fromisoformat(time) <= datetime.now(UTC)
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", trace), "nobody records it"


def test_while_nothing_is_traced_a_trace_is_handed_on_as_it_is() -> None:
    """W3C Trace Context, section 3.2: a span that nobody records would leave a hole in the trace of those around us."""
    first = consumed(encode("articles", example(Article), "ingestion", TRACE))
    second = consumed(encode("articles", example(Article), "ingestion", trace_of(first)))
    assert (trace_of(first), trace_of(second)) == (TRACE, TRACE)


def test_without_a_trace_each_record_begins_its_own() -> None:
    traces = [trace_of(consumed(encode("articles", example(Article), "ingestion"))) for _ in range(2)]
    assert traces[0] is not None
    assert traces[1] is not None
    assert traces[0].split("-")[1] != traces[1].split("-")[1]


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xff\xfe",
        TRACE.upper().encode(),
        TRACE.encode() + b"\n",
        TRACE.encode() + b"-00",
        b"ff" + TRACE.encode()[2:],
        b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319c-" + b"0" * 16 + b"-01",
        b"9" * 100_000,
    ],
    ids=["empty", "bytes", "upper", "newline", "longer", "version", "no-trace", "no-span", "huge"],
)
def test_a_malformed_traceparent_is_as_none(value: bytes) -> None:
    """W3C Trace Context, section 3.2.2: lower case hex, version not ff, neither id all zeros."""
    record = ReadRecord("articles", 0, 0, None, b"", [("traceparent", value)])
    assert trace_of(record) is None


def test_a_record_without_headers_is_read() -> None:
    """Any program may write to `articles`: what the headers would say is what the topic says anyway."""
    record = ReadRecord("articles", 0, 7, None, example(Article).write(), None)
    assert decode(ARTICLES, record) == example(Article)
    assert trace_of(record) is None


def without(field: str) -> bytes:
    document = example_json(Article)
    del document[field]
    return json.dumps(document).encode()


def changed(**fields: Any) -> bytes:
    return json.dumps(example_json(Article) | fields).encode()


@pytest.mark.parametrize(
    ("record", "kind", "words"),
    [
        (article_record(None), UnreadableRecord, ["empty", "articles", "Article"]),
        (article_record(b""), UnreadableRecord, ["not a Article", "Invalid JSON"]),
        (article_record(b"not json"), UnreadableRecord, ["Invalid JSON", "line 1 column"]),
        (article_record(b"\xff"), UnreadableRecord, ["Invalid JSON"]),
        (article_record(b"[" * 1000), UnreadableRecord, ["Invalid JSON"]),
        (article_record(changed(), b"tocsin.alert.v1"), UnreadableRecord, ["tocsin.alert.v1", "tocsin.article.v1"]),
        (article_record(changed(), b"tocsin.article.v2"), UnreadableRecord, ["tocsin.article.v2"]),
        (article_record(changed(), b"\xff" * 10_000), UnreadableRecord, ["ce_type"]),
        (article_record(without("title")), UnreadableRecord, ["title: ", "required"]),
        (article_record(changed(source={"id": "x"})), UnreadableRecord, ["source.name: ", "required"]),
        (article_record(changed(seen_at=float("nan"))), UnreadableRecord, ["seen_at: "]),
        (article_record(changed(seen_at="X").replace(b'"X"', b"1e999")), UnreadableRecord, ["seen_at: "]),
        (article_record(b"{}"), UnreadableRecord, ["id: ", "revision: ", "url: ", "and 4 more"]),
        (article_record(changed() + b" " * MAX_RECORD_BYTES), RecordTooLarge, ["bytes long", str(MAX_RECORD_BYTES)]),
    ],
    ids=[
        "no-value", "no-bytes", "not-json", "not-utf-8", "deep", "wrong-type", "newer-type", "endless-type",
        "missing", "missing-within", "nan", "infinite", "all-missing", "too-long",
    ],
)  # fmt: skip
def test_a_record_that_its_topic_does_not_hold_is_refused(
    record: ReadRecord, kind: type[RecordError], words: list[str]
) -> None:
    with pytest.raises(kind) as refused:
        decode(ARTICLES, record)
    assert all(word in str(refused.value) for word in words), str(refused.value)
    assert len(str(refused.value)) < 1000


def test_an_error_does_not_show_the_value() -> None:
    with pytest.raises(UnreadableRecord) as refused:
        decode(ARTICLES, article_record(changed(title=["a secret"], url=5)))
    assert "secret" not in str(refused.value)


def test_a_record_may_be_as_long_as_the_limit() -> None:
    value = changed()
    value += b" " * (MAX_RECORD_BYTES - len(value))
    assert decode(ARTICLES, article_record(value)) == example(Article)


def test_an_event_over_the_limit_is_not_sent() -> None:
    """A control character takes six bytes in JSON, so an article within its limit of characters can be too long."""
    with pytest.raises(RecordTooLarge, match=r"Article art-1\.r .*bytes long"):
        encode("articles", example(Article, id="art-1", revision="r", text="\x01" * 200_000), "ingestion")


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    """RFC 8259 leaves it open; this is what the parser does, and a test says when it changes."""
    value = changed(title="the first")[:-1] + b', "title": "the last"}'
    assert decode(ARTICLES, article_record(value)).title == "the last"


def test_of_a_header_that_stands_twice_the_first_counts() -> None:
    assert header([("a", b"1"), ("b", b"2"), ("b", b"3")], "b") == b"2"
    assert header(None, "b") is None


def test_an_alert_of_any_length_can_be_told_of() -> None:
    value = example(Alert).write()
    alert = example(Alert, config_digest="x" * (MAX_RECORD_BYTES - len(value)))
    assert MAX_RECORD_BYTES - 100 < len(encode("alerts", alert, "decide").value or b"") <= MAX_RECORD_BYTES
    notification = example(Notification, alert=alert, incident=None)
    assert decode(NOTIFICATIONS, consumed(encode("notifications", notification, "notify"))) == notification
