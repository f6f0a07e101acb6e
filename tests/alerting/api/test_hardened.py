"""What holds for every answer."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from services.alerting.api.hardened import HEADERS, MAX_TARGET_BYTES, Hardened
from services.backbone.http_server import listen, serving


async def cached(_: Request) -> PlainTextResponse:
    """An answer that says how long it may be kept."""
    return PlainTextResponse("kept", headers={"Cache-Control": "private, max-age=60"})


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    listener = listen("127.0.0.1", 0, "")
    app = Hardened(Starlette(routes=[Route("/", cached)]))
    async with (
        serving(app, listener),  # type: ignore[arg-type]
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/no"), ("OPTIONS", "/"), ("GET", "/?" + "x" * 5_000)],
    ids=["found", "not found", "asked by a browser whether it may", "too long"],
)
async def test_every_answer_tells_browsers_to_keep_off(client: httpx.AsyncClient, method: str, path: str) -> None:
    origin = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = await client.request(method, path, headers=origin)
    own = {"Cache-Control": "private, max-age=60"} if answer.is_success else {}
    wanted = {**HEADERS, **own}
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "server" not in answer.headers


async def test_an_address_without_end_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/?" + "x" * (MAX_TARGET_BYTES - 1))).status_code == 200
    answer = await client.get("/?" + "x" * MAX_TARGET_BYTES)
    assert answer.status_code == 414
    assert answer.json() == {"error": "the address is too long", "fix": "ask for less at a time"}
