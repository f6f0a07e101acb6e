"""What a server grants clients that never finish, and how it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from services.backbone import http_server
from services.backbone.errors import PortTaken
from services.backbone.http_server import Bounds, listen, serving


async def unread(_: Request) -> PlainTextResponse:
    """Answer without a look at the body."""
    return PlainTextResponse("no\n", 401)


async def slow(_: Request) -> PlainTextResponse:
    """Answer after a while."""
    await asyncio.sleep(0.5)
    return PlainTextResponse("done\n")


async def large(_: Request) -> PlainTextResponse:
    """Answer with more than buffers hold."""
    return PlainTextResponse("x" * LARGE)


LARGE = 24 * 1024 * 1024
APP = Starlette(
    routes=[Route("/unread", unread, methods=["POST"]), Route("/slow", slow), Route("/large", large)],
)


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.4)
    listener = listen("127.0.0.1", 0, "")
    async with serving(APP, listener, Bounds(connections=4)):
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"POST /unread HT",
        b"POST /unread HTTP/1.1\r\nHost: x\r\nX: ",
        b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nxxPOST /unr",
        b"POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx",
    ],
    ids=["nothing", "half a line", "half a head", "half of the next head", "a body that nobody waits for"],
)
async def test_a_client_that_sends_a_byte_at_a_time_is_cut_off(port: int, begun: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)

    async def drip() -> None:
        while True:
            await asyncio.sleep(0.05)
            writer.write(b"x")

    dripping = asyncio.ensure_future(drip())
    async with asyncio.timeout(5):
        while True:
            try:
                if not await reader.read(1_000):
                    break
            except ConnectionError:
                break
    dripping.cancel()
    writer.close()


async def test_a_request_that_is_worked_on_is_not_cut_off(port: int) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(2):
            assert (await client.get(f"http://127.0.0.1:{port}/slow")).text == "done\n"


async def test_connections_beyond_the_bound_are_turned_away_and_later_ones_served(port: int) -> None:
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.post(f"http://127.0.0.1:{port}/unread")).status_code == 503
        for _, writer in held:
            writer.close()
        await asyncio.sleep(0.1)
        assert (await client.post(f"http://127.0.0.1:{port}/unread")).status_code == 401


async def test_a_head_of_a_megabyte_is_refused(port: int) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            answer = await client.post(f"http://127.0.0.1:{port}/unread", headers={"X-Long": "x" * 1_000_000})
        except httpx.TransportError:
            return  # answered, and closed, while it still sent
    assert answer.status_code == 400


async def test_a_request_under_way_is_answered_before_the_server_ends() -> None:
    listener = listen("127.0.0.1", 0, "")
    async with httpx.AsyncClient(trust_env=False) as client:
        async with serving(APP, listener, Bounds(close_seconds=1.5)):
            asked = asyncio.ensure_future(client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/slow"))
            await asyncio.sleep(0.2)
        assert (await asked).text == "done\n"


def test_a_port_in_use_is_told_with_the_fix() -> None:
    with listen("127.0.0.1", 0, "") as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"127\.0\.0\.1:{port}: .*; choose another by --port"):
            listen("127.0.0.1", port, "choose another by --port")


async def test_a_client_that_takes_nothing_is_cut_off_and_one_that_takes_slowly_is_not(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "TAKEN_SECONDS", 0.5)
    readers, writers = {}, []
    for name in ("nothing", "slowly"):
        readers[name], writer = await asyncio.open_connection("127.0.0.1", port, limit=64 * 1024)
        writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        writers.append(writer)
    slowly = 0
    for _ in range(12):
        await asyncio.sleep(0.1)
        slowly += len(await readers["slowly"].readexactly(1024 * 1024))
    assert await taken(readers["nothing"]) < LARGE < slowly + await taken(readers["slowly"])
    for writer in writers:
        writer.close()


async def taken(reader: asyncio.StreamReader) -> int:
    """How much can be read until the connection ends, whichever way."""
    size = 0
    with suppress(ConnectionResetError):
        while piece := await reader.read(1024 * 1024):
            size += len(piece)
    return size
