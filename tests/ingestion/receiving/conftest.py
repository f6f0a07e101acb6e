"""The push endpoint on loopback, and a system that sends to it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.ingestion.receiving.newsroom import TOKEN, Newsroom, Served, served


@pytest.fixture
def newsroom() -> Newsroom:
    return Newsroom()


@pytest.fixture
async def push(newsroom: Newsroom, client: httpx.AsyncClient) -> AsyncIterator[Served]:
    async with served(newsroom, client) as push:
        yield push


@pytest.fixture
async def sender(push: Served) -> AsyncIterator[httpx.AsyncClient]:
    """A system that has articles and the token of the wire."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=push.url, headers=headers, trust_env=False, timeout=10) as sender:
        yield sender
