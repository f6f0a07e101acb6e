"""A server that speaks HTTP/2, decently or not, on loopback."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import httpx
import trustme

from services.backbone.addresses import LOOPBACK
from services.ingestion.fetching.fetch import new_client

Fields = list[tuple[str, str]]


@dataclass
class Stream:
    """One request, and the means to answer it, by frames or by bytes."""

    id: int
    path: str
    headers: dict[str, str]
    http2: h2.connection.H2Connection
    writer: asyncio.StreamWriter
    ended: asyncio.Event
    """The connection is gone."""

    async def send(self, raw: bytes = b"") -> None:
        """What `http2` was told to send, then these bytes."""
        self.writer.write(self.http2.data_to_send() + raw)
        await self.writer.drain()

    async def answer(self, body: bytes, status: int = 200, fields: Fields | None = None) -> None:
        """Answer decently."""
        self.http2.send_headers(self.id, [(":status", str(status)), *(fields or [])], end_stream=not body)
        if body:
            self.http2.send_data(self.id, body, end_stream=True)
        await self.send()


Answer = Callable[[Stream], Awaitable[None]]


@dataclass
class Http2Web:
    """Paths and what each answers."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    accepted: int = 0
    requests: list[Stream] = field(default_factory=list)
    client: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)
    """It trusts this server."""

    def url(self, path: str) -> str:
        """Where the path stands."""
        return f"https://127.0.0.1:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.accepted += 1
        http2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        http2.config.validate_outbound_headers = http2.config.normalize_outbound_headers = False
        http2.initiate_connection()
        writer.write(http2.data_to_send())
        ended = asyncio.Event()
        tasks = []
        try:
            while data := await reader.read(65536):
                for event in http2.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        headers = {bytes(name).decode(): bytes(value).decode() for name, value in event.headers or ()}
                        stream = Stream(event.stream_id, headers[":path"], headers, http2, writer, ended)
                        self.requests.append(stream)
                        tasks.append(asyncio.ensure_future(self.answers[stream.path](stream)))
                writer.write(http2.data_to_send())
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            ended.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


@asynccontextmanager
async def open_http2() -> AsyncIterator[Http2Web]:
    """Serve for the block, over TLS with ALPN."""
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.set_alpn_protocols(["h2"])
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    web = Http2Web()
    handlers: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(web.serve(reader, writer))
        handlers.add(task)
        task.add_done_callback(handlers.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=server_side)
    web.port = server.sockets[0].getsockname()[1]
    try:
        async with new_client(allowed=LOOPBACK, tls=trusted) as web.client:
            yield web
    finally:
        server.close()
        for task in list(handlers):
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await server.wait_closed()
