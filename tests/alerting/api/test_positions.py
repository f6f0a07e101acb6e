import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerting.api.positions import OFFSET_BITS, Cursor, NotAPosition, Position, place_of, row_of

offsets = st.integers(0, 2**OFFSET_BITS - 1)
vectors = st.lists(offsets, min_size=3, max_size=3).map(lambda given: Position(tuple(given)))


@given(st.lists(offsets, min_size=1, max_size=40))
def test_a_position_is_read_as_it_was_written(given: list[int]) -> None:
    assert Position.parse(str(Position(tuple(given)))) == Position(tuple(given))


@pytest.mark.parametrize(
    "text", ["", "-", "1-", "-1", "1--2", "1.2", " 1-2", "1-2\n", "٣-٤", "1" * 14, f"{2**40}", "x"]
)
def test_what_was_never_handed_out_is_no_position(text: str) -> None:
    with pytest.raises(NotAPosition):
        Position.parse(text)


@given(vectors, vectors)
def test_what_is_given_when_both_are_is_the_least_that_holds_both(a: Position, b: Position) -> None:
    both = a | b
    assert a <= both
    assert b <= both
    assert all(one in (x, y) for one, x, y in zip(both.offsets, a.offsets, b.offsets, strict=True))


@given(vectors, st.integers(0, 2), offsets)
def test_a_record_is_lacked_until_it_is_given(position: Position, partition: int, offset: int) -> None:
    assert not position.after(partition, offset).lacks(partition, offset)
    assert position.after(partition, offset).lacks(partition, offset + 1)


@given(st.integers(0, 2**22 - 1), offsets, st.integers(0, 10**14))
def test_a_cursor_is_read_as_it_was_written(partition: int, offset: int, time: int) -> None:
    assert place_of(row_of(partition, offset)) == (partition, offset)
    cursor = Cursor(time, row_of(min(partition, 999_999), offset))
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "1", "1.2", "1.2.3.4", "17-42-9", "1.2.x", f"1.2.{2**40}"])
def test_a_position_is_no_cursor_of_the_newest(text: str) -> None:
    with pytest.raises(NotAPosition):
        Cursor.parse(text)
