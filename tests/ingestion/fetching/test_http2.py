"""Over HTTP/2 the same bounds hold, one request at a time."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from services.ingestion.fetching.failures import AnswerBroken, AnswerTooLarge, ServerTrouble, TooSlow
from services.ingestion.fetching.fetch import Fetched, FetchFailed, Limits, NotModified, fetch
from tests.ingestion.fetching.hostile_web import BOMBS, FEED
from tests.ingestion.fetching.http2 import Answer, Http2Web, Stream, open_http2

LIMITS = Limits(seconds=0.6)
OK = [("content-type", "application/rss+xml")]
DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 9
NO_LENGTH = bytes(0)


@dataclass(frozen=True)
class Known:
    etag: str | None = '"v1"'
    last_modified: str | None = None


@pytest.fixture
async def web() -> AsyncIterator[Http2Web]:
    """A server with a decent feed at /good."""
    async with open_http2() as web:
        web.answers["/good"] = lambda stream: stream.answer(FEED, fields=OK)
        yield web


def frame(kind: int, payload: bytes = b"", flags: int = 0, stream: int = 0) -> bytes:
    """A frame, whether it makes sense or not."""
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


async def read(web: Http2Web, path: str = "/good") -> None:
    fetched = await fetch(web.client, web.url(path), limits=Limits(seconds=2))
    assert isinstance(fetched, Fetched)
    assert fetched.body == FEED


async def test_https_speaks_http2_and_one_connection_serves_request_after_request(web: Http2Web) -> None:
    async def unchanged(stream: Stream) -> None:
        await stream.answer(b"", 304, [("cache-control", "max-age=60")])

    web.answers["/unchanged"] = unchanged
    web.answers["/missing"] = lambda stream: stream.answer(b"<html>sorry</html>", 503)
    for _ in range(3):
        await read(web)
        assert await fetch(web.client, web.url("/unchanged"), Known()) == NotModified("max-age=60")
        with pytest.raises(ServerTrouble, match="503"):
            await fetch(web.client, web.url("/missing"))
    assert web.accepted == 1
    assert web.requests[1].headers["if-none-match"] == '"v1"'


async def test_requests_at_the_same_time_take_connections_of_their_own(web: Http2Web) -> None:
    await asyncio.gather(*(read(web) for _ in range(8)))
    assert web.accepted == 8


@pytest.mark.parametrize("status", ["503", "200"])
async def test_an_answer_left_unread_ends_its_connection_and_nobody_elses(web: Http2Web, status: str) -> None:
    async def long(stream: Stream) -> None:
        stream.http2.send_headers(stream.id, [(":status", status)])
        for _ in range(4):
            stream.http2.send_data(stream.id, bytes(16_000))
        await stream.send()
        await stream.ended.wait()

    web.answers["/long"] = long
    await read(web)
    with pytest.raises(FetchFailed):
        await fetch(web.client, web.url("/long"), limits=Limits(wire_bytes=20_000))
    async with asyncio.timeout(1):
        await web.requests[-1].ended.wait()
    await read(web)
    assert web.accepted == 2


async def test_a_server_that_closed_an_idle_connection_is_asked_on_another(web: Http2Web) -> None:
    await read(web)
    web.requests[0].writer.close()
    await asyncio.sleep(0.05)
    await read(web)
    assert web.accepted == 2


async def header_bomb(stream: Stream) -> None:
    """4 KB that are a field once and 10,000 references to it: 40 MB of header."""
    name, value = b"x-bomb", b"y" * 4000
    literal = b"\x40" + _string(name) + _string(value)
    await stream.send(frame(HEADERS, b"\x88" + literal + b"\xbe" * 10_000, 0x4, stream.id))


def _string(text: bytes) -> bytes:
    if len(text) < 127:
        return bytes((len(text),)) + text
    rest, octets = len(text) - 127, bytearray((127,))
    while rest >= 128:
        octets.append(rest % 128 + 128)
        rest //= 128
    return bytes(octets) + bytes((rest,)) + text


async def many_fields(stream: Stream) -> None:
    """Within h2's bound on the header, over ours on its fields."""
    await stream.answer(FEED, fields=[(f"x-{n}", "y") for n in range(120)])


async def continuation_flood(stream: Stream) -> None:
    """CVE-2024-27316 and its kin: a header block that never ends."""
    await stream.send(frame(HEADERS, b"\x88", 0, stream.id))
    while not stream.ended.is_set():
        await stream.send(frame(CONTINUATION, b"\x00\x01a\x01b" * 100, 0, stream.id) * 100)
        await asyncio.sleep(0)


def flood(piece: bytes) -> Answer:
    """The same frames for ever, and never an answer."""

    async def write(stream: Stream) -> None:
        while not stream.ended.is_set():
            await stream.send(piece)
            await asyncio.sleep(0)

    return write


async def rapid_resets(stream: Stream) -> None:
    """The stream is reset at once, again and again."""
    while not stream.ended.is_set():
        await stream.send(frame(RST_STREAM, struct.pack(">I", 7), 0, stream.id) * 100)
        await asyncio.sleep(0)


async def empty_data(stream: Stream) -> None:
    """A body of nothing, for ever."""
    stream.http2.send_headers(stream.id, [(":status", "200")])
    await stream.send()
    while not stream.ended.is_set():
        await stream.send(frame(DATA, b"", 0, stream.id) * 100)
        await asyncio.sleep(0)


async def over_the_window(stream: Stream) -> None:
    """More data than it was given room for."""
    stream.http2.send_headers(stream.id, [(":status", "200")])
    await stream.send(frame(DATA, bytes(16384), 0, stream.id) * 3000)


async def bomb(stream: Stream) -> None:
    """128 MB in 400 bytes."""
    await stream.answer(BOMBS["br"], fields=[("content-encoding", "br")])


async def drip(stream: Stream) -> None:
    """A byte at a time."""
    stream.http2.send_headers(stream.id, [(":status", "200")])
    while not stream.ended.is_set():
        stream.http2.send_data(stream.id, b"x")
        await stream.send()
        await asyncio.sleep(0.05)


async def shorter_than_said(stream: Stream) -> None:
    """The content-length is a lie."""
    await stream.answer(FEED, fields=[("content-length", "1000")])


async def go_away(stream: Stream) -> None:
    """Refuses the request with the whole connection."""
    await stream.send(frame(GOAWAY, struct.pack(">II", 0, 0xB) + b"calm down"))


async def closes(stream: Stream) -> None:
    """Hangs up."""
    stream.writer.close()


def raw(data: bytes) -> Answer:
    """These bytes."""

    async def write(stream: Stream) -> None:
        await stream.send(data.replace(b"STREAM", struct.pack(">I", stream.id)))

    return write


def fields(*pairs: tuple[str, str]) -> Answer:
    """A header of these fields."""

    async def write(stream: Stream) -> None:
        stream.http2.send_headers(stream.id, list(pairs), end_stream=True)
        await stream.send()

    return write


CASES: dict[str, tuple[Answer, type[FetchFailed]]] = {
    "header bomb": (header_bomb, AnswerBroken),
    "120 header fields": (many_fields, AnswerBroken),
    "endless header block": (continuation_flood, AnswerBroken),
    "pings": (flood(frame(PING, bytes(8)) * 100), TooSlow),
    "settings": (flood(frame(SETTINGS) * 100), TooSlow),
    "settings that change": (flood(frame(SETTINGS, struct.pack(">HI", 4, 65535)) * 100), TooSlow),
    "frames of no kind": (flood(frame(0xEE, bytes(100)) * 100), TooSlow),
    "rapid resets": (rapid_resets, AnswerBroken),
    "empty data": (empty_data, TooSlow),
    "more than the window": (over_the_window, FetchFailed),
    "bomb": (bomb, AnswerTooLarge),
    "a byte at a time": (drip, TooSlow),
    "shorter than said": (shorter_than_said, AnswerBroken),
    "go away": (go_away, AnswerBroken),
    "hangs up": (closes, AnswerBroken),
    "data of no stream": (raw(frame(DATA, bytes(100), 0, 0)), AnswerBroken),
    "a push": (raw(frame(PUSH_PROMISE, struct.pack(">I", 2) + b"\x88", 0x4, 1)), AnswerBroken),
    "a frame of 16 MB": (raw(b"\xff\xff\xff" + bytes(100)), AnswerBroken),
    "HTTP/1.1": (raw(b"HTTP/1.1 200 OK\r\n\r\n"), FetchFailed),
    "a header that is none": (raw(frame(HEADERS, b"\xff" * 20, 0x4, 1)), AnswerBroken),
    "no streams any more": (raw(frame(SETTINGS, struct.pack(">HI", 3, 0))), TooSlow),
    "status abc": (fields((":status", "abc")), AnswerBroken),
    "no status": (fields((":status", "")), AnswerBroken),
    "status -1": (fields((":status", "-1")), FetchFailed),
    "status beyond numbers": (fields((":status", "9" * 5000)), FetchFailed),
    "two statuses": (fields((":status", "200"), (":status", "404")), FetchFailed),
}


@pytest.mark.parametrize(("hostile", "failure"), CASES.values(), ids=CASES)
async def test_a_hostile_answer_fails_alone(web: Http2Web, hostile: Answer, failure: type[FetchFailed]) -> None:
    web.answers["/case"] = hostile
    case = asyncio.create_task(fetch(web.client, web.url("/case"), limits=LIMITS))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await read(web)
    assert time.monotonic() - began < 1, "on time, though the other is under way"

    with pytest.raises(failure):
        await case
    assert time.monotonic() - began < LIMITS.seconds + 1
    await read(web)
