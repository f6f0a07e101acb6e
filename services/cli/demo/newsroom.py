"""The loopback side of the demo: a site whose feeds can be repeated and edited, and a receiver of webhooks."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator

import uvicorn
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.backbone.http_server import QuietServer
from services.cli.demo.articles import FEEDS, Feed, entity_tag, samples


class Newsroom:
    """Serves the feeds and takes the webhooks; counts both."""

    def __init__(self, secret: str) -> None:
        self._webhook = Webhook(secret)
        self._articles = samples()
        self._edition = 1
        self.polls: Counter[tuple[str, int]] = Counter()
        """Feeds served whole, by feed and edition."""
        self.received: Counter[str] = Counter()
        """Webhooks whose signature is right, by their id."""
        self.refused = 0
        """Webhooks whose signature is wrong."""

    def publish_next_edition(self) -> None:
        """Serve every article again under a new entity tag, the edited one in its new revision."""
        self._edition += 1
        self._articles = tuple(article.revised() for article in self._articles)

    def served(self, edition: int) -> bool:
        """Whether every feed of an edition was fetched."""
        return all(self.polls[name, edition] > 0 for name in FEEDS)

    @contextlib.asynccontextmanager
    async def open(self, port: int) -> AsyncIterator[None]:
        """Listen on loopback for the block."""
        routes = [Route("/{name}.xml", self._feed), Route("/hook", self._hook, methods=["POST"])]
        config = uvicorn.Config(
            Starlette(routes=routes), host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off"
        )
        server = QuietServer(config)
        serving = asyncio.ensure_future(server.serve())
        try:
            yield
        finally:
            server.should_exit = server.force_exit = True
            await asyncio.wait({serving}, timeout=2)

    async def _feed(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in FEEDS:
            return Response(status_code=404)
        own = tuple(article for article in self._articles if article.feed == name)
        body = Feed(f"{FEEDS[name]}, edition {self._edition}", own).body()
        tag = entity_tag(body)
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        self.polls[name, self._edition] += 1
        return Response(body, media_type="application/rss+xml", headers={"etag": tag})

    async def _hook(self, request: Request) -> Response:
        try:
            self._webhook.verify(await request.body(), dict(request.headers))
        except WebhookVerificationError:
            self.refused += 1
            return Response(status_code=401)
        self.received[request.headers["webhook-id"]] += 1
        return Response(status_code=204)
