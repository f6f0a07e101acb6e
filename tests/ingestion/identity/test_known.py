"""known: rows in one string."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.identity.known import Known, first_reading, in_first_reading, pack, unpack

_hex = st.text("0123456789abcdef", min_size=16, max_size=16)
_rows = st.builds(
    Known,
    id=st.text("0123456789abcdef", min_size=32, max_size=32).map("art-".__add__),
    revision=_hex,
    words=_hex,
    entry=_hex | st.just(""),
    guid=_hex | st.just(""),
    link=_hex | st.just(""),
)


@given(st.lists(_rows, max_size=5))
def test_what_was_packed_is_unpacked(rows: list[Known]) -> None:
    assert unpack(pack(rows)) == rows


def test_words_that_were_published_are_not_written_twice() -> None:
    row = Known("art-" + "0" * 32, "1" * 16, "1" * 16, "2" * 16, "3" * 16)

    assert pack([row]) == f"{'0' * 32}.{'1' * 16}..{'2' * 16}.{'3' * 16}."


def test_a_row_of_another_release_is_left_out() -> None:
    row = Known("art-0", "1", "1", "2", "3", "4")
    assert unpack(f"{pack([row])} 0.1 0.1.2.3.4.5.6 art") == [row]
    assert unpack("") == []


def test_that_the_first_reading_is_not_over_stands_beside_the_rows() -> None:
    row = Known("art-" + "0" * 32, "", "", "", "3" * 16)
    began = datetime(2026, 11, 24, 6, tzinfo=UTC)
    packed = in_first_reading(pack([row]), began)

    assert (first_reading(packed), unpack(packed)) == (began, [row])
    assert first_reading(in_first_reading("", began)) == began
    assert in_first_reading(packed, None) == pack([row])
    assert [first_reading(other) for other in ("", pack([row]), "first:", "first:1e9 x")] == [None] * 4
