"""dates: what feeds write -> an instant in UTC, or why there is none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingestion.reading.dates import EARLIEST, FUTURE, read_date
from tests.ingestion.reading.feeds import NOW

NINE = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tue, 24 Nov 2026 09:30:00 GMT", NINE),
        ("Tue, 24 Nov 2026 14:30:00 +0500", NINE),
        ("24 Nov 26 09:30 UT", NINE),
        ("Tuesday, 24-Nov-26 09:30:00 UTC", NINE),
        ("Tue,24 November 2026 15:00:00 IST", NINE),
        ("Tue, 24 Nov 2026 14:30:00 PKT", NINE),
        ("Tue, 24 Nov 2026 14:00:00 AFT", NINE),
        ("Tue, 24 Nov 2026 12:30:00 MSK", NINE),
        ("Tue, 24 Nov 2026 04:30:00 EST", NINE),
        ("Tue, 24 Nov 2026 17:30:00 GMT+08:00", NINE),
        ("Tue, 24 Nov 2026 15:00:00 +0530 IST", NINE),
        ("Tue, 24 Nov 2026 15:00:00 Asia/Kolkata", NINE),
        ("Tue Nov 24 09:30:00 UTC 2026", NINE),
        ("Tue Nov 24 2026 17:30:00 GMT+0800 (China Standard Time)", NINE),
        ("2026-11-24T09:30:00Z", NINE),
        ("2026-11-24T09:30:00.123456789+00:00", NINE),
        ("2026-11-24 15:00:00+0530", NINE),
        ("2026-11-24T09:30", NINE),
        ("20261124T093000Z", NINE),
        ("2026-11-24T04:30:00-05:00Z", NINE),
        ("1795512600", NINE),
        ("1795512600000", NINE),
        ("Tue, November 24, 2026 at 9:30 AM GMT", NINE),
        ("Nov. 24, 2026, 9:30 a.m.", NINE),
        ("24th November 2026 09:30", NINE),
        ("11/24/2026 9:30 am", NINE),
        ("24.11.2026 09:30", NINE),
        ("2026-11-24", MIDNIGHT),
        ("2026/11/24", MIDNIGHT),
        ("24 November 2026", MIDNIGHT),
        ("2026-328", MIDNIGHT),
        ("2026-11-23T24:00:00Z", MIDNIGHT),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
        ("24 ноября 2026 г. 09:30", NINE),
        ("вт, 24 нояб. 2026 12:30:00 +0300", NINE),
        ("۲۴ نوامبر ۲۰۲۶ ۰۹:۳۰", NINE),
        ("24 نومبر 2026 09:30", NINE),
        ("24 تشرين الثاني 2026 09:30", NINE),
        ("2026年11月24日 09:30:00", NINE),
        ("2026년 11월 24일 오후 06:30", NINE),
        ("2026-november-24T09:30:00", NINE),
        ("mar., 24 nov. 2026 10:30:00 +0100", NINE),
        ("Di, 24 Nov 2026 10:30:00 +0100", NINE),
        ("mar. 24 mars 2026", datetime(2026, 3, 24, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 09:30:60 GMT", datetime(2026, 11, 24, 9, 30, 59, tzinfo=UTC)),
        ("Sun, 5 Apr 2026 10:00 GMT", datetime(2026, 4, 5, 10, tzinfo=UTC)),
        ("Sun, 04/05/2026 10:00 GMT", datetime(2026, 4, 5, 10, tzinfo=UTC)),
        ("Mon, 04/05/2026 10:00 GMT", datetime(2026, 5, 4, 10, tzinfo=UTC)),
    ],
)
def test_a_date_is_an_instant(text: str, moment: datetime) -> None:
    assert read_date(f" {text}\n", NOW) == (moment, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "undated"),
        ("  \n", "undated"),
        ("yesterday", "date-unreadable"),
        ("1 " * 50_000, "date-unreadable"),
        ("04/05/2026", "date-unreadable"),
        ("Tue, 24 Nov 2026 09:30:00 XYZ", "date-unreadable"),
        ("Tue, 24 Nov 2026 1:2:3:4 GMT", "date-unreadable"),
        ("Tue, 24 zzz 2026 09:30:00 GMT", "date-unreadable"),
        ("Tue, Nov x 2026 09:30:00 GMT", "date-unreadable"),
        ("Tue, 24 Nov zz 09:30:00 GMT", "date-unreadable"),
        ("Tue, 24 Nov 2026 09:30:00 +zz:00", "date-unreadable"),
        ("۳ آذر ۱۴۰۵", "date-unreadable"),
        ("Tue, 24 Nov 2026 25:00:00 GMT", "date-impossible"),
        ("Tue, 99 Jun 2026 12:00:00 GMT", "date-impossible"),
        ("2026-02-30T00:00:00Z", "date-impossible"),
        ("2026-366", "date-impossible"),
        ("Tue, 24 Nov 2026 09:30:00 +9900", "date-impossible"),
        ("Mon, 01 Jan 0001 00:00:00 GMT", "date-impossible"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "date-impossible"),
        ("1405-09-03", "date-impossible"),
        ("Fri, 27 Nov 2026 09:00:00 GMT", "date-in-future"),
        ("9999-12-31T23:59:59Z", "date-in-future"),
        ("9999-12-31T23:59:59-14:00", "date-impossible"),
    ],
)
def test_what_is_no_date_says_why(text: str, why: str) -> None:
    assert read_date(text, NOW) == (None, why)


def test_a_clock_that_is_a_day_ahead_is_believed() -> None:
    assert read_date("Wed, 25 Nov 2026 23:00:00 GMT", NOW)[0] == datetime(2026, 11, 25, 23, tzinfo=UTC)


@settings(deadline=None)
@given(st.text("0123456789TZ:+-./, amp novdec", max_size=40) | st.text(max_size=40))
def test_whatever_stands_there_gives_an_instant_within_reason_or_why_not(text: str) -> None:
    moment, why = read_date(text, NOW)
    assert (moment is None) != (why is None)
    assert moment is None or (moment.tzinfo is UTC and EARLIEST <= moment <= NOW + FUTURE)


@settings(deadline=None)
@given(st.integers(631_300_000, 1_795_000_000), st.integers(-11 * 60, 14 * 60))
def test_what_the_standard_writes_is_read_back(seconds: int, minutes: int) -> None:
    instant = datetime.fromtimestamp(seconds, UTC)
    local = instant + timedelta(minutes=minutes)
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    assert read_date(f"{local:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{rest:02}", NOW) == (instant, None)
    assert read_date(f"{local:%a, %d %b %Y %H:%M:%S} {sign}{hours:02}{rest:02}", NOW) == (instant, None)
