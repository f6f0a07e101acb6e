"""What a chat service's answers mean. Pure. A plugin says whether the message was taken; its exchanges say the rest.

    taken              taken
    410                the service wants nothing any more there
    429, 503           later; when the header or the body says so
    the message itself is refused (413, or the body says so)   never: it would be refused again
    all else           later. It speaks of the channel: a token, a room or a right that is missing meets every message,
                       and is mended within the day that is tried

Sources: the services' own documentation of their limits and errors: api.slack.com/apis/rate-limits, Telegram Bot API
"ResponseParameters", discord.com/developers "Rate Limits", Matrix client-server API v1.11, section "Rate limiting".
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.chat_exchange import Exchange, last_failure
from services.alerting.notify.channels.said import said
from services.alerting.notify.channels.webhook_answer import ASKS, seconds_asked

_OF_THE_MESSAGE: Final = re.compile(
    r"parse entities|too[ _]long|text is empty|empty message|invalid form body|no_text|invalid_(?:payload|blocks)"
    r"|M_TOO_LARGE|M_BAD_JSON",
    re.IGNORECASE,
)
_SAYS: Final = ("description", "error", "errcode", "message", "msg", "errors")
"""Where services put their words."""
_MOST_SECONDS: Final = 24 * 3_600.0


def answer_of(taken: bool, exchanges: Sequence[Exchange], secrets: Iterable[str], now: datetime) -> Answer:
    """What became of one attempt.

    Args:
        taken: what the plugin says.
        exchanges: its requests.
        secrets: what must not be shown, wherever it turns up.
        now: when it ended.
    """
    if taken:
        return Answer(Verdict.TAKEN, f"HTTP {exchanges[-1].status}" if exchanges else "taken")
    failure = last_failure(exchanges)
    if failure is None:
        return Answer(Verdict.LATER, "nothing was asked of the service; see what its URL names")
    words = without(secrets, failure.body.decode("utf-8", "replace"))
    if failure.status is None:
        return Answer(Verdict.LATER, said(words))
    body = _read(words)
    detail = said(_words(body) or words, f"HTTP {failure.status}")
    if 300 <= failure.status < 400:
        return Answer(Verdict.LATER, f"HTTP {failure.status}: redirects are not followed; correct the url")
    if failure.status == HTTPStatus.GONE:
        return Answer(Verdict.DISABLE, detail)
    if failure.status in ASKS:
        asked = seconds_asked(failure.retry_after, now)
        return Answer(Verdict.LATER, detail, asked if asked is not None else _asked_in_body(body))
    is_refused = failure.status < 500 and _OF_THE_MESSAGE.search(words) is not None
    if is_refused or failure.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Answer(Verdict.NEVER, detail, is_the_channel=False)
    return Answer(Verdict.LATER, detail)


def without(secrets: Iterable[str], text: str) -> str:
    """The text with … for each secret."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _read(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _words(body: dict[str, Any]) -> str:
    return ", ".join(str(body[key]) for key in _SAYS if body.get(key) and not isinstance(body[key], bool))


def _asked_in_body(body: dict[str, Any]) -> float | None:
    """Telegram's `parameters.retry_after` and Discord's `retry_after` are seconds, Matrix says milliseconds."""
    inner = body.get("parameters")
    for holder, key, unit in ((body, "retry_after", 1.0), (inner, "retry_after", 1.0), (body, "retry_after_ms", 0.001)):
        value = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value * unit < float("inf"):
            return min(value * unit, _MOST_SECONDS)
    return None
