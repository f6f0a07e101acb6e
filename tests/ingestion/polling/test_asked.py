"""asked: what headers and feeds ask for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.polling.asked import MAX_ASKED, Bounds, bounds, fresh_for, not_at, retry_wait
from tests.ingestion.polling.sources import DAY, HOUR, MINUTE, NOW

NOTHING = timedelta(0)


@dataclass(frozen=True)
class Asks:
    ttl: timedelta = NOTHING
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    period: timedelta = NOTHING


@pytest.mark.parametrize(
    ("header", "fresh"),
    [
        (None, NOTHING),
        ("max-age=600", 10 * MINUTE),
        ('public, MAX-AGE="60", must-revalidate', MINUTE),
        ("s-maxage=600", NOTHING),
        ("max-age=600, no-cache", NOTHING),
        ("no-store, max-age=600", NOTHING),
        ('max-age=600, private="no-cache"', 10 * MINUTE),
        ("max-age=-1", NOTHING),
        ("max-age=soon", NOTHING),
        ("max-age=" + "9" * 5_000, NOTHING),
    ],
)
def test_cache_control_says_how_long_an_answer_stays_fresh(header: str | None, fresh: timedelta) -> None:
    assert fresh_for(header, None, None, None, NOW) == fresh


@pytest.mark.parametrize(
    ("cache_control", "expires", "date", "age", "fresh"),
    [
        (None, "Tue, 24 Nov 2026 10:00:00 GMT", None, None, HOUR),
        (None, "Tue, 24 Nov 2026 10:00:00 GMT", "Tue, 24 Nov 2026 09:50:00 GMT", None, 10 * MINUTE),
        ("max-age=60", "Tue, 24 Nov 2026 10:00:00 GMT", None, None, MINUTE),
        ("max-age=600", None, None, "420", 3 * MINUTE),
        ("max-age=600", None, None, "900", NOTHING),
        (None, "0", None, None, NOTHING),
        (None, "Tue, 24 Nov 2026 08:00:00 GMT", None, None, NOTHING),
    ],
    ids=[
        "until it expires",
        "by the host's own clock",
        "max-age comes before Expires",
        "it was old when it came",
        "it was stale when it came",
        "0 is no date",
        "expired already",
    ],
)
def test_freshness_is_reckoned_as_http_says(
    cache_control: str | None, expires: str | None, date: str | None, age: str | None, fresh: timedelta
) -> None:
    assert fresh_for(cache_control, expires, date, age, NOW) == fresh


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, NOTHING),
        ("120", 2 * MINUTE),
        ("Tue, 24 Nov 2026 10:00:00 GMT", HOUR),
        ("Tue, 24 Nov 2026 08:00:00 GMT", NOTHING),
        ("Tue, 24 Nov 2026 10:00:00", HOUR),
        ("later", NOTHING),
        ("-5", NOTHING),
        ("9" * 5_000, NOTHING),
    ],
)
def test_retry_after_comes_in_two_forms(header: str | None, wait: timedelta) -> None:
    assert retry_wait(header, NOW) == wait


def test_the_longest_of_what_is_asked_counts_and_years_are_a_day() -> None:
    assert bounds(NOW, cache_control="max-age=60", feed=Asks(ttl=HOUR)).at_least == HOUR
    assert bounds(NOW, retry_after="999999999", feed=Asks(ttl=HOUR, period=400 * DAY)) == Bounds(DAY, DAY)
    assert bounds(NOW, cache_control="max-age=31536000").at_least == DAY


def test_a_poll_waits_for_the_end_of_the_hours_and_days_to_be_skipped() -> None:
    tuesday, wednesday = 1, 2
    assert not_at(NOW, frozenset({9, 10}), frozenset()) == datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert not_at(NOW, frozenset({8, 10}), frozenset({wednesday})) == NOW
    assert not_at(NOW, frozenset({0}), frozenset({tuesday})) == datetime(2026, 11, 25, 1, tzinfo=UTC)


@given(st.frozensets(st.integers(0, 23)), st.frozensets(st.integers(0, 6)), st.integers(0, 10_000))
def test_skipping_ends_within_a_day_and_outside_of_what_is_skipped(
    hours: frozenset[int], days: frozenset[int], minutes: int
) -> None:
    moment = NOW + minutes * MINUTE
    later = not_at(moment, hours, days)
    assert moment <= later <= moment + MAX_ASKED
    assert later == moment + MAX_ASKED or (later.hour not in hours and later.weekday() not in days)
