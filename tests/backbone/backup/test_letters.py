from datetime import UTC, datetime

import pytest

from schemas import DeadLetter
from schemas.dead_letter import MAX_KEPT_BYTES
from services.backbone.backup.contents import Place
from services.backbone.backup.letters import Origin, moved, origin_of, read_letter, rests_on_its_origin
from services.backbone.backup.stored import StoredRecord

ORIGIN = Place("articles.tagged", 1)


def letter(offset: int = 41, *, whole: bool = True) -> StoredRecord:
    value = b"not json" if whole else b"x" * MAX_KEPT_BYTES
    said = DeadLetter.model_construct(
        stage="match",
        origin_topic=ORIGIN.topic,
        origin_partition=ORIGIN.number,
        origin_offset=offset,
        origin_key=b"art-1",
        origin_value=value,
        origin_size_bytes=len(value) if whole else len(value) + 1,
        error="not JSON",
        fix="mend it",
        failed_at=datetime(2026, 11, 24, tzinfo=UTC),
        replays=0,
    )
    headers = (("ce_id", said.event_id.encode()), ("ce_type", said.ce_type.encode()))
    return StoredRecord(5, 1_000, said.key.encode(), said.write(), headers)


def sent_again(offset: int = 41) -> StoredRecord:
    return StoredRecord(6, 2_000, f"articles.tagged.1.{offset}".encode(), None)


def now_at(offset: int | None) -> dict[Origin, int]:
    return {} if offset is None else {(ORIGIN, 41): offset}


@pytest.mark.parametrize("record", [letter(), letter(whole=False), sent_again()], ids=["whole", "head", "sent again"])
def test_the_origin_is_read(record: StoredRecord) -> None:
    assert origin_of(record) == (ORIGIN, 41)


def test_a_letter_says_where_its_record_stands_now() -> None:
    there = moved(letter(), now_at(3).get)
    assert there is not None
    said = read_letter(there)
    assert said is not None
    assert said.origin_offset == 3
    assert there.key == b"articles.tagged.1.3"
    assert dict(there.headers)["ce_id"] == b"articles.tagged.1.3"
    assert (there.offset, there.timestamp, said.origin_value) == (5, 1_000, b"not json")


def test_a_letter_that_was_sent_again_stays_so() -> None:
    there = moved(sent_again(), now_at(3).get)
    assert there is not None
    assert (there.key, there.value) == (b"articles.tagged.1.3", None)


def test_a_whole_letter_needs_no_original_and_a_head_is_nothing_without_it() -> None:
    assert moved(letter(), now_at(None).get) == letter()
    assert not rests_on_its_origin(letter())
    assert rests_on_its_origin(letter(whole=False))
    assert moved(letter(whole=False), now_at(None).get) is None


@pytest.mark.parametrize("value", [b"no letter", None])
@pytest.mark.parametrize("key", [None, b"", b"no origin", b"a.b.c", b"\xff"])
def test_what_is_no_letter_is_kept_as_it_is(key: bytes | None, value: bytes | None) -> None:
    record = StoredRecord(1, 1, key, value)
    assert moved(record, now_at(3).get) == record
