"""Durations in the configuration."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backbone.durations import read_duration, show_duration


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        (" 6 h ", timedelta(hours=6)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        (90, timedelta(seconds=90)),
    ],
)
def test_a_number_with_a_unit_or_seconds(written: object, duration: timedelta) -> None:
    assert read_duration(written) == duration


@pytest.mark.parametrize("written", ["", "6", "h", "-1h", "1.5h", "6 hours", True, -1, None, []])
def test_what_is_no_duration_is_refused_with_an_example(written: object) -> None:
    with pytest.raises(ValueError, match=r"not a duration; write .* 15m"):
        read_duration(written)


@given(st.integers(min_value=0, max_value=604_800 * 100))
def test_what_is_shown_reads_as_the_same_again(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    if seconds < 1_000_000:
        assert read_duration(show_duration(duration)) == duration
