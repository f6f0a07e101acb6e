"""An HTTP server inside a process that has other work: bounded, and ended with the process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from services.backbone.errors import PortTaken

HEAD_SECONDS = 10.0
"""What a client gets to begin a request in, from its connection or from the answer before; also to end an old one."""
TAKEN_SECONDS = 30.0
"""A client that takes nothing of its answer for so long is cut off."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a server grants its clients together. A head is given up by h11 once 64 KiB of it came without an end."""

    connections: int | None = None
    """Above it a client is answered 503."""
    close_seconds: float = 0.0
    """What requests under way get to end in when the process ends."""


def listen(host: str, port: int, fix: str) -> socket.socket:
    """A socket that listens; port 0 takes any free one.

    Listening begins here, not in the server: of two processes that start at once one must see that it is late.

    Raises:
        PortTaken: saying what to do, which is `fix`.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise PortTaken(f"cannot listen on {host}:{port}: {error.strerror}; {fix}") from None
    return listener


@asynccontextmanager
async def serving(app: Starlette, listener: socket.socket, bounds: Bounds = Bounds()) -> AsyncIterator[None]:
    """Serve for the block; then requests under way get their time, and all is closed."""
    config = uvicorn.Config(
        app,
        http=_PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=bounds.connections,
    )
    server = QuietServer(config)
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        server.force_exit = not bounds.close_seconds
        await asyncio.wait({running}, timeout=bounds.close_seconds or 1)
        server.force_exit = True
        await asyncio.wait({running}, timeout=1)


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the process it is in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the handlers alone."""
        yield


class _PatientProtocol(H11Protocol):
    """HTTP/1.1 with a deadline for what uvicorn waits for without end: a request that never begins, a head or a refused
    body that comes a byte at a time, and an answer that nobody takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._deadline, self._taking):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        self._await_request()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """More waits for the client than the transport likes to hold."""
        super().pause_writing()
        self._await_taking()

    def resume_writing(self) -> None:
        """The client took it."""
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()

    def _await_taking(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(TAKEN_SECONDS, self._cut_off_unless_taken, waiting)

    def _cut_off_unless_taken(self, waiting: int) -> None:
        if self.transport.get_write_buffer_size() < waiting:
            self._await_taking()
        else:
            self.transport.abort()  # to close it would be to wait for what nobody takes

    def _await_request(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._cut_off)

    def _cut_off(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
            if self.transport.get_write_buffer_size():
                self._await_taking()
