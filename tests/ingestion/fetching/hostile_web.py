"""The hostile catalogue that concerns transport: what a host can send, and what a fetch must make of it.

Each case is a row of the catalogue. The limits are those of the product, with the time compressed.
"""

import asyncio
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]
import zstandard

from services.ingestion.fetching import failures as f
from services.ingestion.fetching.fetch import Limits
from tests.ingestion.web import Answer, Request, answer, drip, raw

LIMITS = Limits(seconds=0.6)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\n"
FEED = b"<rss/>"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Case:
    """One answer, and the failure that it must be."""

    row: str
    name: str
    answer: Answer
    failure: type[f.FetchFailed]
    because: str | None = None
    """Words of the message."""

    def __str__(self) -> str:
        return f"{self.row} {self.name}"


def cases() -> Iterator[Case]:
    """All of them; several a row."""
    yield from _bombs()
    yield from _cut_short()
    yield from _slow()
    yield from _headers()
    yield from _lengths()
    yield from _redirects()
    yield from _refusals()
    yield from _not_http()


def _bombs() -> Iterator[Case]:
    for coding, bomb in BOMBS.items():
        row = "T1" if coding in ("gzip", "deflate") else "T2"
        yield Case(row, f"{coding} bomb", answer(bomb, content_encoding=coding), f.AnswerTooLarge, "swells")
        in_bytes = drip_body(f"content-encoding: {coding}", bomb[:400], 1)
        failure = f.AnswerTooLarge if row == "T2" else f.AnswerBroken  # 400 bytes of gzip are not yet many
        yield Case(row, f"{coding} bomb byte by byte", in_bytes, failure)
    nested = gzip.compress(gzip.compress(BOMBS["gzip"]))
    yield Case(
        "T3", "nested bomb", answer(nested, content_encoding="gzip, gzip, gzip"), f.AnswerBroken, "not asked for"
    )
    twice = raw(HEAD + b"content-encoding: gzip\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(gzip.compress(FEED)))
    yield Case("T3", "coding named twice", twice, f.AnswerBroken, "not asked for")
    members = gzip.compress(b"") * 40_000
    yield Case("T1", "40,000 gzip members", answer(members, content_encoding="gzip"), f.AnswerBroken, "parts")
    frames = zstandard.compress(b"") * 40_000
    yield Case("T2", "40,000 zstd frames", answer(frames, content_encoding="zstd"), f.AnswerBroken, "parts")
    wide = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    window = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    data = window.compress(bytes(MEGABYTE)) + window.flush()
    yield Case("T2", "zstd window of 128 MiB", answer(data, content_encoding="zstd"), f.AnswerBroken, "memory")


def _cut_short() -> Iterator[Case]:
    for coding, data in compressed(b"<rss>" + bytes(range(256)) * 9 + b"</rss>").items():
        cut = answer(data[:-7], content_encoding=coding)
        yield Case("T4", f"{coding} cut short", cut, f.AnswerBroken, "cut short")
        damaged = data[: len(data) // 2] + b"\xff\x00\xff\x00" * 9
        yield Case("T4", f"{coding} damaged", answer(damaged, content_encoding=coding), f.AnswerBroken)
    yield Case("T4", "a coding of nobody", answer(FEED, content_encoding="compress"), f.AnswerBroken, "not asked for")


def _slow() -> Iterator[Case]:
    slow = f.TooSlow
    yield Case("T5", "a byte at a time", drip(HEAD + b"\r\n", b"x", 0.05), slow)
    yield Case("T5", "a chunk at a time", drip(HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.05), slow)
    yield Case("T6", "a header at a time", drip(HEAD, b"x-more: y\r\n", 0.05), slow)
    yield Case("T6", "silence", drip(b"", b"", 0.05), slow)
    yield Case("T6", "an endless line of status", drip(b"HTTP/1.1 200 ", b"O", 0.05), slow)
    yield Case("T6", "continue, for ever", drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01), slow)
    yield Case("T6", "early hints, at once and for ever", drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 99, 0), slow)
    yield Case("T5", "a redirect that does not end", drip(_redirect("/good"), b"x", 0.05), slow)


def _headers() -> Iterator[Case]:
    broken = f.AnswerBroken
    yield Case("T7", "a header of 1 MB", answer(FEED, x_filler="x" * MEGABYTE), broken)
    for count, row in ((10_000, "T7"), (101, "T7")):
        fields = b"".join(b"x-%d: y\r\n" % n for n in range(count))
        yield Case(row, f"{count} header fields", raw(HEAD + fields + b"content-length: 6\r\n\r\n" + FEED), broken)
    cookies = b"".join(b"set-cookie: c%d=1\r\n" % n for n in range(3000))
    yield Case("T7", "3,000 cookies", raw(HEAD + cookies + b"content-length: 6\r\n\r\n" + FEED), broken)
    yield Case("T7", "80 KB in 50 fields", answer(FEED, **{f"x_{n}": "y" * 1600 for n in range(50)}), broken, "header")
    yield Case("T7", "endless headers", drip(HEAD, b"x-more: yyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 99, 0), broken)
    trailer = HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\n"
    yield Case("T7", "endless trailers", drip(trailer, b"x-more: yyyyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 99, 0), broken)
    yield Case("T14", "an ETag of 1 MB", answer(FEED, etag='"' + "x" * MEGABYTE + '"'), broken)


def _lengths() -> Iterator[Case]:
    broken = f.AnswerBroken
    yield Case("T8", "shorter than said", answer(FEED, content_length="1000"), broken)
    yield Case("T8", "two lengths", raw(HEAD + b"content-length: 6\r\ncontent-length: 7\r\n\r\n" + FEED), broken)
    yield Case("T8", "a negative length", answer(FEED, content_length="-6"), broken)
    yield Case("T8", "a length of a thousand digits", answer(FEED, content_length="9" * 1000), broken)
    chunked = HEAD + b"transfer-encoding: chunked\r\n\r\n"
    yield Case("T8", "chunks cut short", raw(chunked + b"6\r\n<rss/>\r\n"), broken)
    yield Case("T8", "chunks that are none", raw(chunked + b"zz\r\n<rss/>\r\n0\r\n\r\n"), broken)
    yield Case("T8", "transfer coding of nobody", raw(HEAD + b"transfer-encoding: gzip\r\n\r\n" + FEED), broken)
    large = f.AnswerTooLarge
    yield Case("T9", "endless", drip(HEAD + b"\r\n", b"x" * 65536, 0), large)
    yield Case("T9", "endless chunks", drip(chunked, b"10000\r\n" + b"x" * 65536 + b"\r\n", 0), large)
    yield Case("T9", "an endless size of a chunk", drip(chunked, b"0" * 65536, 0), broken)
    yield Case("T9", "endless words about a chunk", drip(chunked + b"1;", b"x" * 65536, 0), broken)


def _redirects() -> Iterator[Case]:
    bad = f.BadRedirect
    yield Case("T10", "a loop", answer(b"", "302 Found", location="/case"), bad, "more than 5 times")
    yield Case("T10", "growing for ever", _growing, bad, "more than 5 times")
    for name, target, failure in (
        ("file:", "file:///etc/passwd", f.AddressRefused),
        ("gopher:", "gopher://news.example/", f.AddressRefused),
        ("ftp:", "ftp://news.example/feed", f.AddressRefused),
        ("data:", "data:text/xml,<rss/>", f.FetchFailed),
        ("javascript:", "javascript:alert(1)", f.FetchFailed),
        ("half an address", "http://[::1", f.FetchFailed),
        ("a port that is none", "http://news.example:99999/", f.FetchFailed),
        ("no host", "http://", f.FetchFailed),
        ("slashes", "//", f.FetchFailed),
        ("a host of 70,000 letters", f"http://{'a' * 70_000}/", f.FetchFailed),
        ("a label of 64 letters", f"http://{'a' * 64}.example/", f.FetchFailed),
        ("a tab in the host", "http://127.0.0.1\t/", f.FetchFailed),
        ("credentials", "http://user:pass@news.example/", f.AddressRefused),
    ):
        yield Case("S11", f"redirect to {name}", answer(b"", "301 Moved Permanently", location=target), failure)
    yield Case("T10", "redirect without a target", answer(b"", "302 Found"), f.StatusRefused, "302")


def _refusals() -> Iterator[Case]:
    for status, failure in {
        "503 Service Unavailable": f.ServerTrouble,
        "500 Internal Server Error": f.ServerTrouble,
        "502 Bad Gateway": f.ServerTrouble,
        "599 Nobody Knows": f.ServerTrouble,
        "429 Too Many Requests": f.TooManyRequests,
        "404 Not Found": f.NotFound,
        "410 Gone": f.Gone,
        "401 Unauthorized": f.Blocked,
        "403 Forbidden": f.Blocked,
        "451 Unavailable For Legal Reasons": f.Blocked,
        "204 No Content": f.StatusRefused,
        "304 Not Modified": f.StatusRefused,
        "206 Partial Content": f.StatusRefused,
    }.items():
        body = b"" if status.startswith(("204", "304")) else b"<html>sorry</html>"
        yield Case("T16", status, answer(body, status), failure, status[:3])
    for name, header in {
        "Cloudflare": {"cf_mitigated": "challenge"},
        "AWS": {"x_amzn_waf_action": "captcha"},
        "SiteGround": {"sg_captcha": "challenge"},
    }.items():
        for status in ("200 OK", "202 Accepted", "503 Service Unavailable"):
            page = answer(b"<html>are you human?</html>", status, **header)
            yield Case("T13", f"{name}'s test for a human, {status[:3]}", page, f.Blocked, "test for a human")
    endless = drip(b"HTTP/1.1 503 Service Unavailable\r\n\r\n", b"x" * 65536, 0)
    yield Case("T9", "an endless refusal", endless, f.ServerTrouble)


def _not_http() -> Iterator[Case]:
    for name, data in {
        "nothing": b"",
        "garbage": b"\x00\x01garbage\r\n\r\n",
        "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
        "TLS": b"\x15\x03\x01\x00\x02\x02\x16",
        "HTTP/2 unasked": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18),
        "HTTP/0.9": b"<rss/>\r\n\r\n",
        "a status that is none": b"HTTP/1.1 abc OK\r\n\r\n",
        "a status of 999": b"HTTP/1.1 999 No\r\ncontent-length: 0\r\n\r\n",
        "switching protocols": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
        "a header with NUL": HEAD + b"x: a\x00b\r\n\r\n",
        "a folded header": HEAD + b"x: a\r\n b\r\n\r\n" + b"x" * 9,
    }.items():
        failure = f.FetchFailed if data.startswith(HEAD) or b"999" in data or b"101" in data else f.AnswerBroken
        if name != "a folded header":
            yield Case("T18", name, raw(data), failure)


def _redirect(target: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 100000\r\n\r\n".encode()


async def _growing(request: Request, writer: asyncio.StreamWriter) -> None:
    await answer(b"", "301 Moved Permanently", location=f"/case?{'x' * len(request.path)}")(request, writer)


def drip_body(header: str, body: bytes, step: int) -> Answer:
    """A body that comes in pieces of `step` bytes, each in a packet of its own as far as that can be had."""

    async def write(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + f"content-length: {len(body)}\r\n{header}\r\n\r\n".encode())
        for at in range(0, len(body), step):
            writer.write(body[at : at + step])
            await writer.drain()
            await asyncio.sleep(0)

    return write


def compressed(data: bytes) -> dict[str, bytes]:
    """The data in each coding."""
    return {
        "gzip": gzip.compress(data),
        "deflate": zlib.compress(data),
        "br": brotli.compress(data),
        "zstd": zstandard.compress(data),
    }


def _bombs_of(megabytes: int) -> dict[str, bytes]:
    deflate, gz = zlib.compressobj(6), zlib.compressobj(6, zlib.DEFLATED, 31)
    br, zstd = brotli.Compressor(quality=5), zstandard.ZstdCompressor(level=3).compressobj()
    zeros = bytes(MEGABYTE)
    return {
        "gzip": b"".join(gz.compress(zeros) for _ in range(megabytes)) + gz.flush(),
        "deflate": b"".join(deflate.compress(zeros) for _ in range(megabytes)) + deflate.flush(),
        "br": b"".join(br.process(zeros) for _ in range(megabytes)) + br.finish(),
        "zstd": b"".join(zstd.compress(zeros) for _ in range(megabytes)) + zstd.flush(),
    }


BOMBS = _bombs_of(128)
"""128 MB of zeros in each coding."""
