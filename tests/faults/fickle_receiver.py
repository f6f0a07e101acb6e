"""A receiver of webhooks that at random takes, errs, asks for patience, says nothing, or cuts the line.

It is a server of its own on loopback, in a thread. Each request is verified when it comes by the reference library of
Standard Webhooks.
"""

import asyncio
import random
import socket
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any, Final

import uvloop
from standardwebhooks import Webhook, WebhookVerificationError

from tests.faults.webhook_server import Connection


class Says(StrEnum):
    """What it does with a request that it has read."""

    TAKEN = "200"
    ERROR = "500"
    BUSY = "429"
    GONE = "410"
    SILENT = "silence"
    CUT = "cut line"


_ANSWERS: Final[Mapping[Says, bytes]] = {
    Says.TAKEN: b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    Says.ERROR: b"HTTP/1.1 500 Oops\r\ncontent-length: 5\r\n\r\noops\n",
    Says.BUSY: b"HTTP/1.1 429 Busy\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n",
    Says.GONE: b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n",
    Says.CUT: b"HTTP/1.1 2",
}
MOST_PAYLOADS: Final = 10


class FickleReceiver:
    """What it was sent, and what it said."""

    def __init__(self, secret: str, shares: Mapping[Says, float], seed: int) -> None:
        """
        Args:
            secret: with which requests must be signed.
            shares: how often it does what, by weight.
            seed: of chance.
        """
        self.said: Counter[Says] = Counter()
        self.taken: Counter[str] = Counter()
        """How often it took each message, by webhook-id."""
        self.bodies: dict[str, set[str]] = defaultdict(set)
        """The digests of what came under each webhook-id."""
        self.alerts: dict[str, set[str]] = defaultdict(set)
        """The webhook-ids under which each alert came, by its id."""
        self.payloads: deque[Any] = deque(maxlen=MOST_PAYLOADS)
        """The last few, whole."""
        self.refused: list[str] = []
        """Requests whose signature does not hold."""
        self.url = ""
        self._verifier = Webhook(secret)
        self._choices, self._weights = list(shares), list[float](shares.values())
        self._chance = random.Random(seed)

    def turns(self, says: Says) -> None:
        """From now on it does nothing else."""
        self._choices, self._weights = [says], [1]

    @contextmanager
    def open(self) -> Iterator["FickleReceiver"]:
        """Listen for the block, on an event loop of its own."""
        listening, ended = threading.Event(), asyncio.Event()
        loop = uvloop.new_event_loop()

        async def serve() -> None:
            listener = socket.create_server(("127.0.0.1", 0))
            server = await loop.create_server(partial(Connection, self._receive), sock=listener)
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
            listening.set()
            await ended.wait()
            server.close()

        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
        thread.start()
        try:
            listening.wait()
            yield self
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join()
            loop.close()

    def _receive(self, headers: dict[str, str], body: bytes) -> bytes | None:
        """Take note of a request, and choose what to say."""
        try:
            payload: Any = self._verifier.verify(body, headers)
        except WebhookVerificationError as error:
            self.refused.append(str(error))
            return _ANSWERS[Says.ERROR]
        message = headers["webhook-id"]
        self.bodies[message].add(sha256(body).hexdigest())
        self.alerts[payload["data"]["id"]].add(message)
        (says,) = self._chance.choices(self._choices, self._weights)
        self.said[says] += 1
        self.payloads.append(payload)
        if says is Says.TAKEN:
            self.taken[message] += 1
        return _ANSWERS.get(says)
