"""A raw HTTP server on loopback, for answers that no decent server gives."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """What a client asked for."""

    path: str
    headers: dict[str, str]


Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Web:
    """Paths and what each answers; what was asked stands in `requests`."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    cut_off: asyncio.Event = field(default_factory=asyncio.Event)
    """A client did not read an answer to its end."""
    accepted: int = 0
    """Connections that were made."""
    open: int = 0
    """Connections that are open now."""
    most_open: int = 0
    keeps_alive: bool = False
    """A connection may serve a second request."""

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rsplit(":", 1)[1])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, or several, then close."""
        self.accepted += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await self._answer(reader, writer)
            while self.keeps_alive:
                await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.cut_off.set()
        finally:
            self.open -= 1
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        request = Request(head[0].split(" ")[1], headers)
        self.requests.append(request)
        known = self.answers.get(request.path) or self.answers.get(request.path.partition("?")[0])
        await (known or answer(b"", "404 Not Found"))(request, writer)
        await writer.drain()


@asynccontextmanager
async def open_web(host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[Web]:
    """Serve for the block.

    Args:
        host: an address of this machine.
        port: where; 0 takes any free one.
        tls: the server's certificate, for https.
    """
    web = Web()
    handlers: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(web.serve(reader, writer))
        handlers.add(task)
        task.add_done_callback(handlers.discard)

    server = await asyncio.start_server(accept, host, port, ssl=tls)
    scheme, shown = "https" if tls else "http", f"[{host}]" if ":" in host else host
    web.url = f"{scheme}://{shown}:{server.sockets[0].getsockname()[1]}"
    try:
        yield web
    finally:
        server.close()
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await server.wait_closed()


def answer(body: bytes, status: str = "200 OK", **headers: str) -> Answer:
    """A decent answer; `content_type="text/html"` is written `Content-Type: text/html`."""
    fields = {"content-length": str(len(body)), "connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return raw(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)


def raw(data: bytes) -> Answer:
    """These bytes."""

    async def write(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return write


def drip(head: bytes, piece: bytes, seconds: float) -> Answer:
    """`head` at once, then `piece` again and again, for ever."""

    async def write(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(seconds)

    return write
