"""`POST /alerts/{id}/acknowledgement` and `/feedback`: what people and programs do about an alert.

202   the broker has it; whoever reads `acknowledgements` or `feedback` sees it, and soon the alert's own answers do
404   no alert of this id, or none that this token may see
415, 413, 422    a body that is not JSON, is too long, or is not what is asked for
503   the broker does not answer: ask again, with the same `asked_at`; what was asked for twice counts once
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import Request

from schemas import Alert, FeedbackVerdict
from services.alerting.api.access import Access
from services.alerting.api.known_alerts import KnownAlerts
from services.alerting.api.problems import problems
from services.alerting.api.publish import Publisher
from services.alerting.api.refusal import Refusal, not_found
from services.alerting.api.rfc3339 import Moment
from services.alerting.handling.steps import BadStep, StepAction, step, word
from services.backbone.http_body import BodyRefused, read_body

MAX_BODY_BYTES: Final = 16 * 1024
_JSON: Final = "application/json"

_Text = Annotated[str, StringConstraints(max_length=4_000)]
_AlertId = Annotated[str, Path(description="`id` of an alert.", max_length=200)]


class _Asked(BaseModel):
    """What every such body has."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    by: Annotated[_Text, Field(min_length=1)]
    """Who, as they call themselves; up to 100 characters."""
    note: _Text = ""
    """What there is to say; up to 2,000 characters."""
    asked_at: Moment | None = None
    """When it was asked for first: the same body with the same `asked_at` counts once, however often it is sent."""


class StepAsked(_Asked):
    """The body of an acknowledgement."""

    action: StepAction
    """`acknowledge`: I care for it. `release`: no longer. `assign`: it is somebody's. `note`: a word about it."""
    to: _Text | None = None
    """Of `assign`: to whom; null: nobody's any more."""


class FeedbackAsked(_Asked):
    """The body of feedback."""

    verdict: Literal["useful", "false", "duplicate"]
    """`useful`: rightly told. `false`: not what the watch asks for. `duplicate`: rightly met, but known already."""
    acknowledge: bool = False
    """Acknowledge the alert as well."""


class Taken(BaseModel):
    """What was kept."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    id: str
    """Of the step, or of the feedback."""
    acknowledgement_id: str | None = None
    """Of the step that came with the feedback."""


A = TypeVar("A", bound=_Asked)


def responses_router(access: Access, known: KnownAlerts, publisher: Publisher) -> APIRouter:
    """The two routes.

    Args:
        access: lets callers in.
        known: the alerts.
        publisher: takes what they do.
    """
    router = APIRouter(tags=["responses"])
    answers: dict[str, Any] = {"status_code": HTTPStatus.ACCEPTED, "responses": problems(403, 404, 408, 413, 415)}

    async def visible(request: Request, alert_id: str) -> Alert:
        caller = access.authorize(request, "respond")
        found = await known.known(alert_id, caller.reach)
        if found is None:
            raise not_found()
        return found.alert

    @router.post("/alerts/{alert_id}/acknowledgement", openapi_extra=_body(StepAsked), **answers)
    async def acknowledgement(request: Request, alert_id: _AlertId) -> Taken:
        """Acknowledge an alert, release it, assign it, or note a word about it."""
        alert = await visible(request, alert_id)
        asked = await _read(request, StepAsked)
        try:
            taken = step(
                alert.id, alert.watch.id, asked.action, asked.by, _now(), "api",
                to=asked.to, note=asked.note, asked_at=asked.asked_at,
            )  # fmt: skip
        except BadStep as error:
            raise _unprocessable(error.field, error.what, error.fix) from None
        await publisher.publish(taken)
        return Taken(id=taken.id)

    @router.post("/alerts/{alert_id}/feedback", openapi_extra=_body(FeedbackAsked), **answers)
    async def feedback(request: Request, alert_id: _AlertId) -> Taken:
        """Say whether an alert was useful: the precision of its watch and of each alias is made of this."""
        alert = await visible(request, alert_id)
        asked = await _read(request, FeedbackAsked)
        ids, now = (alert.id, alert.watch.id), _now()
        try:
            said = word(
                *ids, FeedbackVerdict(asked.verdict), asked.by, now, "api", note=asked.note, asked_at=asked.asked_at
            )
            seen = step(*ids, "acknowledge", asked.by, now, "api", asked_at=asked.asked_at)
        except BadStep as error:
            raise _unprocessable(error.field, error.what, error.fix) from None
        await publisher.publish(said)
        if not asked.acknowledge:
            return Taken(id=said.id)
        await publisher.publish(seen)
        return Taken(id=said.id, acknowledgement_id=seen.id)

    return router


async def _read(request: Request, model: type[A]) -> A:
    """The body.

    Raises:
        Refusal: it is none of these.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not JSON", f"send the body as {_JSON}")
    try:
        return model.model_validate_json(await read_body(request, MAX_BODY_BYTES))
    except BodyRefused as error:
        raise Refusal(error.status, error.reason, "correct the request") from None
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in detail["loc"]) or "body"
        raise _unprocessable(where, detail["msg"], "the form of the body stands in /openapi.json") from None


def _unprocessable(where: str, what: str, fix: str) -> Refusal:
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"{where}: {what}", fix)


def _body(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of a body that is read here, within its bounds, and not by the framework."""
    return {"requestBody": {"required": True, "content": {_JSON: {"schema": model.model_json_schema()}}}}


def _now() -> datetime:
    return datetime.now(UTC)
