"""What a webhook's HTTP response means. Pure.

    2xx        taken
    410        the endpoint wants nothing any more
    429, 503   later; when Retry-After says so
    400, 409, 413, 422   later, but it speaks of this message, not of the endpoint
    all else   later; a redirect too, for it is not followed

Sources: Standard Webhooks 1.0, "Delivery success and failure"; RFC 9110, sections 10.2.3 and 15.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.said import said

ASKS: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""Statuses whose Retry-After counts."""
OF_THE_MESSAGE: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
"""Statuses that the next message may not get. 401, 403, 404 and the like would meet every one."""


def answer_of(status: int, retry_after: str, start: bytes, now: datetime) -> Answer:
    """What a response means: its status decides, even where its body never ends or breaks off.

    Args:
        status: of the response.
        retry_after: the header; empty where there is none.
        start: the beginning of the body, for people.
        now: when it came.
    """
    detail = f"HTTP {status}"
    if 200 <= status < 300:
        return Answer(Verdict.TAKEN, detail)
    if 300 <= status < 400:
        return Answer(Verdict.LATER, f"{detail}: redirects are not followed; correct the url")
    detail = said(start, detail)
    if status == HTTPStatus.GONE:
        return Answer(Verdict.DISABLE, detail)
    wait = seconds_asked(retry_after, now) if status in ASKS else None
    return Answer(Verdict.LATER, detail, wait, is_the_channel=status not in OF_THE_MESSAGE)


def seconds_asked(retry_after: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for; None where it cannot be read.

    Source: RFC 9110, section 10.2.3 (delay in seconds, or a date in one of three forms).
    """
    value = retry_after.strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())
