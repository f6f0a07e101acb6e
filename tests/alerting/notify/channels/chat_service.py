"""A stand-in for the services that chats are written to: a real HTTP server on loopback that answers as they do."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    @property
    def said(self) -> dict[str, Any]:
        """What was posted: JSON, or a form."""
        if self.headers["content-type"].startswith("application/x-www-form-urlencoded"):
            return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}
        said = json.loads(self.body)
        assert isinstance(said, dict)
        return said


@dataclass(frozen=True)
class Says:
    """An answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


Answering = Callable[[Asked], Says | Callable[[asyncio.StreamWriter], Awaitable[None]]]


def as_the_services_do(asked: Asked) -> Says:
    """What each service answers to a message that it takes."""
    if "/services/" in asked.path:
        return Says(body=b"ok")  # Slack's incoming webhooks
    if asked.path == "/api/chat.postMessage":
        return Says(body=b'{"ok": true}')
    if asked.path.endswith("/login"):
        return Says(body=b'{"access_token": "syt_of_the_login", "user_id": "@desk:chat.example", "device_id": "D"}')
    if "/join/" in asked.path:
        return Says(body=b'{"room_id": "!room:chat.example"}')
    if asked.path.startswith("/.well-known/"):
        return Says(404)
    return Says()


@dataclass
class ChatService:
    """What it was asked, and how it answers."""

    answers: Answering = as_the_services_do
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    open: int = 0
    """Connections."""
    host: str = ""

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["ChatService"]:
        """Serve for the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            try:
                while not writer.is_closing():
                    asked = await _read(reader)
                    self.asked.append(asked)
                    await _answer(writer, self.answers(asked))
            finally:
                writer.close()
                self.open -= 1


async def _read(reader: asyncio.StreamReader) -> Asked:
    line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in rest)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, target, _ = line.split(" ")
    return Asked(method, target, headers, body)


async def _answer(
    writer: asyncio.StreamWriter, answer: Says | Callable[[asyncio.StreamWriter], Awaitable[None]]
) -> None:
    if not isinstance(answer, Says):
        return await answer(writer)
    lines = [f"HTTP/1.1 {answer.status} Said", f"content-length: {len(answer.body)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode() + answer.body)
    await writer.drain()
    return None
