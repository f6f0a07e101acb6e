import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.overlaps import longest_wins

Spans = list[tuple[int, int]]


@pytest.mark.parametrize(
    ("spans", "standing"),
    [
        ([(0, 5), (0, 12)], [1]),
        ([(0, 7), (3, 14)], [1]),
        ([(0, 5), (0, 5)], [0, 1]),
        ([(0, 5), (5, 9)], [0, 1]),
        ([(4, 8), (2, 6)], [1]),
        ([(0, 4), (3, 9), (8, 10)], [1]),
        ([], []),
    ],
    ids=[
        "the longer of two that begin together",
        "the longer of two that cross",
        "both of two that are equal",
        "both of two that only touch",
        "the first of two of one length that cross",
        "one in the middle takes both sides",
        "nothing of nothing",
    ],
)
def test_the_longest_stands(spans: Spans, standing: list[int]) -> None:
    assert longest_wins(spans) == standing


span = st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(span))
def test_what_falls_overlaps_something_at_least_as_long_that_stands(spans: Spans) -> None:
    standing = {spans[index] for index in longest_wins(spans)}
    for start, end in standing:
        assert not any(start < e and s < end for s, e in standing - {(start, end)})
    for start, end in set(spans) - standing:
        assert any(start < e and s < end and e - s >= end - start for s, e in standing)
