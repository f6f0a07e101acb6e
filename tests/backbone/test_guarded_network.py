"""Names are looked up aside, a bounded number at a time; a connection is for one request at a time."""

import asyncio
import ssl
import threading
import time

import httpcore
import pytest

from services.backbone import guarded_network
from services.backbone.addresses import LOOPBACK, AddressForbidden
from services.backbone.guarded_http import _Connection
from services.backbone.guarded_network import GuardedNetwork, SystemResolver
from tests.ingestion.web import answer, open_web


async def test_the_system_is_asked_for_the_addresses_of_a_name() -> None:
    assert "127.0.0.1" in await SystemResolver()("localhost")


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "two..dots", "nul\0.example"])
async def test_a_name_that_cannot_be_has_no_address(host: str) -> None:
    with pytest.raises(OSError, match=r"."):
        await SystemResolver()(host)


async def test_a_silent_name_server_holds_up_neither_the_loop_nor_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    answering = threading.Event()
    asked = []

    def silent(host: str) -> list[str]:
        asked.append(host)
        answering.wait(10)
        return ["127.0.0.1"]

    monkeypatch.setattr(guarded_network, "_system_addresses", silent)
    resolver = SystemResolver(at_a_time=3)
    network = GuardedNetwork((), resolver)
    began = time.monotonic()
    calls = [network.connect_tcp(f"n{n}.example", 80, timeout=0.2) for n in range(10)]
    failures = await asyncio.gather(*calls, return_exceptions=True)
    assert time.monotonic() - began < 1
    assert {type(failure) for failure in failures} == {httpcore.ConnectTimeout}
    assert len(asked) == 3, "so many threads and no more"
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "resolve")

    answering.set()
    async with asyncio.timeout(2):
        assert await resolver("late.example") == ["127.0.0.1"]
    with pytest.raises(AddressForbidden):
        await network.connect_tcp("late.example", 80, timeout=2)


async def test_a_connection_is_for_one_request_at_a_time() -> None:
    async with open_web() as web:
        web.answers["/feed"] = answer(b"<rss/>")
        url = httpcore.URL(f"{web.url}/feed")
        connection = _Connection(url.origin, GuardedNetwork(LOOPBACK, SystemResolver()), ssl.create_default_context())
        requests = [httpcore.Request("GET", url, headers={"Host": "127.0.0.1"}) for _ in range(2)]
        first, second = await asyncio.gather(
            *(connection.handle_async_request(request) for request in requests), return_exceptions=True
        )
        assert isinstance(first, httpcore.Response)
        assert isinstance(second, httpcore.ConnectionNotAvailable)
        assert await first.aread() == b"<rss/>"
        await first.aclose()
        await connection.aclose()
        assert connection.is_closed()
        assert web.accepted == 1
