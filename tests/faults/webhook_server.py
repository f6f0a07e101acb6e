"""The server's side of a webhook, cheap: it reads just the HTTP that a webhook's client writes."""

import asyncio
from collections.abc import Callable
from typing import Any

Receive = Callable[[dict[str, str], bytes], bytes | None]
"""Headers, with their names in lower case, and body, to what is written in answer; None says nothing."""


class Connection(asyncio.Protocol):
    """One connection; requests come one after the other, each with its content-length."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._unread = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        head, end, rest = self._unread.partition(b"\r\n\r\n")
        if not end:
            return
        lines = head.decode("latin-1").split("\r\n")[1:]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = int(headers["content-length"])
        if len(rest) < length:
            return
        self._unread = rest[length:]
        if (answer := self._receive(headers, rest[:length])) is not None:
            self._transport.write(answer)
            if b"\r\n\r\n" not in answer:  # half an answer: the line breaks there
                self._transport.close()
