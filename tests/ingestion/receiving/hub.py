"""A hub as W3C WebSub describes it, on loopback: it verifies intent, grants leases and distributes signed content."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.backbone.http_server import listen, serving


@dataclass
class Subscriber:
    callback: str
    topic: str
    secret: str


@dataclass
class Hub:
    """What was asked of it, and who is subscribed."""

    client: httpx.AsyncClient
    url: str = ""
    grants: int = 864_000
    status: int = 202
    """With what it answers; it verifies only where that is a success."""
    redirects_to: str = ""
    verifies_first: bool = False
    """Whether it verifies before it answers, as some do."""
    asked: list[dict[str, str]] = field(default_factory=list)
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    verifications: list[httpx.Response] = field(default_factory=list)
    _verifying: set[asyncio.Task[None]] = field(default_factory=set)

    async def take(self, request: Request) -> Response:
        """A request to subscribe, or to stop."""
        form = dict(parse_qsl((await request.body()).decode()))
        self.asked.append(form)
        if self.redirects_to:
            return Response(status_code=307, headers={"Location": self.redirects_to})
        if self.status < 300:
            work = self._verify(form)
            if self.verifies_first:
                await work
            else:
                task = asyncio.ensure_future(work)
                self._verifying.add(task)
                task.add_done_callback(self._verifying.discard)
        return Response("the hub is out of order" if self.status >= 300 else "", self.status)

    async def ask_intent(self, callback: str, mode: str, topic: str, **more: str) -> httpx.Response:
        """Ask a subscriber whether it wants that."""
        query = {"hub.mode": mode, "hub.topic": topic, **{f"hub.{name}": value for name, value in more.items()}}
        return await self.client.get(callback, params=query)

    async def distribute(self, body: bytes, *, signed: str | None = "sha256", secret: str | None = None) -> list[int]:
        """Send content to all subscribers; their statuses. `signed` None sends it without a signature."""
        statuses = []
        for one in self.subscribers.values():
            headers = {
                "Content-Type": "application/rss+xml",
                "Link": f'<{self.url}>; rel="hub", <{one.topic}>; rel="self"',
            }
            if signed is not None:
                made = hmac.new((secret or one.secret).encode(), body, getattr(hashlib, signed)).hexdigest()
                headers["X-Hub-Signature"] = f"{signed}={made}"
            statuses.append((await self.client.post(one.callback, content=body, headers=headers)).status_code)
        return statuses

    async def _verify(self, form: dict[str, str]) -> None:
        mode, topic, callback = form["hub.mode"], form["hub.topic"], form["hub.callback"]
        challenge = secrets.token_urlsafe(16)
        more = {"lease_seconds": str(self.grants)} if mode == "subscribe" else {}
        answer = await self.ask_intent(callback, mode, topic, challenge=challenge, **more)
        self.verifications.append(answer)
        if answer.is_success and answer.text == challenge:
            if mode == "subscribe":
                self.subscribers[callback] = Subscriber(callback, topic, form["hub.secret"])
            else:
                self.subscribers.pop(callback, None)


@asynccontextmanager
async def open_hub() -> AsyncIterator[Hub]:
    """Serve for the block."""
    listener = listen("127.0.0.1", 0, "")
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        hub = Hub(client, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        async with serving(Starlette(routes=[Route("/", hub.take, methods=["POST"])]), listener):
            yield hub
