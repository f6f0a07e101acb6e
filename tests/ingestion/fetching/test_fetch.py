"""fetch: one conditional GET with a bound on everything, against a real server that behaves badly."""

import asyncio
import gzip
import time
import zlib
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]
import httpx
import pytest
import zstandard

from services.backbone.addresses import LOOPBACK
from services.ingestion.fetching.client import user_agent
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
from tests.ingestion.fetching.hostile_web import drip_body
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
    assert headers["accept-encoding"] == "gzip, deflate, br, zstd"
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
        ("br", brotli.compress(b"<rss/>")),
        ("zstd", zstandard.compress(b"<rss/>")),
        ("zstd", b"\x50\x2a\x4d\x18\x02\0\0\0xx" + zstandard.compress(b"<rss") + zstandard.compress(b"/>")),
        ("identity", b"<rss/>"),
        ("GZIP , identity", gzip.compress(b"<rss/>")),
        ("", gzip.compress(b"<rss/>")),
    ],
    ids=[
        *("gzip", "gzip in members", "gzip with padding", "zlib", "bare deflate", "br", "zstd", "zstd in frames"),
        *("identity", "gzip and identity", "a packed file"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_compressed_answer_is_read(
    web: Web, client: httpx.AsyncClient, coding: str, body: bytes, at_once: bool
) -> None:
    web.answers["/feed"] = drip_body(f"content-encoding: {coding}", body, len(body) if at_once else 3)

    fetched = await fetch(client, f"{web.url}/feed")

    assert isinstance(fetched, Fetched)
    assert fetched.body == b"<rss/>"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(b"<rss/>" * 99)[:-9], {"content_encoding": "gzip"}),
        (b"no gzip at all", {"content_encoding": "gzip"}),
        (gzip.compress(gzip.compress(b"<rss/>")), {"content_encoding": "gzip, gzip"}),
        (b"<rss/>", {"content_encoding": "compress"}),
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


@pytest.mark.parametrize(
    ("hops", "moved"),
    [([], False), ([301], True), ([308, 301], True), ([302], False), ([301, 302], False), ([307, 301], False)],
)
@pytest.mark.parametrize("known", [None, Known('"v1"')])
async def test_a_feed_has_moved_where_every_hop_is_for_good(
    web: Web, client: httpx.AsyncClient, hops: list[int], moved: bool, known: Known | None
) -> None:
    for hop, status in enumerate(hops):
        web.answers[f"/{hop}"] = answer(b"", f"{status} Redirect", location=f"/{hop + 1}")
    web.answers[f"/{len(hops)}"] = answer(b"", "304 Not Modified") if known else answer(b"<rss/>")

    answered = await fetch(client, f"{web.url}/0", known)

    assert isinstance(answered, NotModified if known else Fetched)
    assert answered.moved_to == (f"{web.url}/{len(hops)}" if moved else None)


async def test_what_the_header_says_of_the_content_is_told(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(
        gzip.compress(b"<rss/>" * 99),
        content_encoding="gzip",
        link='</hub>; rel="HUB"; title="a, b", <https://news.example/f>; rel=self, '
        '<x:y>;rel=hub, <?p=2>; rel="next last"',
        content_location="/feed.xml",
        date="Tue, 24 Nov 2026 05:00:00 GMT",
        age="7",
        expires="0",
    )
    fetched = await fetch(client, f"{web.url}/feed")
    assert isinstance(fetched, Fetched)
    assert fetched.links == (
        (f"{web.url}/hub", "hub"),
        ("https://news.example/f", "self"),
        (f"{web.url}/feed?p=2", "next"),
        (f"{web.url}/feed?p=2", "last"),
    )
    assert (fetched.content_location, fetched.age, fetched.expires) == ("/feed.xml", "7", "0")
    assert fetched.date == "Tue, 24 Nov 2026 05:00:00 GMT"
    assert fetched.wire_bytes == len(gzip.compress(b"<rss/>" * 99))


@pytest.mark.parametrize(
    "header",
    ["<" * 8000, "</a>" + "; " * 8000, "</a>" + ";a=" * 8000 + "b", "</a>;" + " " * 8000 + "rel=hub", '</a>; rel="hub'],
)
async def test_a_link_header_that_is_none_costs_nothing_and_says_nothing(
    web: Web, client: httpx.AsyncClient, header: str
) -> None:
    web.answers["/feed"] = answer(b"<rss/>", link=header)
    began = time.process_time()
    fetched = await fetch(client, f"{web.url}/feed")
    assert time.process_time() - began < 0.1
    assert isinstance(fetched, Fetched)
    assert fetched.links == ()


async def test_what_is_too_long_can_be_cut_instead(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(b"0123456789" * 100_000)
    fetched = await fetch(client, f"{web.url}/feed", limits=Limits(decoded_bytes=15, cut=True))
    assert isinstance(fetched, Fetched)
    assert fetched.body == b"012345678901234"


def test_the_user_agent_says_where_to_complain() -> None:
    assert user_agent("https://desk.example/bot").endswith(" (+https://desk.example/bot; news monitor)")
    assert user_agent().endswith(" (news monitor)")


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
        await fetch(client, f"{web.url}/here", headers={"X-Key": "secret", "user-agent": "Desk/1"})

        assert [request.headers.get("x-key") for request in web.requests] == ["secret", "secret"]
        assert [request.headers.get("x-key") for request in other.requests] == [None]
        assert web.requests[1].headers["user-agent"] == "desk/1"
        assert other.requests[0].headers["user-agent"].startswith("tocsin/")


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

    async with new_client(allowed=LOOPBACK) as client:
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
