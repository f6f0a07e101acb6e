"""`python -m tests.bench.queued_streams BOOTSTRAP_SERVERS PORT`: the usual way to stream a topic to many, as a peer.

Starlette's `StreamingResponse` on uvicorn; each listener has a queue without a bound, filled by one consumer. No
filters, no tokens, no positions.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.settings import KafkaSettings
from services.backbone.topics import ALERTS


def application(bootstrap_servers: str) -> Starlette:
    """The server."""
    queues: set[asyncio.Queue[bytes]] = set()

    async def listen() -> AsyncIterator[bytes]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        queues.add(queue)
        try:
            yield b"retry: 2000\n\n"
            while True:
                yield b"event: alert\ndata: " + await queue.get() + b"\n\n"
        finally:
            queues.discard(queue)

    async def stream(_: Request) -> StreamingResponse:
        return StreamingResponse(listen(), media_type="text/event-stream")

    async def read() -> None:
        consumer = new_consumer(KafkaSettings(bootstrap_servers=bootstrap_servers), auto_offset_reset="latest")
        await consumer.start()
        consumer.assign(await partitions_of(consumer, ALERTS.name))
        try:
            async for record in consumer:
                for queue in queues:
                    queue.put_nowait(record.value)
        finally:
            await stop_client(consumer)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        reading = asyncio.create_task(read())
        yield
        reading.cancel()

    return Starlette(routes=[Route("/alerts/stream", stream)], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(application(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="error", loop="uvloop")
