from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.webhook_answer import answer_of, seconds_asked

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "retry_after", "start", "expected"),
    [
        pytest.param(200, "", b"thanks", Answer(Verdict.TAKEN, "HTTP 200"), id="200 is taken"),
        pytest.param(204, "", b"", Answer(Verdict.TAKEN, "HTTP 204"), id="any 2xx is"),
        pytest.param(410, "", b"", Answer(Verdict.DISABLE, "HTTP 410"), id="410: nothing any more"),
        pytest.param(429, "7", b"", Answer(Verdict.LATER, "HTTP 429", 7.0), id="429: when it says"),
        pytest.param(503, "7", b"", Answer(Verdict.LATER, "HTTP 503", 7.0), id="503: when it says"),
        pytest.param(500, "7", b"", Answer(Verdict.LATER, "HTTP 500"), id="no other status is asked"),
        pytest.param(503, "soon", b"", Answer(Verdict.LATER, "HTTP 503"), id="503 without a time that can be read"),
        pytest.param(
            500, "", b"\x1b[31mred\nline\x00\xff", Answer(Verdict.LATER, "HTTP 500: [31mred line �"), id="harmless"
        ),
    ],
)
def test_what_a_response_means(status: int, retry_after: str, start: bytes, expected: Answer) -> None:
    assert answer_of(status, retry_after, start, NOW) == expected


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_what_is_wrong_with_one_message_is_tried_again_and_does_not_speak_of_the_channel(status: int) -> None:
    assert answer_of(status, "", b"no", NOW) == Answer(Verdict.LATER, f"HTTP {status}: no", is_the_channel=False)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 429, 500, 502, 503, 504, 302])
def test_what_every_message_would_meet_speaks_of_the_channel(status: int) -> None:
    answer = answer_of(status, "", b"", NOW)
    assert (answer.verdict, answer.is_the_channel) == (Verdict.LATER, True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_with_what_to_do(status: int) -> None:
    assert answer_of(status, "", b"<html>", NOW).detail == (
        f"HTTP {status}: redirects are not followed; correct the url"
    )


def test_a_long_answer_is_cut_and_marked() -> None:
    detail = answer_of(500, "", "ش".encode() * 1000, NOW).detail
    assert len(detail) == 200
    assert detail.endswith("ش…")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 5000, 999_999_999_999),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        ("Tuesday, 24-Nov-26 12:01:30 GMT", 90),
        ("Tue Nov 24 12:01:30 2026", 90),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Tue, 99 Nov 99999 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_every_form(value: str, seconds: float | None) -> None:
    assert seconds_asked(value, NOW) == seconds
