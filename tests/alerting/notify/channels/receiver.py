"""A real HTTP server on loopback that answers as it is told, byte for byte."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

Respond = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Receiver:
    """What it was sent, and what it answers to each request in turn; the last answer stays."""

    answers: list[Respond]
    tls: ssl.SSLContext | None = None
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["Receiver"]:
        """Serve for the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        scheme = "https" if self.tls else "http"
        self.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            try:
                while not writer.is_closing():
                    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                    headers = {
                        name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)
                    }
                    body = await reader.readexactly(int(headers["content-length"]))
                    self.requests.append((head[0], headers, body))
                    await self.answers[min(len(self.requests), len(self.answers)) - 1](writer)
            finally:
                writer.close()


def status(code: int, body: bytes = b"", **headers: str) -> Respond:
    """An ordinary answer, after which the connection stays open."""

    async def respond(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {code} Said", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()

    return respond


async def cut(writer: asyncio.StreamWriter) -> None:
    """The line breaks once the request has been read."""
    writer.transport.abort()
