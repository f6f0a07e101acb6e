"""What goes wrong in a request, in one form: `{"error": ..., "fix": ...}`."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.alerting.api.refusal import Refusal, refused
from services.backbone.telemetry import logger

log = logger()


class Problem(BaseModel):
    """Why a request was not answered."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    error: str
    """What is wrong."""
    fix: str
    """What to do."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of these statuses of a route, and of those that any request may meet."""
    listed = sorted({*statuses, 401, 403, 414, 422, 429, 503})
    return {status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in listed}


def answer_problems(app: FastAPI) -> None:
    """Answer every problem of an application in this form."""

    async def refusal(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101 - by its registration
        return refused(error)

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - by its registration
        return refused(_unprocessable(error))

    async def unknown(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - by its registration
        fix = "the paths and methods stand in /openapi.json"
        return refused(Refusal(HTTPStatus(error.status_code), str(error.detail), fix, error.headers))

    async def failed(request: Request, error: Exception) -> Response:
        log.error("request.failed", path=request.scope["path"], exc_info=error)
        return refused(Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "the answer failed", "see the log of this process"))

    app.add_exception_handler(Refusal, refusal)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, unknown)
    app.add_exception_handler(Exception, failed)


def _unprocessable(error: RequestValidationError) -> Refusal:
    """What is wrong with the first parameter that is."""
    first = error.errors()[0]
    where, *path = first["loc"]
    name = ".".join(str(part) for part in path) or str(where)
    if first["type"] == "extra_forbidden":
        return Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"there is no parameter {name[:100]!r}",
            "those there are stand in /openapi.json",
        )
    fix = (
        "send a time with its zone, like 2026-11-24T05:00:00Z"
        if first["type"].startswith(("timezone", "datetime"))
        else "correct it"
    )
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"{name[:100]}: {first['msg']}", fix)
