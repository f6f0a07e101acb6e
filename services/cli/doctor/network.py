"""The way out, as it is from here: the names of a few sources, one of them asked, and proxies."""

import asyncio
import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from services.backbone.errors import ConfigurationError
from services.cli.doctor.finding import Finding, counted, named, ok, warning
from services.ingestion.sources import load_sources

MOST_HOSTS: Final = 5
SECONDS: Final = 3.0
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True)
class Outside:
    """What was seen of the world."""

    resolved: Mapping[str, bool]
    """Of each host that was looked up, whether it has an address."""
    asked: str | None = None
    """The host that was asked."""
    answered: bool = False
    ahead: timedelta | None = None
    """How far this clock is ahead of that host's."""


async def look_outside(folder: Path) -> Outside:
    """Look a few hosts of sources up and ask one of them for its head."""
    try:
        urls = [source.url for source in load_sources(folder).enabled if source.url]
    except ConfigurationError:
        urls = []
    by_host = {urlsplit(url).hostname or "": url for url in urls}
    hosts = spread([host for host in by_host if host], MOST_HOSTS)
    found = await asyncio.gather(*(_resolves(host) for host in hosts))
    resolved = dict(zip(hosts, found, strict=True))
    asked = next((host for host, known in resolved.items() if known), None)
    if asked is None:
        return Outside(resolved)
    try:
        async with asyncio.timeout(SECONDS + 0.5):
            ahead = await asyncio.to_thread(_head, by_host[asked])
    except (OSError, http.client.HTTPException, TimeoutError, ValueError):
        return Outside(resolved, asked)
    return Outside(resolved, asked, answered=True, ahead=ahead)


def judge_outside(outside: Outside, environment: Mapping[str, str], *, contained: bool) -> Iterator[Finding]:
    """What to make of it. Only warnings: what reads the world may stand elsewhere.

    Args:
        outside: what was seen.
        environment: of this process.
        contained: whether this runs in a container, which may be one that is not to reach the world.
    """
    silent = [host for host, known in outside.resolved.items() if not known]
    if not outside.resolved:
        yield ok("dns", "no source has a host to look up")
    elif len(silent) == len(outside.resolved) and contained:
        yield ok(
            "dns", "no name outside resolves in this container; see also: docker compose exec ingestion tocsin doctor"
        )
        return
    elif silent:
        what = f"{len(silent)} of {counted(len(outside.resolved), 'host')} of sources do not resolve: {named(silent)}"
        yield warning("dns", what, "look at the resolver of this machine; one that is gone: tocsin source test")
    else:
        yield ok("dns", f"{counted(len(outside.resolved), 'host')} of sources looked up, each resolves")
    if outside.asked is not None and not outside.answered:
        what = f"{outside.asked} does not answer within {SECONDS:.0f} s"
        yield warning("outward", what, "is there a way out from here? a firewall, or a proxy: Tocsin uses none")
    elif outside.asked is not None:
        yield ok("outward", f"{outside.asked} answers")
    yield from judge_proxies(environment)


def judge_proxies(environment: Mapping[str, str]) -> Iterator[Finding]:
    """A proxy that is set is for other programs: ingestion and channels use none."""
    names = [name for name in environment if name.upper() in _PROXIES and environment[name]]
    if names:
        yield ok("proxy", f"{named(sorted(names))} is set; Tocsin goes to sources and channels without it")


def spread(hosts: Sequence[str], most: int) -> list[str]:
    """Some of them, from the whole list."""
    step = max(1, -(-len(hosts) // most))
    return list(hosts[::step])


async def _resolves(host: str) -> bool:
    try:
        async with asyncio.timeout(SECONDS):
            await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError):
        return False
    return True


def _head(url: str) -> timedelta | None:
    """Ask for the head of an address; how far this clock is ahead of what the answer says."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        asked = datetime.now(UTC)
        connection.request("HEAD", parts.path or "/", headers={"user-agent": "tocsin-doctor"})
        answer = connection.getresponse()
        half = asked + (datetime.now(UTC) - asked) / 2
        said, age = answer.getheader("date"), answer.getheader("age", "0")
        if said is None or age.strip() != "0":
            return None  # of a cache: it says when it was written
        return half - parsedate_to_datetime(said)
    finally:
        connection.close()
