"""fetch: one conditional GET with a bound on everything, against a real server that behaves badly."""

import asyncio
import gzip
import resource
import time
import zlib
from dataclasses import dataclass

import httpx
import pytest

from services.ingestion.fetching.fetch import (
    AnswerBroken,
    AnswerTooLarge,
    BadRedirect,
    Fetched,
    FetchFailed,
    HostUnreachable,
    Limits,
    NotModified,
    StatusRefused,
    TooSlow,
    fetch,
    new_client,
)
from tests.ingestion.web import Request, Web, answer, drip, open_web, raw

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\n"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Known:
    etag: str | None = None
    last_modified: str | None = None


async def test_an_unchanged_feed_is_not_sent_again(web: Web, client: httpx.AsyncClient) -> None:
    modified = "Tue, 24 Nov 2026 05:00:00 GMT"

    async def feed(request: Request, writer: asyncio.StreamWriter) -> None:
        unchanged = request.headers.get("if-none-match") == '"v1"'
        unchanged = unchanged and request.headers.get("if-modified-since") == modified.lower()
        body, status = (b"", "304 Not Modified") if unchanged else (b"<rss/>", "200 OK")
        await answer(body, status, etag='"v1"', last_modified=modified, cache_control="max-age=60")(request, writer)

    web.answers["/feed"] = feed
    first = await fetch(client, f"{web.url}/feed")

    assert isinstance(first, Fetched)
    assert (first.body, first.etag, first.last_modified) == (b"<rss/>", '"v1"', modified)
    assert await fetch(client, f"{web.url}/feed", first) == NotModified("max-age=60")
    assert isinstance(await fetch(client, f"{web.url}/feed", Known('"v0"', modified)), Fetched)


async def test_a_request_says_honestly_who_asks(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(b"<rss/>")
    await fetch(client, f"{web.url}/feed", headers={"X-Key": "k"})

    headers = web.requests[0].headers
    assert headers["user-agent"].startswith("tocsin/")
    assert headers["accept-encoding"] == "gzip, deflate"
    assert headers["x-key"] == "k"
    assert "if-none-match" not in headers


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"<rss/>")),
        ("x-gzip", gzip.compress(b"<rss") + gzip.compress(b"/>")),
        ("gzip", gzip.compress(b"<rss/>") + b"\0\0\0"),
        ("deflate", zlib.compress(b"<rss/>")),
        ("deflate", zlib.compress(b"<rss/>", wbits=-15)),
        ("identity", b"<rss/>"),
    ],
    ids=["gzip", "gzip in members", "gzip with padding", "zlib", "bare deflate", "identity"],
)
async def test_a_compressed_answer_is_read(web: Web, client: httpx.AsyncClient, coding: str, body: bytes) -> None:
    web.answers["/feed"] = answer(body, content_encoding=coding)

    fetched = await fetch(client, f"{web.url}/feed")

    assert isinstance(fetched, Fetched)
    assert fetched.body == b"<rss/>"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(b"<rss/>" * 99)[:-9], {"content_encoding": "gzip"}),
        (b"no gzip at all", {"content_encoding": "gzip"}),
        (gzip.compress(gzip.compress(b"<rss/>")), {"content_encoding": "gzip, gzip"}),
        (b"<rss/>", {"content_encoding": "br"}),
        (b"<rss>", {"content_length": "1000"}),
        (b"<rss/>", {"x_filler": "x" * MEGABYTE}),
    ],
    ids=["gzip cut short", "not gzip", "gzip twice", "a coding not asked for", "shorter than said", "a huge header"],
)
async def test_a_broken_answer_is_not_taken_for_the_feed(
    web: Web, client: httpx.AsyncClient, body: bytes, headers: dict[str, str]
) -> None:
    web.answers["/feed"] = answer(body, **headers)

    with pytest.raises(AnswerBroken):
        await fetch(client, f"{web.url}/feed")


@pytest.mark.parametrize("data", [b"", b"\x00\x01garbage\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n"])
async def test_what_is_not_http_is_a_broken_answer(web: Web, client: httpx.AsyncClient, data: bytes) -> None:
    web.answers["/feed"] = raw(data)

    with pytest.raises(AnswerBroken):
        await fetch(client, f"{web.url}/feed")


@pytest.mark.parametrize(
    ("head", "piece"),
    [(HEAD + b"\r\n", b"x"), (HEAD, b"x-more: y\r\n"), (b"", b"")],
    ids=["a byte at a time", "a header at a time", "silence"],
)
async def test_a_slow_drip_ends_at_the_deadline(web: Web, client: httpx.AsyncClient, head: bytes, piece: bytes) -> None:
    web.answers["/feed"] = drip(head, piece, 0.05)
    began = time.monotonic()

    with pytest.raises(TooSlow):
        await fetch(client, f"{web.url}/feed", limits=Limits(seconds=0.4))

    assert 0.3 < time.monotonic() - began < 2


async def test_an_endless_answer_is_cut_at_the_limit(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = drip(HEAD + b"\r\n", b"x" * 65536, 0)

    with pytest.raises(AnswerTooLarge):
        await fetch(client, f"{web.url}/feed", limits=Limits(wire_bytes=MEGABYTE))

    async with asyncio.timeout(5):
        await web.cut_off.wait()


async def test_a_gzip_bomb_goes_off_within_the_limit(web: Web, client: httpx.AsyncClient) -> None:
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(deflate.compress(bytes(MEGABYTE)) for _ in range(256)) + deflate.flush()
    web.answers["/feed"] = answer(bomb, content_encoding="gzip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(AnswerTooLarge):
        await fetch(client, f"{web.url}/feed")

    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 64


async def test_an_answer_of_just_the_limit_is_read(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(gzip.compress(bytes(1000)), content_encoding="gzip")

    fetched = await fetch(client, f"{web.url}/feed", limits=Limits(decoded_bytes=1000))
    assert isinstance(fetched, Fetched)
    assert len(fetched.body) == 1000
    with pytest.raises(AnswerTooLarge):
        await fetch(client, f"{web.url}/feed", limits=Limits(decoded_bytes=999))


@pytest.mark.parametrize(("hops", "followed"), [(5, True), (6, False)])
async def test_five_redirects_are_followed_and_no_more(
    web: Web, client: httpx.AsyncClient, hops: int, followed: bool
) -> None:
    for hop in range(hops):
        web.answers[f"/{hop}"] = answer(b"", "302 Found", location=f"/{hop + 1}")
    web.answers[f"/{hops}"] = answer(b"<rss/>")

    if followed:
        fetched = await fetch(client, f"{web.url}/0")
        assert isinstance(fetched, Fetched)
        assert fetched.url == f"{web.url}/{hops}"
    else:
        with pytest.raises(BadRedirect):
            await fetch(client, f"{web.url}/0")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/feed", "http://[::1", "//", "/loop"])
async def test_a_redirect_to_nowhere_fails(web: Web, client: httpx.AsyncClient, target: str) -> None:
    web.answers["/loop"] = answer(b"", "301 Moved Permanently", location=target)

    with pytest.raises(FetchFailed):
        await fetch(client, f"{web.url}/loop")


async def test_the_body_of_a_redirect_is_not_read(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/0"] = drip(b"HTTP/1.1 302 Found\r\nlocation: /1\r\n\r\n", b"x" * 65536, 0)
    web.answers["/1"] = answer(b"<rss/>")

    assert isinstance(await fetch(client, f"{web.url}/0", limits=Limits(seconds=5)), Fetched)


async def test_secrets_do_not_follow_a_redirect_to_another_host(web: Web, client: httpx.AsyncClient) -> None:
    async with open_web() as other:
        web.answers["/here"] = answer(b"", "302 Found", location="/there")
        web.answers["/there"] = answer(b"", "302 Found", location=f"{other.url}/feed")
        other.answers["/feed"] = answer(b"<rss/>")
        await fetch(client, f"{web.url}/here", headers={"X-Key": "secret"})

        assert [request.headers.get("x-key") for request in web.requests] == ["secret", "secret"]
        assert [request.headers.get("x-key") for request in other.requests] == [None]


async def test_a_redirect_from_https_to_http_is_not_followed() -> None:
    # Loopback has no certificate that the client would trust, so the answer comes from httpx's own transport.
    def redirect(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": f"http://{request.url.host}/feed"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(redirect)) as client:
        with pytest.raises(BadRedirect, match="from https to http"):
            await fetch(client, "https://news.example/feed")


@pytest.mark.parametrize("status", ["503 Service Unavailable", "429 Too Many Requests", "404 Not Found", "204 No"])
async def test_an_answer_without_content_says_when_to_come_again(
    web: Web, client: httpx.AsyncClient, status: str
) -> None:
    web.answers["/feed"] = answer(b"", status, retry_after="120")

    with pytest.raises(StatusRefused, match=status[:3]) as refused:
        await fetch(client, f"{web.url}/feed")

    assert refused.value.retry_after == "120"


async def test_not_modified_means_nothing_to_a_request_without_conditions(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(b"", "304 Not Modified")

    with pytest.raises(StatusRefused):
        await fetch(client, f"{web.url}/feed", Known())


async def test_a_host_that_does_not_listen_is_unreachable(client: httpx.AsyncClient) -> None:
    async with open_web() as gone:
        pass

    with pytest.raises(HostUnreachable):
        await fetch(client, f"{gone.url}/feed")


async def test_no_cookie_is_kept_and_no_proxy_variable_read(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    web.answers["/feed"] = answer(b"<rss/>", set_cookie="id=1; Path=/")

    async with new_client() as client:
        for _ in range(2):
            await fetch(client, f"{web.url}/feed")

    assert all("cookie" not in request.headers for request in web.requests)


@pytest.mark.parametrize("etag", ["x" * 1025, '"caf\xe9"'])
async def test_an_etag_that_cannot_be_sent_back_is_not_kept(web: Web, client: httpx.AsyncClient, etag: str) -> None:
    head = HEAD + b"content-length: 6\r\netag: " + etag.encode("latin-1") + b"\r\n\r\n"
    web.answers["/feed"] = raw(head + b"<rss/>")

    fetched = await fetch(client, f"{web.url}/feed")

    assert isinstance(fetched, Fetched)
    assert fetched.etag is None
