"""Whatever one host sends, it is a failure of that host only: the next fetch on the same client is served on time."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from services.backbone.addresses import LOOPBACK
from services.ingestion.fetching.fetch import MAX_RATIO, AnswerTooLarge, Fetched, Limits, fetch, new_client
from tests.ingestion.fetching.hostile_web import BOMBS, FEED, LIMITS, Case, cases, compressed
from tests.ingestion.web import Request, Web, answer, open_web, raw

ON_TIME = 1.0
"""Seconds by which a hostile host may delay another."""
MEMORY = Path("/proc/self")


async def read_on_time(client: httpx.AsyncClient, url: str) -> None:
    """Fetch a decent feed and be done soon."""
    began = time.monotonic()
    fetched = await fetch(client, url)
    assert isinstance(fetched, Fetched)
    assert fetched.body == FEED
    assert time.monotonic() - began < ON_TIME


@pytest.mark.parametrize("case", list(cases()), ids=str)
async def test_a_hostile_answer_fails_alone(web: Web, client: httpx.AsyncClient, case: Case) -> None:
    web.answers["/case"] = case.answer
    async with open_web() as decent:
        decent.answers["/good"] = web.answers["/good"] = answer(FEED)
        hostile = asyncio.create_task(fetch(client, f"{web.url}/case", limits=LIMITS))
        await asyncio.sleep(0)
        await read_on_time(client, f"{decent.url}/good")
        began = time.monotonic()
        with pytest.raises(case.failure, match=case.because):
            await hostile
        assert time.monotonic() - began < LIMITS.seconds + ON_TIME

        await read_on_time(client, f"{web.url}/good")
        assert all("cookie" not in request.headers for request in web.requests)


@contextmanager
def growth_below(megabytes: int) -> Iterator[None]:
    """Within the block the process takes no more memory than this beyond what it has."""
    try:
        (MEMORY / "clear_refs").write_text("5", encoding="ascii")  # forget the high-water mark
    except OSError:
        pytest.skip("the memory's high-water mark can be reset on Linux only")
    before = _memory("VmRSS")
    yield
    assert (_memory("VmHWM") - before) / 1024 < megabytes


def _memory(field: str) -> int:
    status = (MEMORY / "status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{field}:"))


@pytest.mark.parametrize("coding", BOMBS)
@pytest.mark.parametrize(("ratio", "because"), [(MAX_RATIO, "swells"), (10**9, "bytes long when decoded")])
async def test_a_bomb_goes_off_within_64_megabytes(
    web: Web, client: httpx.AsyncClient, coding: str, ratio: int, because: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingestion.fetching.fetch.MAX_RATIO", ratio)
    web.answers["/case"] = answer(BOMBS[coding], content_encoding=coding)

    with growth_below(64), pytest.raises(AnswerTooLarge, match=because):
        await fetch(client, f"{web.url}/case")


@pytest.mark.parametrize("coding", BOMBS)
async def test_a_second_coding_stays_folded(web: Web, client: httpx.AsyncClient, coding: str) -> None:
    folded = compressed(BOMBS["br"])[coding]
    web.answers["/case"] = answer(folded, content_encoding=coding)

    fetched = await fetch(client, f"{web.url}/case")

    assert isinstance(fetched, Fetched)
    assert fetched.body == BOMBS["br"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (None, FEED),
        ("text/xml; charset=klingon", "<rss>é</rss>".encode()),
        ("text/xml; charset=utf-7", b"<rss>+AOk-</rss>"),
        ("text/xml; charset=ascii", "<rss>é</rss>".encode("utf-16")),
        ("text/html; charset=", b"<html>log in</html>"),
    ],
    ids=["none", "unknown", "utf-7", "utf-16 told as ascii", "a login page"],
)
async def test_t19_bytes_are_handed_on_as_they_came(
    web: Web, client: httpx.AsyncClient, content_type: str | None, body: bytes
) -> None:
    web.answers["/case"] = answer(body, **({"content_type": content_type} if content_type else {}))

    fetched = await fetch(client, f"{web.url}/case")

    assert isinstance(fetched, Fetched)
    assert (fetched.body, fetched.content_type) == (body, content_type)


async def test_t8_what_comes_after_the_length_is_not_read(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/longer"] = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<rss/><script>")
    chunked = b"transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n6\r\n<rss/>\r\n0\r\n\r\n"
    web.answers["/both"] = raw(b"HTTP/1.1 200 OK\r\n" + chunked)

    for path in ("/longer", "/both"):
        fetched = await fetch(client, f"{web.url}{path}")
        assert isinstance(fetched, Fetched)
        assert fetched.body == FEED


async def test_t16_a_storm_of_refusals_ends_with_it(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(b"sorry", "503 Service Unavailable", retry_after="9" * 30)
    storm = [fetch(client, f"{web.url}/feed", limits=Limits(seconds=10)) for _ in range(200)]
    failures = await asyncio.gather(*storm, return_exceptions=True)
    assert {type(failure).__name__ for failure in failures} == {"ServerTrouble"}

    web.answers["/feed"] = answer(FEED)
    await read_on_time(client, f"{web.url}/feed")


async def test_t20_open_connections_are_bounded(web: Web) -> None:
    web.answers["/feed"] = answer(FEED)
    async with new_client(2, allowed=LOOPBACK) as client:
        await asyncio.gather(*(fetch(client, f"{web.url}/feed") for _ in range(100)))

    assert len(web.requests) == 100
    assert web.most_open <= 2


async def test_fetches_that_are_cut_off_anywhere_leave_no_connection_taken(web: Web) -> None:
    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(random.random() * 0.02)
        await answer(FEED, connection="keep-alive")(request, writer)

    web.answers["/slow"], web.answers["/feed"] = slow, answer(FEED)
    web.keeps_alive = True
    async with new_client(5, allowed=LOOPBACK) as client:
        limits = [Limits(seconds=random.random() * 0.06) for _ in range(200)]
        fetches = [asyncio.create_task(fetch(client, f"{web.url}/slow", limits=limit)) for limit in limits]
        await asyncio.sleep(0.03)
        for task in fetches[::4]:
            task.cancel()
        await asyncio.gather(*fetches, return_exceptions=True)

        for _ in range(5):
            await read_on_time(client, f"{web.url}/feed")
