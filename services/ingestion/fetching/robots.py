"""What a site's robots.txt permits: asked before its pages, not before its feeds, which are there for readers like us.

- Read once a day. Not there (4xx), or redirected where we do not follow: all is permitted. In trouble (5xx, 429, no
  answer): nothing is, for a quarter of an hour, unless it could be read before; then that holds on.
- The groups for `Tocsin` count, all of them together; only where there is none do those for everyone.
- Of a file that is longer than 500 KiB the beginning counts. `Crawl-delay` is kept, up to 30 s.

Source: RFC 9309.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from protego import Protego

from services.backbone.addresses import Networks
from services.ingestion.fetching.client import ROBOT
from services.ingestion.fetching.failures import AddressRefused, BadRedirect, FetchFailed, StatusRefused
from services.ingestion.fetching.fetch import Fetched, Limits, fetch

MAX_BYTES = 500 * 1024
MAX_DELAY = timedelta(seconds=30)
FRESH_SECONDS = 24 * 60 * 60.0
TROUBLE_SECONDS = 15 * 60.0
MAX_SITES = 2000
MAX_CHARACTERS = 2 * 1024 * 1024
"""Of the rules that are kept for all sites together."""

_LIMITS = Limits(seconds=10, wire_bytes=MAX_BYTES, decoded_bytes=MAX_BYTES, cut=True)
_AGENT = re.compile(r"\*|[A-Za-z_-]+")
_LONGEST_LINE = 2000
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Permission:
    """What a robots.txt says of one page."""

    allowed: bool
    delay: timedelta = _NOTHING
    """What it asks for between two pages."""
    reason: str = ""


class Rules:
    """What one robots.txt says to us."""

    def __init__(self, body: bytes) -> None:
        lines = list(_for_us(body[:MAX_BYTES].decode("utf-8-sig", "replace")))
        self.length = sum(map(len, lines))
        """Characters that are kept of it."""
        # Only what is for us, and as one group: protego keeps each rule for each agent that a group names, and 500 KiB
        # of names before 500 KiB of rules would take all memory.
        self._rules = Protego.parse("\n".join(["User-agent: *", *lines]))

    def permission(self, url: str) -> Permission:
        """What it says of this page."""
        delay = timedelta(seconds=min(self._rules.crawl_delay(ROBOT) or 0, MAX_DELAY.total_seconds()))
        if self._rules.can_fetch(url, ROBOT):
            return Permission(True, delay)
        return Permission(False, delay, "the site's robots.txt forbids it")


@dataclass(frozen=True, slots=True)
class _Known:
    rules: Rules | None
    """None where it could not be read."""
    reason: str
    until: float


class Robots:
    """The robots.txt of the sites whose pages one process reads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Know nothing of any site yet; `clock` gives seconds."""
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._length = 0

    async def permission(self, client: httpx.AsyncClient, url: str, allowed: Networks = ()) -> Permission:
        """Whether a page may be fetched; call it within the host's turn.

        Args:
            client: of `new_client`.
            url: of the page.
            allowed: as for `fetch`.

        Raises:
            AddressRefused: neither robots.txt nor the page may be asked for.
        """
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}".lower()
        known = self._known.get(site)
        if known is None or known.until <= self._clock():
            known = await self._read(client, site, allowed, known)
            self._keep(site, known)
        if known.rules is None:
            return Permission(False, reason=known.reason)
        return known.rules.permission(url)

    async def _read(self, client: httpx.AsyncClient, site: str, allowed: Networks, known: _Known | None) -> _Known:
        fresh = self._clock() + FRESH_SECONDS
        try:
            answer = await fetch(client, f"{site}/robots.txt", limits=_LIMITS, allowed=allowed)
        except AddressRefused:
            raise
        except BadRedirect:
            return _Known(Rules(b""), "", fresh)
        except FetchFailed as error:
            if (
                isinstance(error, StatusRefused)
                and error.status < 500
                and error.status != httpx.codes.TOO_MANY_REQUESTS
            ):
                return _Known(Rules(b""), "", fresh)
            reason = f"the site's robots.txt could not be read: {error}"
            return _Known(known.rules if known else None, reason, self._clock() + TROUBLE_SECONDS)
        return _Known(Rules(answer.body if isinstance(answer, Fetched) else b""), "", fresh)

    def _keep(self, site: str, known: _Known) -> None:
        """Keep it as the latest; the oldest go where there is no room."""
        self._drop(site)
        self._known[site] = known
        self._length += known.rules.length if known.rules else 0
        while len(self._known) > MAX_SITES or (self._length > MAX_CHARACTERS and len(self._known) > 1):
            self._drop(next(iter(self._known)))

    def _drop(self, site: str) -> None:
        dropped = self._known.pop(site, None)
        if dropped is not None and dropped.rules is not None:
            self._length -= dropped.rules.length


def _for_us(text: str) -> Iterator[str]:
    """The rules of the groups that name us, or else of those that name everyone."""
    rules: dict[str, list[str]] = {ROBOT.lower(): [], "*": []}
    named = False
    agents: set[str] = set()
    in_rules = False
    for line in re.split(r"[\r\n]+", text):
        key, _, value = line[:_LONGEST_LINE].partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key in ("user-agent", "useragent"):
            if in_rules:
                agents, in_rules = set(), False
            agent = _AGENT.match(value)
            if agent is not None and agent.group().lower() in rules:
                agents.add(agent.group().lower())
                named = named or agent.group() != "*"
        elif key in ("allow", "disallow", "crawl-delay"):
            in_rules = True
            for agent_name in agents:
                rules[agent_name].append(f"{key}: {value}")
    yield from rules[ROBOT.lower() if named else "*"]
