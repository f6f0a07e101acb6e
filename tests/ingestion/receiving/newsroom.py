"""What stands behind the endpoints in these tests: it keeps what it is given, and its broker can be away."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx

from schemas import Article
from schemas.state import WebSubLease
from services.backbone.errors import RecordTooLarge
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.settings import Settings
from services.broker import free_port
from services.ingestion.reading.entry import FeedUnreadable
from services.ingestion.receiving.receiving import Receiving
from services.ingestion.sources import Source
from tests.ingestion.running import until

TOKEN, OTHER_TOKEN = "a-token-of-this-test", "another-token-of-this-test"


def pushing(source_id: str, token: str) -> Source:
    return Source(id=source_id, name=source_id.title(), kind="push", token=token)


@dataclass
class Newsroom:
    """A Receiver in memory."""

    known: Mapping[str, Source] = field(
        default_factory=lambda: {"wire": pushing("wire", TOKEN), "bridge": pushing("bridge", OTHER_TOKEN)}
    )
    published: list[tuple[str, Article]] = field(default_factory=list)
    contents: list[tuple[str, bytes, str, str | None]] = field(default_factory=list)
    leases: dict[str, WebSubLease | None] = field(default_factory=dict)
    broker: asyncio.Event = field(default_factory=asyncio.Event)
    too_large: str = "\0"
    """An article with this in its text is refused by the broker."""
    fails: Exception | None = None
    """Raised once by whatever publishes next."""

    def __post_init__(self) -> None:
        self.broker.set()

    def sources(self) -> Mapping[str, Source]:
        return self.known

    async def publish(self, source: Source, articles: Sequence[Article]) -> None:
        await self._broker()
        for article in articles:
            if self.too_large in article.text:
                raise RecordTooLarge(f"Article {article.event_id} is too long")
            self.published.append((source.id, article))

    async def content(self, source: Source, body: bytes, url: str, content_type: str | None) -> None:
        await self._broker()
        if not body.startswith(b"<rss"):
            raise FeedUnreadable("not a feed")
        self.contents.append((source.id, body, url, content_type))

    def lease(self, source_id: str) -> WebSubLease | None:
        return self.leases.get(source_id)

    async def keep_lease(self, source_id: str, lease: WebSubLease | None) -> None:
        self.leases[source_id] = lease
        await self._broker()

    async def _broker(self) -> None:
        await self.broker.wait()
        if self.fails is not None:
            error, self.fails = self.fails, None
            raise error


@dataclass
class Served:
    """Receiving at work on loopback."""

    url: str
    receiving: Receiving
    process: Process


@asynccontextmanager
async def served(newsroom: Newsroom, client: httpx.AsyncClient, **settings: object) -> AsyncIterator[Served]:
    """Serve for the block; it must end within its time."""
    port = free_port()
    callback = {"websub_callback": f"http://127.0.0.1:{port}"} if "websub_secret" in settings else {}
    chosen = Settings(push_port=port, **callback, **settings)  # type: ignore[arg-type]
    async with AsyncExitStack() as stack:
        process = Process("ingestion", chosen, stack, Progress("ingestion"))
        receiving = Receiving(process, newsroom, client)
        running = asyncio.ensure_future(receiving.run())
        try:
            await until(lambda: running.done() or listens(port))
            yield Served(f"http://127.0.0.1:{port}", receiving, process)
        finally:
            process.stopping.set()
            await asyncio.wait_for(running, 5)


def listens(port: int) -> bool:
    """Whether somebody listens there; asked of the system, so that nobody is connected to."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(line.split()[1] == f"0100007F:{port:04X}" and line.split()[3] == "0A" for line in table)
