"""One conditional GET with a bound on everything.

Bounds: only public addresses and what is permitted to this fetch (`services/backbone/guarded_http.py`); connecting 5 s;
the whole fetch 30 s, redirects and a slow drip included; 100 header fields, 64 KiB of them; 8 MiB on the wire, 16 MiB
decoded, beyond 1 MiB at most 200 times what came, one content coding; 5 redirects, to http and https only and never
from https to http.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx

from services.backbone import tracing
from services.backbone.addresses import AddressForbidden, Networks
from services.backbone.guarded_network import CONNECT_SECONDS
from services.ingestion.fetching.answer import Fetched, NotModified, Validators, links
from services.ingestion.fetching.client import new_client
from services.ingestion.fetching.codings import GZIP_MAGIC, CodingBroken, Inflate, decoder_for
from services.ingestion.fetching.failures import (
    AddressRefused,
    AnswerBroken,
    AnswerTooLarge,
    BadRedirect,
    CertificateRefused,
    FetchFailed,
    HostUnreachable,
    StatusRefused,
    TooSlow,
    is_challenge,
    refusal,
)

__all__ = [
    "AddressRefused",
    "AnswerBroken",
    "AnswerTooLarge",
    "BadRedirect",
    "FetchFailed",
    "Fetched",
    "HostUnreachable",
    "Limits",
    "NotModified",
    "StatusRefused",
    "TooSlow",
    "Validators",
    "fetch",
    "new_client",
]

MAX_REDIRECTS = 5
MAX_HEADER_FIELDS = 100
MAX_HEADER_BYTES = 64 * 1024
MAX_VALIDATOR_CHARACTERS = 1024
MAX_RATIO = 200
RATIO_COUNTS_FROM = 1024 * 1024
_LAST_BYTES = 16 * 1024
"""What is read of an answer without content, so that its connection serves again."""
_FOR_GOOD = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost."""

    seconds: float = 30.0
    wire_bytes: int = 8 * 1024 * 1024
    decoded_bytes: int = 16 * 1024 * 1024
    cut: bool = False
    """What is longer is cut there instead of refused."""


DEFAULT_LIMITS = Limits()


async def fetch(
    client: httpx.AsyncClient,
    url: str,
    known: Validators | None = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    allowed: Networks = (),
) -> Fetched | NotModified:
    """Get what stands at this address, or learn that it is what we know already.

    Args:
        client: of `new_client`.
        url: http or https.
        known: the validators of what was fetched from there before.
        headers: for the host of `url` only; a redirect to another host leaves them behind.
        limits: what the fetch may cost.
        allowed: networks that this fetch may reach though they are not public.

    Raises:
        FetchFailed: no content; the class says why.
    """
    with tracing.span("GET", "client", attributes=_shown(url)) as span:
        answer = await _answer(client, url, known, headers, limits, allowed)
        status = httpx.codes.NOT_MODIFIED if isinstance(answer, NotModified) else httpx.codes.OK
        span.tell({"http.response.status_code": int(status)})
        return answer


def _shown(url: str) -> dict[str, str | int]:
    """What a trace shows of an address: a user name or a query may be secret."""
    scheme, _, rest = url.partition("://")
    place = rest.partition("?")[0].partition("#")[0].rpartition("@")[2]
    return {"http.request.method": "GET", "url.full": f"{scheme}://{place}", "server.address": place.partition("/")[0]}


async def _answer(
    client: httpx.AsyncClient,
    url: str,
    known: Validators | None,
    headers: Mapping[str, str] | None,
    limits: Limits,
    allowed: Networks,
) -> Fetched | NotModified:
    try:
        async with asyncio.timeout(limits.seconds):
            return await _fetch(client, _request(client, url, known, headers or {}, allowed), headers or {}, limits)
    except TimeoutError:
        raise TooSlow(f"the answer was not complete within {limits.seconds:g} s") from None
    except AddressForbidden as error:
        fix = f"; permit it to the source: allow_networks: [{error.permit}]" if error.permit else ""
        raise AddressRefused(f"{error}{fix}") from None
    except CodingBroken as error:
        raise AnswerBroken(str(error)) from None
    except httpx.ConnectTimeout:
        raise HostUnreachable(f"no connection within {CONNECT_SECONDS:g} s") from None
    except (httpx.ConnectError, OSError) as error:
        raise _unreachable(error) from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise AddressRefused(f"an address that cannot be read: {error}") from None
    except httpx.HTTPError as error:
        raise AnswerBroken(f"not a complete HTTP answer: {str(error)[:200] or type(error).__name__}") from None


def _request(
    client: httpx.AsyncClient, url: str, known: Validators | None, headers: Mapping[str, str], allowed: Networks
) -> httpx.Request:
    conditions = {}
    if known is not None and known.etag:
        conditions["If-None-Match"] = known.etag
    if known is not None and known.last_modified:
        conditions["If-Modified-Since"] = known.last_modified
    extensions = {"allowed": allowed} if allowed else None
    return client.build_request("GET", url, headers={**headers, **conditions}, extensions=extensions)


async def _fetch(
    client: httpx.AsyncClient, request: httpx.Request, headers: Mapping[str, str], limits: Limits
) -> Fetched | NotModified:
    """Send and follow redirects. Not by httpx: it reads the body of each redirect without any bound."""
    for_good = True
    for hop in range(MAX_REDIRECTS + 1):
        response = await client.send(request, stream=True)
        try:
            _bound_header(response)
            following = response.next_request
            if following is None:
                return await _read(response, str(response.url) if hop and for_good else None, limits)
            await _finish(response)
        finally:
            await response.aclose()
        for_good = for_good and response.status_code in _FOR_GOOD
        if request.url.scheme == "https" and following.url.scheme != "https":
            raise BadRedirect(f"redirected from https to {following.url.scheme} at {following.url.host}")
        if following.url.netloc != request.url.netloc:
            _leave_behind(headers, following, client)
        request = following
    raise BadRedirect(f"redirected more than {MAX_REDIRECTS} times, last to {request.url.host}")


def _leave_behind(headers: Mapping[str, str], request: httpx.Request, client: httpx.AsyncClient) -> None:
    for name in headers:
        request.headers.pop(name, None)
        if name in client.headers:
            request.headers[name] = client.headers[name]


def _bound_header(response: httpx.Response) -> None:
    fields = response.headers.raw
    if len(fields) > MAX_HEADER_FIELDS or sum(len(name) + len(value) for name, value in fields) > MAX_HEADER_BYTES:
        raise AnswerBroken(f"a header of over {MAX_HEADER_FIELDS} fields or {MAX_HEADER_BYTES} bytes")


async def _read(response: httpx.Response, moved_to: str | None, limits: Limits) -> Fetched | NotModified:
    header = response.headers
    conditional = not response.request.headers.keys().isdisjoint({"if-none-match", "if-modified-since"})
    if response.status_code == httpx.codes.NOT_MODIFIED and conditional:
        await _finish(response)
        return NotModified(
            header.get("cache-control"), moved_to, header.get("date"), header.get("age"), header.get("expires")
        )
    if response.status_code != httpx.codes.OK or is_challenge(header):
        await _finish(response)
        raise refusal(response.status_code, response.reason_phrase, header)
    body, wire_bytes = await _body(response.aiter_raw(), header.get("content-encoding", ""), limits)
    return Fetched(
        url=str(response.url),
        body=body,
        content_type=header.get("content-type"),
        etag=_validator(header.get("etag")),
        last_modified=_validator(header.get("last-modified")),
        cache_control=header.get("cache-control"),
        moved_to=moved_to,
        links=links(header.get("link"), str(response.url)),
        content_location=header.get("content-location"),
        wire_bytes=wire_bytes,
        date=header.get("date"),
        age=header.get("age"),
        expires=header.get("expires"),
    )


async def _body(wire: AsyncIterator[bytes], coding: str, limits: Limits) -> tuple[bytes, int]:
    """Read and decode piece by piece, so that no more is ever held than the bounds allow."""
    decoder = decoder_for(coding)
    body = bytearray()
    received = 0
    async for piece in wire:
        if not received and decoder is None and piece.startswith(GZIP_MAGIC):
            decoder, coding = (
                Inflate(),
                "gzip",
            )  # a file that was packed before it was put there, such as sitemap.xml.gz
        received += len(piece)
        most = min(limits.decoded_bytes, max(RATIO_COUNTS_FROM, received * MAX_RATIO))
        body += piece if decoder is None else decoder.decode(piece, most + 1 - len(body))
        if received <= limits.wire_bytes and len(body) <= most:
            continue
        if limits.cut:
            return bytes(body[: limits.decoded_bytes]), received
        if received > limits.wire_bytes:
            raise AnswerTooLarge(f"over {limits.wire_bytes} bytes long")
        raise AnswerTooLarge(
            f"over {limits.decoded_bytes} bytes long when decoded"
            if most == limits.decoded_bytes
            else f"swells to over {MAX_RATIO} times its length when decoded"
        )
    if decoder is not None and received and not decoder.complete:
        raise AnswerBroken(f"the {coding} data is cut short")
    return bytes(body), received


async def _finish(response: httpx.Response) -> None:
    """Read an answer's end if it is near."""
    received = 0
    async for piece in response.aiter_raw():
        received += len(piece)
        if received > _LAST_BYTES:
            return


def _unreachable(error: Exception) -> HostUnreachable:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CertificateRefused(f"the certificate is refused: {cause.verify_message}")
        cause = cause.__cause__ or cause.__context__
    return HostUnreachable(f"no connection: {error}")


def _validator(header: str | None) -> str | None:
    if header is None or len(header) > MAX_VALIDATOR_CHARACTERS or not (header.isascii() and header.isprintable()):
        return None
    return header
