"""What the API answers where it does not do what was asked: JSON with what is wrong and what to do."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse


class Refusal(Exception):
    """A request that is not answered as it was asked."""

    def __init__(self, status: HTTPStatus, error: str, fix: str, headers: Mapping[str, str] | None = None) -> None:
        """Refuse.

        Args:
            status: of the answer.
            error: what is wrong.
            fix: what to do.
            headers: of the answer.
        """
        super().__init__(f"{error}; {fix}")
        self.status, self.error, self.fix = status, error, fix
        self.headers = dict(headers or {})


def refused(refusal: Refusal) -> JSONResponse:
    """The answer."""
    return JSONResponse({"error": refusal.error, "fix": refusal.fix}, refusal.status, refusal.headers)


def not_found() -> Refusal:
    """The one answer for what is not there and for what the caller may not see: it tells nobody which of the two."""
    fix = "correct the address, or ask with a token that may see it"
    return Refusal(HTTPStatus.NOT_FOUND, "there is nothing here that this token may see", fix)


def too_many(seconds: float, error: str) -> Refusal:
    """For who asks too often: when to ask again."""
    wait = max(1, int(seconds) + 1)
    fix = f"ask again in {wait} s"
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, error, fix, {"Retry-After": str(wait)})
