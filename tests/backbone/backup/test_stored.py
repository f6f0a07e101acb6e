import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backbone.backup.stored import StoredRecord, read_records, write_records

some_bytes = st.none() | st.binary(max_size=40)
records = st.builds(
    StoredRecord,
    offset=st.integers(0, 2**63 - 1),
    timestamp=st.integers(-1, 2**53),
    key=some_bytes,
    value=some_bytes,
    headers=st.lists(st.tuples(st.text(max_size=10), some_bytes), max_size=4).map(tuple),
)


@given(st.lists(records, max_size=5))
def test_records_come_back_as_they_were(written: list[StoredRecord]) -> None:
    assert list(read_records(write_records(written))) == written


def test_the_layout_is_the_one_that_is_documented() -> None:
    record = StoredRecord(7, 1_000, b"k", None, (("ce_id", b"x"),))
    expected = (
        b"\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\x03\xe8\0\0\0\x01k\xff\xff\xff\xff"
        b"\0\0\0\x01\0\0\0\x05ce_id\0\0\0\x01x"
    )  # fmt: skip
    assert write_records([record]) == expected


@given(st.lists(records, min_size=1, max_size=3), st.data())
def test_bytes_that_were_cut_short_are_refused(written: list[StoredRecord], data: st.DataObject) -> None:
    whole = write_records(written)
    ends = {len(write_records(written[:count])) for count in range(len(written))}
    cut = data.draw(st.integers(1, len(whole) - 1).filter(lambda length: length not in ends))
    with pytest.raises(ValueError, match="record"):
        list(read_records(whole[:cut]))
