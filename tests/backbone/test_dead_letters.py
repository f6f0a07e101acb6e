from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Article
from schemas.dead_letter import MAX_KEPT_BYTES
from services.backbone.dead_letters import dead_letter, set_aside
from services.backbone.errors import RecordTooLarge, UnreadableRecord
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, decode, encode, trace_of
from services.backbone.settings import Settings
from services.backbone.topics import DEAD_LETTERS, MAX_RECORD_BYTES
from tests.backbone.on_kafka import put, stands_in
from tests.schemas.examples import example

NOW = datetime(2026, 11, 24, 5, 4, 12, tzinfo=UTC)


def bad(
    key: bytes | None = b"k", value: bytes | None = b"bad", headers: list[tuple[str, bytes]] | None = None
) -> ReadRecord:
    return ReadRecord("articles", 2, 41, key, value, headers)


def test_a_dead_letter_keeps_the_original_its_origin_and_the_reason() -> None:
    letter = dead_letter(bad(b"\xff", b"\x00bad"), UnreadableRecord("not JSON"), "tagging", NOW)
    assert (letter.stage, letter.failed_at) == ("tagging", NOW)
    assert (letter.origin_topic, letter.origin_partition, letter.origin_offset) == ("articles", 2, 41)
    assert (letter.origin_key, letter.origin_value, letter.origin_size_bytes) == (b"\xff", b"\x00bad", 4)
    assert (letter.error, letter.replays, letter.whole) == ("not JSON", 0, True)


@pytest.mark.parametrize(
    ("error", "what", "fix"),
    [
        (UnreadableRecord("not JSON"), "not JSON", "tocsin dead-letters replay"),
        (RecordTooLarge("2 MB"), "2 MB", "cut its text"),
        (ZeroDivisionError(), "ZeroDivisionError", "defect of Tocsin"),
    ],
)
def test_the_fix_follows_from_the_error(error: Exception, what: str, fix: str) -> None:
    letter = dead_letter(bad(), error, "tagging", NOW)
    assert letter.error == what
    assert fix in letter.fix


@pytest.mark.parametrize(
    ("value", "kept", "whole"),
    [
        (None, None, True),
        (b"", 0, True),
        (b"x" * MAX_KEPT_BYTES, MAX_KEPT_BYTES, True),
        (b"x" * (MAX_KEPT_BYTES + 1), MAX_KEPT_BYTES, False),
    ],
    ids=["none", "empty", "limit", "over"],
)
def test_of_a_large_record_the_head_is_kept(value: bytes | None, kept: int | None, whole: bool) -> None:
    letter = dead_letter(bad(value=value), RecordTooLarge("large"), "tagging", NOW)
    assert (letter.origin_value is None, len(letter.origin_value or b"")) == (kept is None, kept or 0)
    assert letter.origin_size_bytes == len(value or b"")
    assert letter.whole is whole


@pytest.mark.parametrize(
    ("header", "replays"),
    [(b"2", 2), (b"", 0), (b"two", 0), (b"-1", 0), ("٣".encode(), 0), (b"9" * 10_000, 999_999_999)],
)
def test_a_record_that_fails_again_tells_how_often_it_was_replayed(header: bytes, replays: int) -> None:
    letter = dead_letter(bad(headers=[("tocsin_replays", header)]), UnreadableRecord("still bad"), "tagging", NOW)
    assert letter.replays == replays


large = st.integers(0, 5 * 1024 * 1024).map(lambda size: b"\xff" * size)
word = st.text(st.characters(exclude_categories=()))
"""Any text, lone surrogates included."""


@given(
    key=st.none() | st.binary() | large,
    value=st.none() | st.binary() | large,
    headers=st.none() | st.lists(st.tuples(st.sampled_from(["traceparent", "tocsin_replays", "x"]), st.binary())),
    message=word | st.integers(0, 3_000_000).map(lambda size: "é" * size),
)
def test_whatever_a_record_is_its_dead_letter_can_be_written(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]] | None, message: str
) -> None:
    """Else the bad record would stop its partition after all."""
    written = set_aside(bad(key, value, headers), ValueError(message), "tagging")
    assert written.value is not None
    assert len(written.value) <= MAX_RECORD_BYTES
    letter = decode(DEAD_LETTERS, ReadRecord("dead-letters", 0, 0, written.key, written.value, written.headers))
    assert letter.origin_size_bytes == len(value or b"")
    assert (value or b"").startswith(letter.origin_value or b"")


async def test_a_consumed_record_is_found_again_in_its_dead_letter(settings: Settings) -> None:
    sent = encode("articles", example(Article), "ingestion")
    await put(settings, [OutgoingRecord("articles", b"\xfe", b"\xff\x00", sent.headers)])
    [record] = await stands_in(settings, "articles")
    await put(settings, [set_aside(record, UnreadableRecord("not JSON"), "tagging")])

    [standing] = await stands_in(settings, "dead-letters")
    letter = decode(DEAD_LETTERS, standing)
    assert (letter.origin_key, letter.origin_value) == (b"\xfe", b"\xff\x00")
    assert (letter.origin_partition, letter.origin_offset) == (record.partition, record.offset)
    assert standing.key.decode() == f"articles.{record.partition}.{record.offset}"
    assert (trace_of(standing) or "")[:36] == dict(sent.headers)["traceparent"].decode()[:36], "the trace goes on"
