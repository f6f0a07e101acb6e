"""One fetch for a source, and what it tells of the host: one in trouble is to rest, whoever asks it next."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from services.backbone.telemetry import FETCHED_BYTES
from services.ingestion.fetching.fetch import (
    DEFAULT_LIMITS,
    Fetched,
    FetchFailed,
    Limits,
    NotModified,
    Validators,
    fetch,
)
from services.ingestion.fetching.hosts import Hosts
from services.ingestion.polling.asked import retry_wait
from services.ingestion.sources import Source


def host_of(url: str) -> str:
    """Host and port: what turns are taken by."""
    return urlsplit(url).netloc.lower()


async def ask(
    client: httpx.AsyncClient,
    hosts: Hosts,
    source: Source,
    url: str,
    known: Validators | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Fetched | NotModified:
    """Fetch what stands at an address. The caller holds the host's turn; the source's headers go to its own host only.

    Raises:
        FetchFailed: as `fetch` does.
    """
    host = host_of(url)
    headers = source.headers if host == source.host else {}
    try:
        answer = await fetch(client, url, known, headers, limits, source.allow_networks)
    except FetchFailed as error:
        if error.of_host:
            hosts.failed(host, retry_wait(error.retry_after, datetime.now(UTC)))
        raise
    hosts.answered(host)
    if isinstance(answer, Fetched):
        FETCHED_BYTES.inc(answer.wire_bytes)
    return answer
