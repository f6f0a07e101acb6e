"""When digests are due, also on the nights when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerting.holding.digests import next_digest
from services.alerting.watching.policy import Digest

BERLIN = ZoneInfo("Europe/Berlin")

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def digest(cron: str, zone: str = "Europe/Berlin") -> Digest:
    return Digest.model_validate({"cron": cron, "zone": zone})


def due_times(of: Digest, after: datetime, number: int) -> list[datetime]:
    """The next ones, each asked for at the time of the last."""
    times = [next_digest(of, after)]
    while len(times) < number:
        times.append(next_digest(of, times[-1]))
    return times


def test_words_stand_for_the_hour_the_morning_and_monday_morning() -> None:
    tuesday = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
    assert next_digest(Digest.model_validate("hourly"), tuesday) == datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert next_digest(Digest.model_validate("daily"), tuesday) == datetime(2026, 11, 25, 7, tzinfo=UTC)
    assert next_digest(Digest.model_validate("weekly"), tuesday) == datetime(2026, 11, 30, 7, tzinfo=UTC)


def test_a_digest_is_due_after_this_instant_never_at_it() -> None:
    seven = datetime(2026, 11, 25, 7, tzinfo=UTC)
    daily = Digest.model_validate("daily")
    assert next_digest(daily, seven) == seven + timedelta(days=1)
    assert next_digest(daily, seven - timedelta(microseconds=1)) == seven


def test_a_time_that_comes_twice_is_due_once() -> None:
    nightly = digest("30 2 * * *")
    first, then = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)
    assert due_times(nightly, datetime(2026, 10, 24, 12, tzinfo=UTC), 2) == [first, then]
    again = first + timedelta(minutes=50)
    assert again.astimezone(BERLIN).strftime("%H:%M") == "02:20"
    assert next_digest(nightly, again) == then


def test_a_time_that_does_not_come_is_due_at_the_first_that_does_and_once() -> None:
    twice_in_the_gap = digest("15,30 2 * * *")
    three = datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN)
    times = due_times(twice_in_the_gap, datetime(2026, 3, 28, 12, tzinfo=UTC), 2)
    assert times == [three, datetime(2026, 3, 30, 2, 15, tzinfo=BERLIN)]


@pytest.mark.parametrize("night", [datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)])
def test_an_hourly_digest_follows_the_hours_as_they_pass(night: datetime) -> None:
    times = due_times(digest("0 * * * *"), night, 8)
    assert times == [night + timedelta(hours=number) for number in range(1, 9)]


@given(
    cron=st.sampled_from(["0 7 * * *", "30 2 * * 0", "*/20 * * * *", "15,45 1,2,3 * * *", "0 0 1 * *", "10 2 29 2 *"]),
    zone=st.sampled_from(["UTC", "Asia/Kabul", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York"]),
    after=st.integers(0, 1051200).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
)
def test_each_is_later_than_the_last_and_none_lies_between(cron: str, zone: str, after: datetime) -> None:
    of = digest(cron, zone)
    first = next_digest(of, after)
    assert first > after
    assert next_digest(of, after + (first - after) / 2) == first
