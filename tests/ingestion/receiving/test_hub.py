"""What a hub may answer, and that none of it takes longer or more than its bound."""

import asyncio
import ssl

import httpx
import pytest
import trustme

from services.backbone.addresses import LOOPBACK
from services.broker import free_port
from services.ingestion.fetching.fetch import new_client
from services.ingestion.receiving import hub as hub_module
from services.ingestion.receiving.hub import HubRefused, ask
from tests.ingestion.web import Answer, Web, answer, drip, raw

FORM = {"hub.mode": "subscribe", "hub.secret": "a-secret-of-this-test"}
HEAD = b"HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "204 No Content"])
async def test_any_success_is_one(web: Web, client: httpx.AsyncClient, status: str) -> None:
    web.answers["/"] = answer(b"", status)
    await ask(client, web.url, FORM)
    assert web.requests[0].headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer(b"no such\r\n\x1b[31mtopic", "404 Not Found"), r"^the hub answers 404: no such \[31mtopic$"),
        (answer(b"", "500 Internal Server Error"), "^the hub answers 500$"),
        (answer(b"", "302 Found", location="/other"), "^the hub answers 302$"),
        (answer(b"", "307 Temporary Redirect"), "^the hub answers 307$"),
        (answer(b"", "307 Temporary Redirect", location="/"), "^redirects more than 3 times$"),
        (answer(b"", "308 Permanent Redirect", location="gopher://x/"), "UnsupportedProtocol|AddressForbidden"),
        (raw(b"SSH-2.0-OpenSSH\r\n"), "^RemoteProtocolError"),
        (drip(HEAD, b"3e8\r\n" + b"x" * 1_000 + b"\r\n", 0), "^the hub answers 400: x{100,}$"),
        (drip(b"", b"", 0.05), "^no answer within 0.5 s$"),
        (drip(b"HTTP/1.1 2", b"0", 0.05), "^no answer within 0.5 s$"),
        (drip(HEAD, b"1\r\nx\r\n", 0.05), "^no answer within 0.5 s$"),
    ],
)
async def test_anything_else_is_told_in_one_short_line(
    web: Web, client: httpx.AsyncClient, said: Answer, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "SECONDS", 0.5)
    web.answers["/"] = said
    async with asyncio.timeout(5):
        with pytest.raises(HubRefused, match=reason) as refused:
            await ask(client, web.url, FORM)
    assert len(str(refused.value)) <= 200
    assert str(refused.value).isprintable()
    assert FORM["hub.secret"] not in str(refused.value)


async def test_a_secret_is_not_carried_from_https_to_http(web: Web) -> None:
    authority = trustme.CA()
    serving, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    authority.configure_trust(asking)

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {web.url}/\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(redirect, "127.0.0.1", 0, ssl=serving)
    async with server, new_client(allowed=LOOPBACK, tls=asking) as client:
        with pytest.raises(HubRefused, match="redirects from https to http"):
            await ask(client, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/", FORM)
    assert web.requests == []


async def test_a_hub_that_is_not_there(client: httpx.AsyncClient) -> None:
    with pytest.raises(HubRefused, match="ConnectError"):
        await ask(client, f"http://127.0.0.1:{free_port()}/", FORM)
