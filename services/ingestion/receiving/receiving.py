"""Receiving: serves `POST /articles` while a source of kind push is configured, and the WebSub callback while it is on.

push port > push > batch > item > assemble > intake > `articles`
hub > callback > the same way as a poll            polled > websub > hub
"""

import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from schemas.state import WebSubLease
from services.backbone.errors import PortTaken
from services.backbone.gate import Gate
from services.backbone.http_server import Bounds, listen, serving
from services.backbone.process import Process
from services.backbone.telemetry import logger
from services.ingestion.receiving.callback import CallbackEndpoint
from services.ingestion.receiving.callback_keys import CallbackKeys
from services.ingestion.receiving.intake import Intake
from services.ingestion.receiving.push import PushEndpoint
from services.ingestion.receiving.receiver import Receiver
from services.ingestion.receiving.subscriptions import Subscriptions
from services.ingestion.receiving.websub import Offer
from services.ingestion.sources import Source

BOUNDS = Bounds(connections=64, close_seconds=1.5)
ROUND_SECONDS = 1.0

log = logger()


class Receiving:
    """What comes by itself: pushed articles, and what hubs send."""

    def __init__(self, process: Process, receiver: Receiver, client: httpx.AsyncClient) -> None:
        """Make it ready; nothing is served yet.

        Args:
            process: whose settings say where to serve, and when to end.
            receiver: who takes what is received.
            client: the guarded client of ingestion, by which hubs are asked.
        """
        self._process = process
        self._receiver = receiver
        self._intake = Intake(receiver)
        self._gate = Gate()
        self._subscriptions: Subscriptions | None = None
        callback, secret = process.settings.websub_callback, process.settings.websub_secret
        if callback is not None and secret is not None:
            self._keys = CallbackKeys(secret.get_secret_value())
            self._subscriptions = Subscriptions(receiver, client, callback, self._keys)

    async def run(self) -> None:
        """Serve from when there is something to receive until the process is told to stop.

        Raises:
            PortTaken: another program listens there.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._close)
            listener = await self._listener()
            if listener is not None:
                await stack.enter_async_context(serving(Starlette(routes=list(self._routes())), listener, BOUNDS))
                log.info("receiving.listening", port=listener.getsockname()[1], websub=self._subscriptions is not None)
            await self._process.stopping.wait()

    def polled(self, source: Source, offer: Offer | None, *, missed: bool) -> None:
        """A source that this process polls has answered; its hub is asked where it is time to.

        Args:
            source: which.
            offer: the hub that its feed offers, of `websub.offered`; None where it was not read anew.
            missed: the poll found something new.
        """
        if self._subscriptions is not None:
            self._subscriptions.polled(source, offer, missed)

    def removed(self, source_id: str, lease: WebSubLease | None) -> None:
        """A source that this process polled is no longer read, by whichever process."""
        if self._subscriptions is not None and lease is not None:
            self._subscriptions.removed(source_id, lease)

    async def _listener(self) -> socket.socket | None:
        """A listener once one is needed; None where the process is told to stop before.

        A port that is in use ends a process that starts with it. One that runs already goes on polling and tries again.
        """
        settings, started, told = self._process.settings, False, False
        while not self._process.stopping.is_set():
            if self._is_needed():
                try:
                    return listen(settings.push_host, settings.push_port, "choose another by TOCSIN_PUSH_PORT")
                except PortTaken as error:
                    if not started:
                        raise
                    if not told:
                        log.error("receiving.port_taken", message=str(error))
                    told = True
            await self._process.sleep(ROUND_SECONDS)
            started = True
        return None

    def _is_needed(self) -> bool:
        if self._subscriptions is not None:
            return True
        return any(source.kind == "push" for source in self._receiver.sources().values())

    def _routes(self) -> Iterator[Route]:
        push = PushEndpoint(self._process, self._receiver, self._intake, self._gate)
        yield Route("/articles", push.post, methods=["POST"])
        if self._subscriptions is not None:
            callback = CallbackEndpoint(self._process, self._receiver, self._subscriptions, self._keys, self._gate)
            yield Route("/websub/{source_id}/{key}", callback.answer, methods=["GET", "POST"])

    async def _close(self) -> None:
        await self._intake.close()
        if self._subscriptions is not None:
            await self._subscriptions.close()
