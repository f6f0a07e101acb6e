"""One conditional GET with a bound on everything. The only httpx of ingestion.

Bounds: connecting 5 s; the whole fetch 30 s, redirects and a slow drip included; 8 MiB on the wire, 16 MiB decoded, one
content coding; 5 redirects, to http and https only and never from https to http; header fields as h11 bounds them. No
cookie is kept, no proxy variable and no .netrc is read.

FetchFailed
├── HostUnreachable      no connection: name, network, TLS
├── TooSlow              not complete within the deadline
├── AnswerTooLarge       over a bound on the wire or decoded
├── AnswerBroken         not HTTP, cut short, or in a coding that was not asked for
├── BadRedirect          too many, or to where we do not follow
└── StatusRefused        an answer that is no content: 404, 429, 503, ...
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from typing import Protocol

import httpx

from services.backbone.errors import TocsinError

CONNECT_SECONDS = 5.0
MAX_REDIRECTS = 5
MAX_VALIDATOR_CHARACTERS = 1024
GZIP_MAGIC = b"\x1f\x8b"
USER_AGENT = f"Tocsin/{version('tocsin')} (news monitor)"
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"


class FetchFailed(TocsinError):
    """A fetch gave no content."""

    def __init__(self, message: str, retry_after: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """The host's `Retry-After`, as it stands in the answer."""


class HostUnreachable(FetchFailed):
    """No connection to the host."""


class TooSlow(FetchFailed):
    """The answer was not complete within the deadline."""


class AnswerTooLarge(FetchFailed):
    """The answer is longer than we read."""


class AnswerBroken(FetchFailed):
    """The answer is not HTTP as we asked for it, or is cut short."""


class BadRedirect(FetchFailed):
    """A redirect that is not followed."""


class StatusRefused(FetchFailed):
    """The host answered that there is no content."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost."""

    seconds: float = 30.0
    wire_bytes: int = 8 * 1024 * 1024
    decoded_bytes: int = 16 * 1024 * 1024


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A complete answer with content."""

    url: str
    """Where it was found in the end."""
    body: bytes
    content_type: str | None
    etag: str | None
    """For the next conditional request; None where there is none, or one that is longer than any server needs."""
    last_modified: str | None
    cache_control: str | None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The content is what it was."""

    cache_control: str | None


class Validators(Protocol):
    """What a conditional request is made from."""

    @property
    def etag(self) -> str | None: ...
    @property
    def last_modified(self) -> str | None: ...


def new_client(connections: int = 20) -> httpx.AsyncClient:
    """The client of one ingestion process; `connections` bounds those open at a time."""
    return httpx.AsyncClient(
        headers={"User-Agent": USER_AGENT, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=5),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )


async def fetch(
    client: httpx.AsyncClient,
    url: str,
    known: Validators | None = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Fetched | NotModified:
    """Get what stands at this address, or learn that it is what we know already.

    Args:
        client: of `new_client`.
        url: http or https.
        known: the validators of what was fetched from there before.
        headers: for the host of `url` only; a redirect to another host leaves them behind.
        limits: what the fetch may cost.

    Raises:
        FetchFailed: no content; the class says why.
    """
    try:
        async with asyncio.timeout(limits.seconds):
            response = await _follow(client, _request(client, url, known, headers or {}), headers or {})
            try:
                return await _read(response, limits)
            finally:
                await response.aclose()
    except TimeoutError:
        raise TooSlow(f"the answer was not complete within {limits.seconds:g} s") from None
    except httpx.ConnectTimeout:
        raise HostUnreachable(f"no connection within {CONNECT_SECONDS:g} s") from None
    except (httpx.ConnectError, OSError) as error:
        raise HostUnreachable(f"no connection: {error}") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise BadRedirect(f"redirected to an address that cannot be read: {error}") from None
    except httpx.HTTPError as error:
        raise AnswerBroken(f"not a complete HTTP answer: {str(error) or type(error).__name__}") from None


def _request(
    client: httpx.AsyncClient, url: str, known: Validators | None, headers: Mapping[str, str]
) -> httpx.Request:
    conditions = {}
    if known is not None and known.etag:
        conditions["If-None-Match"] = known.etag
    if known is not None and known.last_modified:
        conditions["If-Modified-Since"] = known.last_modified
    return client.build_request("GET", url, headers={**headers, **conditions})


async def _follow(client: httpx.AsyncClient, request: httpx.Request, headers: Mapping[str, str]) -> httpx.Response:
    """Send and follow redirects. Not by httpx: it reads the body of each redirect without any bound."""
    for _ in range(MAX_REDIRECTS + 1):
        response = await client.send(request, stream=True)
        following = response.next_request
        if following is None:
            return response
        await response.aclose()
        if request.url.scheme == "https" and following.url.scheme != "https":
            raise BadRedirect(f"redirected from https to {following.url.scheme} at {following.url.host}")
        if following.url.netloc != request.url.netloc:
            for name in headers:
                following.headers.pop(name, None)
        request = following
    raise BadRedirect(f"redirected more than {MAX_REDIRECTS} times, last to {request.url.host}")


async def _read(response: httpx.Response, limits: Limits) -> Fetched | NotModified:
    cache_control = response.headers.get("cache-control")
    conditional = not response.request.headers.keys().isdisjoint({"if-none-match", "if-modified-since"})
    if response.status_code == httpx.codes.NOT_MODIFIED and conditional:
        return NotModified(cache_control)
    if response.status_code != httpx.codes.OK:
        raise StatusRefused(
            f"the host answers {response.status_code} {response.reason_phrase}".rstrip(),
            response.headers.get("retry-after"),
        )
    return Fetched(
        url=str(response.url),
        body=await _body(response.aiter_raw(), response.headers.get("content-encoding", ""), limits),
        content_type=response.headers.get("content-type"),
        etag=_validator(response.headers.get("etag")),
        last_modified=_validator(response.headers.get("last-modified")),
        cache_control=cache_control,
    )


async def _body(wire: AsyncIterator[bytes], coding: str, limits: Limits) -> bytes:
    """Read and decode piece by piece, so that no more is ever held than the bounds allow."""
    decoder = _decoder(coding)
    body = bytearray()
    received = 0
    async for piece in wire:
        received += len(piece)
        if received > limits.wire_bytes:
            raise AnswerTooLarge(f"over {limits.wire_bytes} bytes long")
        body += piece if decoder is None else decoder.decode(piece, limits.decoded_bytes + 1 - len(body))
        if len(body) > limits.decoded_bytes:
            raise AnswerTooLarge(f"over {limits.decoded_bytes} bytes long when decoded")
    if decoder is not None and received and not decoder.complete:
        raise AnswerBroken(f"the {coding} data is cut short")
    return bytes(body)


def _decoder(coding: str) -> "_Inflate | None":
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return None
    if coding in ("gzip", "x-gzip", "deflate"):
        return _Inflate()
    raise AnswerBroken(f"encoded as {coding[:60]!r}, which was not asked for")


class _Inflate:
    """gzip of one or several members, zlib, or bare deflate data, which some hosts send as `deflate`."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._begun = False
        self.complete = False

    def decode(self, piece: bytes, room: int) -> bytes:
        """Decode a piece; at most `room` bytes come out, the rest of them is lost."""
        decoded = bytearray()
        while piece and len(decoded) < room:
            if self.complete:
                if not piece.startswith(GZIP_MAGIC):
                    break  # padding
                self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
            decoded += self._decompress(piece, room - len(decoded))
            self.complete = self._inflate.eof
            piece = self._inflate.unused_data
        return bytes(decoded)

    def _decompress(self, piece: bytes, room: int) -> bytes:
        begun, self._begun = self._begun, True
        try:
            return self._inflate.decompress(piece, room)
        except zlib.error as error:
            if begun:
                raise AnswerBroken(f"the compressed data is damaged: {error}") from None
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        return self._decompress(piece, room)


def _validator(header: str | None) -> str | None:
    if header is None or len(header) > MAX_VALIDATOR_CHARACTERS or not (header.isascii() and header.isprintable()):
        return None
    return header
