"""A site on loopback and the client that reads it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.ingestion.fetching.fetch import new_client
from tests.ingestion.web import Web, open_web


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """A server that answers what a test wants."""
    async with open_web() as web:
        yield web


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """The client of ingestion."""
    async with new_client() as client:
        yield client
