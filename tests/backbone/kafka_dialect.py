"""A server that speaks as much of Kafka's protocol as a test wants."""

import asyncio
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager


@asynccontextmanager
async def broker_that_knows(versions: Mapping[int, tuple[int, int]], port: int = 0) -> AsyncIterator[str]:
    """A broker that answers ApiVersions, and closes at every other request; its address.

    Args:
        versions: of each request, by number, the oldest and the newest version.
        port: of 127.0.0.1; 0 takes any free one.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                (length,) = struct.unpack(">i", await reader.readexactly(4))
                key, _, correlation = struct.unpack_from(">hhi", await reader.readexactly(length))
                if key != 18:
                    return
                known = b"".join(struct.pack(">hhh", each, *between) for each, between in versions.items())
                body = struct.pack(">ihi", correlation, 0, len(versions)) + known
                writer.write(struct.pack(">i", len(body)) + body)
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()

    async with served(answer, port) as address:
        yield address


@asynccontextmanager
async def served(answer: object, port: int = 0) -> AsyncIterator[str]:
    """A server on loopback for the block."""
    server = await asyncio.start_server(answer, "127.0.0.1", port)  # type: ignore[arg-type]
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
