"""Many feeds in a process of its own, so that its work is not counted: `python -m tests.bench.publishing_site HOSTS`.

It serves `/<kind>/<source>` at 127.0.x.y, on one port, and prints that port. Feeds have 50 entries. A poll is answered

    unchanged   304 to who knows the entity tag
    touched     the same entries between other bytes
    new         one entry more each time, the oldest gone
    mixed       of a hundred sources 88 are as `unchanged`, 10 as `touched`, 2 as `new`

`/counts` is answered with what was served, as JSON.
"""

import asyncio
import json
import resource
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

ENTRIES = 50
TAG = '"one"'
SENTENCES = (
    "Officials of the province said that the road had been opened again. ",
    "Traders on both sides of the border had waited for eleven days. ",
    "The ministry gave no figures, and a spokesman did not answer questions. ",
    "Residents spoke of shots in the night near the old customs house. ",
)


def host(number: int) -> str:
    """The address of a host by its number, up to 60,000."""
    return f"127.0.{number // 250}.{number % 250 + 1}"


def feed(source: str, newest: int, remark: str = "") -> bytes:
    """The feed of a source whose newest entry has this number, at least `ENTRIES`."""
    items = "".join(_item(source, number) for number in range(newest, newest - ENTRIES, -1))
    return f"<rss version='2.0'><channel><title>Site</title><!-- {remark} -->{items}</channel></rss>".encode()


def _item(source: str, number: int) -> str:
    text = "".join(SENTENCES[(number + place) % len(SENTENCES)] for place in range(14))
    return (
        f"<item><guid>{source}-{number}</guid><link>https://news.example/{source}/{number}</link>"
        f"<title>Report {number} of {source}</title><pubDate>Tue, 24 Nov 2026 05:{number % 60:02}:00 GMT</pubDate>"
        f"<description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
    )


class _Feeds(asyncio.Protocol):
    served: ClassVar[Counter[str]] = Counter()
    polls: ClassVar[Counter[str]] = Counter()
    open = most_open = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._heard = b""
        _Feeds.open += 1
        _Feeds.most_open = max(_Feeds.most_open, _Feeds.open)

    def connection_lost(self, _: Exception | None) -> None:
        _Feeds.open -= 1

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while b"\r\n\r\n" in self._heard:
            head, _, self._heard = self._heard.partition(b"\r\n\r\n")
            self._transport.write(self._answer(head.decode().lower()))

    def _answer(self, head: str) -> bytes:
        path = head.split(" ", 2)[1]
        if path == "/counts":
            counts = {"served": self.served, "open": self.open, "most_open": self.most_open}
            return _whole(json.dumps(counts).encode())
        _, kind, source = path.split("/")
        if kind == "mixed":
            place = int(source) % 100
            kind = "unchanged" if place < 88 else "touched" if place < 98 else "new"
        self.served[kind] += 1
        self.polls[path] += 1
        polls = self.polls[path]
        if kind == "unchanged":
            known = f"if-none-match: {TAG}" in head
            return (
                b"HTTP/1.1 304 Not Modified\r\netag: " + TAG.encode() + b"\r\n\r\n" if known else _whole(feed("s", 100))
            )
        if kind == "touched":
            return _whole(feed("s", 100, str(polls)))
        return _whole(feed("s", 100 + polls))


def _whole(body: bytes) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\netag: {TAG}\r\ncontent-type: application/rss+xml\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


@contextmanager
def publishing_site(hosts: int) -> Iterator[int]:
    """The site's port, for the block."""
    child = subprocess.Popen([sys.executable, "-m", __name__, str(hosts)], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        yield int(child.stdout.readline())
    finally:
        child.kill()
        child.communicate()


async def _serve(hosts: int) -> None:
    loop = asyncio.get_running_loop()
    port = 0
    for number in range(hosts):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host(number), port))
        port = listener.getsockname()[1]
        await loop.create_server(_Feeds, sock=listener)
    print(port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(_serve(int(sys.argv[1])))
