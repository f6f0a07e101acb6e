"""`python -m tests.bench.listeners HOST PORT PATH TOKEN LISTENERS IDLE`: who listens to a stream of alerts, in one
process. `LISTENERS` read; `IDLE` ask and never read.

Prints a JSON line when all are connected, and one for each event once every reader has it: how many bytes it was, and
when (seconds since 1970) the first, the middle and the last of them had it.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from typing import Final

import uvloop

EVENT: Final = b"event: alert\n"
CONNECTING_AT_A_TIME: Final = 50


class Readers:
    """All who read: when each event came to each of them."""

    def __init__(self, count: int) -> None:
        """Expect each event so often."""
        self._count = count
        self._came: dict[int, list[float]] = defaultdict(list)
        self._connected = 0

    def opened(self) -> None:
        """One more is answered."""
        self._connected += 1
        if self._connected == self._count:
            say({"connected": self._count})

    def came(self, number: int, size: int) -> None:
        """An event came to one of them."""
        times = self._came[number]
        times.append(time.time())
        if len(times) == self._count:
            del self._came[number]
            say(
                {"event": number, "bytes": size, "first": times[0], "middle": times[len(times) // 2], "last": times[-1]}
            )


class Reader(asyncio.Protocol):
    """One who reads."""

    def __init__(self, readers: Readers, request: bytes) -> None:
        """Ask this."""
        self._readers = readers
        self._request = request
        self._is_answered = False
        self._tail = b""
        self._events = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Ask."""
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count the events in it; one that comes in two parts counts when its name is whole."""
        if not self._is_answered:
            self._is_answered = True
            assert data.startswith(b"HTTP/1.1 200"), data[:300]
            self._readers.opened()
        seen = self._tail + data
        for _ in range(seen.count(EVENT)):
            self._readers.came(self._events, len(data))
            self._events += 1
        self._tail = seen[-len(EVENT) + 1 :] if not seen.endswith(EVENT) else b""

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody may be cut."""
        say({"lost": str(exc)})


class Idle(asyncio.Protocol):
    """One who asks and never reads."""

    def __init__(self, request: bytes) -> None:
        """Ask this."""
        self._request = request

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Ask, and turn away."""
        transport.write(self._request)
        transport.pause_reading()


def say(what: object) -> None:
    """Tell the benchmark."""
    print(json.dumps(what), flush=True)


async def main(host: str, port: str, path: str, token: str, listeners: str, idle: str) -> None:
    """Connect, and listen until the process is killed."""
    loop = asyncio.get_running_loop()
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n"
    request, readers = head.encode(), Readers(int(listeners))
    turns = asyncio.Semaphore(CONNECTING_AT_A_TIME)

    async def connect(is_reader: bool) -> None:
        async with turns:
            await loop.create_connection(
                lambda: Reader(readers, request) if is_reader else Idle(request), host, int(port)
            )

    await asyncio.gather(*(connect(number >= int(idle)) for number in range(int(idle) + int(listeners))))
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
