"""A site on loopback and the client that reads it."""

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from services.backbone.addresses import LOOPBACK
from services.backbone.settings import Settings
from services.ingestion.fetching.fetch import new_client
from services.ingestion.visit import Means
from tests.ingestion.visiting import means_of
from tests.ingestion.web import Web, open_web


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """A server that answers what a test wants."""
    async with open_web() as web:
        yield web


@pytest.fixture(scope="session")
def tls() -> ssl.SSLContext:
    """Trusts the public authorities; made once, for that takes long."""
    return httpx.create_ssl_context(trust_env=False)


@pytest.fixture
async def client(tls: ssl.SSLContext) -> AsyncIterator[httpx.AsyncClient]:
    """The client of ingestion. It may read this machine, where the sites of tests stand; the product may not."""
    async with new_client(allowed=LOOPBACK, tls=tls) as client:
        yield client


@pytest.fixture
async def means(settings: Settings, client: httpx.AsyncClient) -> AsyncIterator[Means]:
    """What visits work with, on real Kafka."""
    async with means_of(settings, client) as means:
        yield means
