"""When people are told: hours, quiet times, severities that break through, and the nights when clocks change."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerting.holding.hours import is_open
from services.alerting.routing.opening import next_open, told_at
from services.alerting.watching.policy import DAYS, Hours

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hours(opens: str, closes: str, **more: Any) -> Hours:
    return Hours.model_validate({"from": opens, "to": closes, **more})


def at(written: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


OFFICE = hours("08:00", "18:00", days=["mon", "tue", "wed", "thu", "fri"])
NIGHT = hours("22:00", "06:00")


@pytest.mark.parametrize(
    ("open_in", "quiet", "now", "told"),
    [
        pytest.param([], [], "2026-11-23T03:00", None, id="nothing holds it"),
        pytest.param([OFFICE], [], "2026-11-23T08:00", None, id="at the second when hours begin"),
        pytest.param([OFFICE], [], "2026-11-20T18:00", "2026-11-23T08:00", id="over the weekend"),
        pytest.param([OFFICE, hours("10:00", "12:00", days="sat")], [], "2026-11-20T18:00", "2026-11-21T10:00",
                     id="within one of several hours"),
        pytest.param([], [NIGHT], "2026-11-23T22:00", "2026-11-24T06:00", id="a quiet night"),
        pytest.param([], [NIGHT, hours("05:00", "07:30")], "2026-11-23T23:00", "2026-11-24T07:30",
                     id="one quiet time after the other"),
        pytest.param([OFFICE], [hours("07:00", "09:30")], "2026-11-23T02:00", "2026-11-23T09:30",
                     id="hours begin in a quiet time"),
        pytest.param([OFFICE], [hours("17:00", "24:00")], "2026-11-20T17:00", "2026-11-23T08:00",
                     id="a quiet time ends when hours are over"),
    ],
)  # fmt: skip
def test_an_alert_is_told_at(open_in: list[Hours], quiet: list[Hours], now: str, told: str | None) -> None:
    assert told_at(open_in, quiet, "normal", at(now)) == (at(told) if told is not None else None)


@pytest.mark.parametrize(
    ("severity", "through", "held"),
    [("critical", "critical", False), ("high", "critical", True), ("high", "high", False), ("low", "low", False)],
)
def test_a_severity_that_reaches_through_is_told_at_once(severity: Any, through: str, held: bool) -> None:
    night = hours("22:00", "06:00", through=through)
    office = hours("08:00", "18:00", through=through)

    assert (told_at([], [night], severity, at("2026-11-23T23:00")) is not None) is held
    assert (told_at([office], [], severity, at("2026-11-23T23:00")) is not None) is held


def test_what_breaks_through_the_hours_is_still_held_by_a_quieter_time() -> None:
    office = hours("08:00", "18:00", through="high")
    night = hours("22:00", "06:00", through="critical")

    assert told_at([office], [night], "high", at("2026-11-23T23:00")) == at("2026-11-24T06:00")


def test_of_several_hours_one_that_a_severity_breaks_through_is_enough() -> None:
    office, market = hours("08:00", "18:00", through="critical"), hours("10:00", "12:00", through="high")

    assert told_at([office, market], [], "high", at("2026-11-23T23:00")) is None
    assert told_at([office, market], [], "normal", at("2026-11-23T23:00")) == at("2026-11-24T08:00")


def test_hours_and_quiet_that_leave_no_time_hold_nothing() -> None:
    always = hours("00:00", "24:00")

    assert next_open([OFFICE], [always], MONDAY) is None
    assert told_at([OFFICE], [always], "normal", MONDAY) is None


@pytest.mark.parametrize(
    ("quiet", "now", "told"),
    [
        pytest.param(("22:00", "02:30"), "2026-03-29T00:00", "2026-03-29T03:00",
                     id="in spring the end that does not come is the first minute that does"),
        pytest.param(("22:00", "06:00"), "2026-03-29T00:00", "2026-03-29T06:00", id="a spring night is an hour short"),
        pytest.param(("22:00", "06:00"), "2026-10-25T00:00", "2026-10-25T06:00", id="an autumn night is an hour long"),
    ],
)  # fmt: skip
def test_a_quiet_night_ends_by_the_clocks_of_its_zone(quiet: tuple[str, str], now: str, told: str) -> None:
    night = hours(*quiet, zone="Europe/Berlin")

    assert told_at([], [night], "normal", at(now, "Europe/Berlin")) == at(told, "Europe/Berlin")


def test_in_autumn_a_quiet_time_lasts_until_the_second_of_two_equal_times() -> None:
    night = hours("22:00", "02:30", zone="Europe/Berlin")

    assert told_at([], [night], "normal", at("2026-10-25T00:00", "Europe/Berlin")) == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )


times = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")
spans = st.builds(
    lambda times, days: hours(*times, days=sorted(days, key=DAYS.index)),
    st.lists(times, min_size=2, max_size=2, unique=True),
    st.sets(st.sampled_from(DAYS), min_size=1),
)


@given(st.lists(spans, max_size=2), st.lists(spans, max_size=3), st.integers(0, 7 * 24))
def test_it_is_the_first_hour_at_which_hours_are_open_and_no_quiet_holds(
    open_in: list[Hours], quiet: list[Hours], hour: int
) -> None:
    now = MONDAY + hour * HOUR
    first = next(
        (
            moment
            for moment in (now + number * HOUR for number in range(8 * 24))
            if (not open_in or any(is_open(each, moment) for each in open_in))
            and not any(is_open(each, moment) for each in quiet)
        ),
        None,
    )

    assert next_open(open_in, quiet, now) == first
