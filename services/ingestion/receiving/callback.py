"""`/websub/<source id>/<key>`: where hubs ask whether we want a feed's changes, and send them (W3C WebSub).

GET    hub.mode subscribe | unsubscribe: 200 and the challenge where that is what we want, else 404
       hub.mode denied: 200
POST   content signed with the secret that the hub was given: 202 once the broker has what is new in it
       content that is not: 202 as well, and nothing is done (section 7.1.2: a forger learns nothing)
       404 an address that we gave nobody; 410 a subscription that we no longer want: it ends that way too
       503 the broker does not answer; hubs send again, and polling is the net
"""

import asyncio
import hashlib
from collections import OrderedDict
from datetime import timedelta
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from services.backbone.gate import Busy, Gate
from services.backbone.http_body import BodyRefused, read_body
from services.backbone.process import Process
from services.backbone.telemetry import logger
from services.ingestion.fetching.answer import links
from services.ingestion.reading.entry import FeedUnreadable
from services.ingestion.receiving.callback_keys import CallbackKeys
from services.ingestion.receiving.receiver import Receiver
from services.ingestion.receiving.subscriptions import Subscriptions
from services.ingestion.receiving.websub import is_wanted
from services.ingestion.sources import Source

MAX_CHALLENGE_CHARACTERS = 1_000
MAX_REASON_CHARACTERS = 200
MAX_REMEMBERED = 2_000
CONTENT_SECONDS = 10.0

log = logger()


class CallbackEndpoint:
    """Answers hubs."""

    def __init__(
        self, process: Process, receiver: Receiver, subscriptions: Subscriptions, keys: CallbackKeys, gate: Gate
    ) -> None:
        self._process = process
        self._receiver = receiver
        self._subscriptions = subscriptions
        self._keys = keys
        self._gate = gate
        self._handled: OrderedDict[bytes, None] = OrderedDict()

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        source_id, key = request.path_params["source_id"], request.path_params["key"]
        if not self._keys.is_ours(source_id, key):
            return Response(status_code=HTTPStatus.NOT_FOUND)
        if request.method == "POST":
            return await self._content(request, source_id, key)
        return self._intent(request, source_id, key)

    def _intent(self, request: Request, source_id: str, key: str) -> Response:
        asked = request.query_params
        mode, topic, challenge = (asked.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge"))
        if not self._keys.is_ours(source_id, key, topic):
            return Response(status_code=HTTPStatus.NOT_FOUND)
        if mode == "denied":
            self._subscriptions.denied(source_id, topic, _printable(asked.get("hub.reason", "")))
            return Response(status_code=HTTPStatus.OK)
        configured = source_id in self._receiver.sources()
        wanted = is_wanted(mode, topic, configured, self._receiver.lease(source_id))
        if not wanted or not 0 < len(challenge) <= MAX_CHALLENGE_CHARACTERS:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        if mode == "subscribe":
            self._subscriptions.confirmed(source_id, topic, _lease(asked.get("hub.lease_seconds", "")))
        return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def _content(self, request: Request, source_id: str, key: str) -> Response:
        source = self._receiver.sources().get(source_id)
        lease = self._receiver.lease(source_id)
        if source is None or (lease is not None and not self._keys.is_ours(source_id, key, lease.topic)):
            return Response(status_code=HTTPStatus.GONE)
        if self._process.stopping.is_set():
            return _later()
        try:
            async with self._gate.entered():
                body = await read_body(request)
                if not self._keys.is_signed(source_id, key, body, request.headers.get("x-hub-signature")):
                    log.warning("websub.unsigned", source=source_id, bytes=len(body))
                    return Response(status_code=HTTPStatus.ACCEPTED)
                topic = lease.topic if lease is not None else self._topic(request, source, key)
                return await self._read(source, key, body, topic, request.headers.get("content-type"))
        except BodyRefused as error:
            return PlainTextResponse(str(error), error.status)
        except Busy:
            return _later()

    async def _read(self, source: Source, key: str, body: bytes, topic: str, content_type: str | None) -> Response:
        """Content that was handled before is not handled again: who replays it could bring back an old revision."""
        digest = hashlib.sha256(key.encode() + body).digest()
        if digest in self._handled:
            return Response(status_code=HTTPStatus.ACCEPTED)
        try:
            async with asyncio.timeout(CONTENT_SECONDS):
                await self._receiver.content(source, body, topic, content_type)
        except TimeoutError:
            return _later()
        except FeedUnreadable as error:
            log.warning("websub.unreadable", source=source.id, message=str(error))
        else:
            self._subscriptions.delivered(source.id, topic)
        self._handled[digest] = None
        while len(self._handled) > MAX_REMEMBERED:
            self._handled.popitem(last=False)
        return Response(status_code=HTTPStatus.ACCEPTED)

    def _topic(self, request: Request, source: Source, key: str) -> str:
        """The topic of a source that another process polls: as the hub states it, where the address was made for it."""
        stated = [
            address
            for address, relation in links(request.headers.get("link"), source.url)
            if relation == "self" and self._keys.is_ours(source.id, key, address)
        ]
        return stated[0] if stated else source.url


def _later() -> Response:
    return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "60"})


def _lease(seconds: str) -> timedelta | None:
    return timedelta(seconds=int(seconds[:9])) if seconds.isascii() and seconds.isdigit() else None


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text[:MAX_REASON_CHARACTERS])
