"""What a desk may write in `sources/*.yaml`: the feeds that ingestion reads."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from schemas.event import Identifier
from services.backbone.configuration import duplicates, read_part
from services.backbone.errors import ConfigurationError

MIN_INTERVAL = timedelta(seconds=1)
MAX_INTERVAL = timedelta(hours=24)

_DURATION = re.compile(r"([1-9][0-9]{0,5})\s?(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=://)")
_EXAMPLE = "write it like https://news.example/feed.xml"


def _interval(written: object) -> timedelta:
    if isinstance(written, timedelta):
        interval = written
    elif isinstance(written, int | float) and not isinstance(written, bool):
        interval = timedelta(seconds=min(written, 1e9))
    elif isinstance(written, str) and (match := _DURATION.fullmatch(written.strip())):
        interval = timedelta(**{_UNITS[match.group(2)]: int(match.group(1))})
    else:
        raise ValueError("not a duration; write seconds, or a number with s, m or h: 15m")
    if not MIN_INTERVAL <= interval <= MAX_INTERVAL:
        raise ValueError("shorter than a second or longer than a day; write a duration from 1s to 24h")
    return interval


def _feed_url(url: str) -> str:
    if any(character.isspace() or not character.isprintable() or character == "\\" for character in url):
        raise ValueError(f"an address with a blank, a control character or a backslash; {_EXAMPLE}")
    scheme = _SCHEME.match(url)
    if scheme is None:
        raise ValueError(f"an address without http:// or https://; {_EXAMPLE}")
    if scheme.group().lower() not in ("http", "https"):
        raise ValueError(f"an address that begins with {scheme.group().lower()}://; only http and https are read")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"a malformed address ({error}); {_EXAMPLE}") from None
    if not host:
        raise ValueError(f"an address without a host; {_EXAMPLE}")
    if "@" in parts.netloc:
        raise ValueError("an address with a user name in it; put credentials into headers")
    try:
        if ":" not in host and not re.fullmatch(r"[A-Za-z0-9._-]+", host.encode("idna").decode()):
            raise UnicodeError
    except UnicodeError:
        raise ValueError(f"a malformed host name; {_EXAMPLE}") from None
    return url


_HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", max_length=100)]
_HeaderValue = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e\t]*$", max_length=4_000)]


class Source(BaseModel):
    """One feed."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: Identifier
    """Names the source for good: its state and the articles without an address hang on it."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The outlet's name, as people know it."""
    url: Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_feed_url)]
    """Address of the feed: RSS or Atom over http or https."""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    """BCP 47 tag of its articles; it wins over what the feed says. Null where the feed is to be believed."""
    interval: Annotated[timedelta, BeforeValidator(_interval)] = timedelta(minutes=10)
    """How often to ask: seconds, or a number with s, m or h, from 1s to 24h. Asked less often where the host wants it
    so, or fails."""
    enabled: bool = True
    """No: the source stays in the list and is not read."""
    headers: dict[_HeaderName, _HeaderValue] = Field(default_factory=dict, repr=False)
    """Sent with each request to the source's own host. They are never logged."""

    @property
    def host(self) -> str:
        """Host and port: what one connection at a time is counted by."""
        return urlsplit(self.url).netloc.lower()


class SourcesFile(BaseModel):
    """One file of `sources/*.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    sources: list[Source] = []
    """The feeds."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources of an installation."""

    sources: tuple[Source, ...]
    digest: str

    @property
    def enabled(self) -> tuple[Source, ...]:
        """Those that are read."""
        return tuple(source for source in self.sources if source.enabled)


def load_sources(folder: Path) -> Sources:
    """Read `sources/*.yaml` of the configuration folder.

    Raises:
        ConfigurationError: with every defect, each with file, line, path and fix.
    """
    part = read_part(folder, "sources", SourcesFile)
    if defects := list(duplicates(part.items("sources"))):
        raise ConfigurationError(defects)
    return Sources(tuple(source for source, _, _ in part.items("sources")), part.digest)
