"""Reads the body of a request: bounded in bytes and in time."""

import asyncio
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request

MAX_BODY_BYTES = 8 * 1024 * 1024
BODY_SECONDS = 20.0


class BodyRefused(Exception):
    """A body that is not read to its end."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def read_body(request: Request, most: int = MAX_BODY_BYTES) -> bytes:
    """The whole body, of so many bytes at most.

    Raises:
        BodyRefused: 413 where it is longer; 408 where it takes longer than `BODY_SECONDS`; 415 where it is
            compressed; 400 where its sender went away.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise BodyRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send it uncompressed")
    too_large = BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"over {most} bytes; send it in parts")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) > most:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > most:
                    raise too_large
    except TimeoutError:
        raise BodyRefused(HTTPStatus.REQUEST_TIMEOUT, f"not complete within {BODY_SECONDS:g} s") from None
    except ClientDisconnect:
        raise BodyRefused(HTTPStatus.BAD_REQUEST, "cut short") from None
    return bytes(body)
