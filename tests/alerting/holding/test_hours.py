"""Hours by the clocks of their zone, also on the nights when these change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerting.holding.hours import is_open, next_opening
from services.alerting.watching.policy import DAYS, Hours

WORK = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00", "zone": "Asia/Kabul"}

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def hours(**written: object) -> Hours:
    return Hours.model_validate({"from": "08:00", "to": "18:00", **written})


def at(written: str, zone: str = "UTC", fold: int = 0) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("when", "open_"),
    [
        ("2026-11-24T07:59:59", False),
        ("2026-11-24T08:00:00", True),
        ("2026-11-24T17:59:59", True),
        ("2026-11-24T18:00:00", False),
        ("2026-11-28T12:00:00", False),
    ],
    ids=["a second before", "to the second", "the last second", "the end is outside", "a Saturday"],
)
def test_people_are_told_from_the_first_to_the_last_second_of_a_working_day(when: str, open_: bool) -> None:
    assert is_open(hours(**WORK), at(when, "Asia/Kabul")) is open_


def test_the_next_opening_passes_over_the_weekend() -> None:
    friday = at("2026-11-27T18:00", "Asia/Kabul")
    assert next_opening(hours(**WORK), friday) == at("2026-11-30T08:00", "Asia/Kabul")


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    night = hours(days=["fri"], **{"from": "22:00", "to": "06:00"})
    assert is_open(night, at("2026-11-28T05:59"))
    assert not is_open(night, at("2026-11-27T05:59")), "that would be Thursday's"
    assert not is_open(night, at("2026-11-28T22:30"))


def test_until_24_00_means_the_whole_evening_and_joins_the_next_day() -> None:
    always = hours(**{"from": "00:00", "to": "24:00"})
    assert is_open(always, at("2026-11-24T23:59:59.999999"))
    assert is_open(always, at("2026-11-25T00:00"))


def test_on_the_night_when_clocks_are_set_forward_a_time_that_does_not_come_is_the_next_one() -> None:
    early = hours(**{"from": "02:30", "to": "05:00", "zone": "Europe/Berlin"})
    three = at("2026-03-29T03:00", "Europe/Berlin")
    assert next_opening(early, at("2026-03-28T12:00")) == three == at("2026-03-29T01:00")
    until_gap = hours(**{"from": "00:00", "to": "02:30", "zone": "Europe/Berlin"})
    assert is_open(until_gap, three - timedelta(seconds=1))
    assert not is_open(until_gap, three)


def test_on_the_night_when_clocks_are_set_back_hours_have_both_of_the_equal_times() -> None:
    early = hours(**{"from": "02:15", "to": "02:45", "zone": "Europe/Berlin"})
    first, second = at("2026-10-25T02:15", "Europe/Berlin"), at("2026-10-25T02:30", "Europe/Berlin", fold=1)
    assert second - first == timedelta(hours=1, minutes=15)
    assert is_open(early, first)
    assert is_open(early, second)
    assert not is_open(early, second + timedelta(minutes=15))


def test_a_day_that_a_zone_left_out_begins_with_the_next() -> None:
    friday = hours(days=["fri"], **{"from": "09:00", "to": "10:00", "zone": "Pacific/Apia"})
    thursday = at("2011-12-29T12:00", "Pacific/Apia")
    assert next_opening(friday, thursday) == at("2011-12-31T00:00", "Pacific/Apia"), "30 December 2011 never was"


@given(
    days=st.sets(st.sampled_from(DAYS), min_size=1),
    opens=st.times().map(lambda time: time.strftime("%H:%M")),
    length=st.integers(1, 24 * 60 - 1),
    zone=st.sampled_from(["UTC", "Asia/Kabul", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"]),
    after=st.integers(0, 525600).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
)
def test_hours_are_closed_until_they_next_open(
    days: set[str], opens: str, length: int, zone: str, after: datetime
) -> None:
    end = int(opens[:2]) * 60 + int(opens[3:]) + length
    closes = f"{end // 60 % 24:02}:{end % 60:02}"
    some = hours(days=sorted(days), zone=zone, **{"from": opens, "to": closes})
    opening = next_opening(some, after)
    assert after < opening <= after + timedelta(days=9)
    assert is_open(some, opening)
    if not is_open(some, after):
        assert not is_open(some, opening - timedelta(seconds=1)), "it opens before"
        assert not is_open(some, after + (opening - after) / 2)
