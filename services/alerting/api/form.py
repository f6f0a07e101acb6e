"""The form of an alert's page: what somebody wrote, and where it stood.

A page of another origin cannot post in somebody's name: it does not know the link. Should it, browsers tell where the
form stood (Sec-Fetch-Site, else Origin, else Referer), and it is refused.
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, cast, get_args
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

from schemas import Acknowledgement, Feedback, FeedbackVerdict
from services.alerting.api.refusal import Refusal
from services.alerting.handling.steps import BadStep, StepAction, step, word
from services.backbone.http_body import BodyRefused, read_body

MAX_BODY_BYTES: Final = 16 * 1024
MOST_FIELDS: Final = 20
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody wrote."""

    action: str = ""
    by: str = ""
    to: str = ""
    note: str = ""
    asked_at: datetime | None = None


async def read_form(request: Request) -> Form:
    """The fields of a form.

    Raises:
        Refusal: it is none.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "this is not the form", "send the form")
    try:
        body = (await read_body(request, MAX_BODY_BYTES)).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except BodyRefused as error:
        raise Refusal(error.status, error.reason, "send less") from None
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST, "this is not the form", "send the form") from None
    return Form(
        action=fields.get("action", ""),
        by=fields.get("by", ""),
        to=fields.get("to", ""),
        note=fields.get("note", ""),
        asked_at=_moment(fields.get("asked_at", "")),
    )


def event_of(form: Form, alert_id: str, watch: str, now: datetime) -> Acknowledgement | Feedback:
    """What the pressed button asks for.

    Raises:
        BadStep: nothing that can be done.
    """
    if form.action in get_args(StepAction):
        action = cast(StepAction, form.action)
        to = form.to if action == "assign" else None
        return step(alert_id, watch, action, form.by, now, "link", to=to, note=form.note, asked_at=form.asked_at)
    if form.action in list(FeedbackVerdict):
        verdict = FeedbackVerdict(form.action)
        return word(alert_id, watch, verdict, form.by, now, "link", note=form.note, asked_at=form.asked_at)
    raise BadStep("action", "no button was pressed", "press one of the buttons")


def is_from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says that a form stood on a page of another origin.

    Our pages send no Referer, so their Origin is `null`, as the Fetch standard has it (section 3.1); that alone says
    nothing, and neither does a client that says nothing at all: it is no browser that somebody else could use.
    """
    if (site := headers.get("sec-fetch-site")) is not None:
        return site not in ("same-origin", "none")
    for name in ("origin", "referer"):
        if (stated := headers.get(name)) not in (None, "null"):
            return _host(stated or "") != headers.get("host", "").lower()
    return False


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _moment(written: str) -> datetime | None:
    """When the form was shown; None where it does not say so in our words."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
