"""What holds for every answer of the API, whoever gives it: headers that keep browsers from doing anything with it.

No header of CORS is among them: no page of another origin is to read what is answered here.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.alerting.api.refusal import Refusal, refused

MAX_TARGET_BYTES: Final = 4_096
"""Of a request's path and query together."""
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Where an answer says nothing else."""


class Hardened:
    """Around the application."""

    def __init__(self, app: ASGIApp) -> None:
        """Answer by this application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_TARGET_BYTES:
            too_long = Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, "the address is too long", "ask for less at a time")
            await refused(too_long)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)
