"""A news site on loopback for commands, which run a loop of their own, and a folder to write into."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from tests.ingestion.web import Web, open_web


@pytest.fixture
def site() -> Iterator[Web]:
    """A server in a thread, which answers what a test wants."""
    started: Queue[tuple[Web, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def serve() -> None:
        async with open_web() as web:
            done = asyncio.Event()
            started.put((web, asyncio.get_running_loop(), done))
            await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    web, loop, done = started.get(timeout=10)
    yield web
    loop.call_soon_threadsafe(done.set)
    thread.join(10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty configuration folder."""
    (tmp_path / "config" / "sources").mkdir(parents=True)
    return tmp_path / "config"
