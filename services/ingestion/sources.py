"""What a desk may write in `sources/*.yaml`: what ingestion reads, and how.

    kind      needs         may have besides
    feed      url           headers, allow_networks, full_text, intervals,    RSS, Atom, JSON Feed
                            ring_last
    sitemap   url           the same                                          for news, plain, or an index of them
    page      url, select   the same                                          a page whose links are articles
    folder    path          intervals, ring_last                              files: JSONL, HTML, plain text
    push      token                                                           POST /articles

All else may stand on every kind.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from schemas.event import Identifier
from services.backbone.addresses import Network, read_network
from services.backbone.canary import is_reserved
from services.backbone.configuration import duplicates, read_part
from services.backbone.countries import checked_country
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.secret import Secret, SecretMissing
from services.backbone.yaml_file import Path as ValuePath
from services.ingestion.address import checked_address, checked_host
from services.ingestion.identity.site import site_of
from services.ingestion.source_values import (
    HEADER_VALUE,
    checked_header,
    checked_header_value,
    checked_selector,
    read_header_value,
    read_interval,
    read_ring_last,
)

Kind = Literal["feed", "sitemap", "page", "folder", "push"]

DEFAULT_MAX_INTERVAL = timedelta(hours=6)
MIN_TOKEN_CHARACTERS = 16

NEEDS: Mapping[Kind, tuple[str, ...]] = {
    "feed": ("url",),
    "sitemap": ("url",),
    "page": ("url", "select"),
    "folder": ("path",),
    "push": ("token",),
}
_POLLED = frozenset({"interval", "max_interval", "ring_last"})
_FETCHED = _POLLED | {"url", "headers", "allow_networks", "full_text"}
TAKES: Mapping[Kind, frozenset[str]] = {
    "feed": _FETCHED,
    "sitemap": _FETCHED,
    "page": _FETCHED | {"select"},
    "folder": _POLLED | {"path"},
    "push": frozenset({"token"}),
}
_OF_SOME_KINDS = frozenset[str]().union(*TAKES.values())

_HeaderName = Annotated[str, AfterValidator(checked_header)]
_Interval = Annotated[timedelta, BeforeValidator(read_interval)]


class _Described(BaseModel):
    """All of a source but its secrets."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)

    id: Identifier
    """Names the source for good: its state and the articles without an address hang on it."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The outlet's name, as people know it."""
    kind: Kind = "feed"
    """What stands there."""
    url: Annotated[str, StringConstraints(max_length=2_000), AfterValidator(checked_address)] = ""
    """Address of the feed, the sitemap or the page, over http or https; empty for the other kinds."""
    path: Path | None = None
    """The folder, or the one file, of a folder source; relative to the configuration folder."""
    select: Annotated[str, StringConstraints(max_length=500), AfterValidator(checked_selector)] | None = None
    """CSS selector of the links that are articles, or of what they stand in."""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    """BCP 47 tag of its articles; it wins over what the feed says. Null where the feed is to be believed."""
    country: Annotated[str, AfterValidator(checked_country)] | None = None
    """ISO 3166-1 alpha-2 code of where the outlet is at home."""
    tier: Annotated[int, Field(ge=1, le=3, strict=True)] = 2
    """How far the desk trusts it: 1 most, 3 least."""
    site: Annotated[tuple[Annotated[str, AfterValidator(checked_host)], ...], Field(max_length=50)] = ()
    """Domains that it speaks for, with all below them. Left out: the registrable domain of `url`."""
    interval: _Interval = timedelta(minutes=10)
    """The shortest time between two polls: seconds, or a number with s, m or h, from 1s to 24h. Asked less often where
    the host wants it so, fails, or seldom has something new."""
    max_interval: _Interval = DEFAULT_MAX_INTERVAL
    """The longest time between two polls of a source that answers, from 1s to 24h. Left out: 6h, or `interval` where
    that is longer."""
    ring_last: Annotated[timedelta, BeforeValidator(read_ring_last)] = timedelta(0)
    """Of what stands there when it is first read, what was published within this time rings: 6h; up to 365d. Left out:
    nothing."""
    enabled: bool = True
    """No: the source stays in the list and is not read."""
    full_text: bool = False
    """Fetch the page of each article, because the feed has teasers only."""
    allow_networks: Annotated[tuple[Annotated[Network, BeforeValidator(read_network)], ...], Field(max_length=50)] = ()
    """Networks that are not public and may be asked all the same for this source: [10.20.0.0/16]."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        errors = [*self._missing(), *self._useless()]
        if "max_interval" not in self.model_fields_set:
            object.__setattr__(self, "max_interval", max(self.interval, DEFAULT_MAX_INTERVAL))
        elif self.max_interval < self.interval:
            errors.append(_at("max_interval", "shorter than interval; make it as long, or longer"))
        if errors:
            raise ValidationError.from_exception_data(type(self).__name__, errors, hide_input=True)
        if self.url and not self.site:
            object.__setattr__(self, "site", (site_of(urlsplit(self.url).hostname or ""),))
        return self

    def _missing(self) -> Iterator[InitErrorDetails]:
        for key in NEEDS[self.kind]:
            if not getattr(self, key) and (self.enabled or key != "token"):
                yield _at(key, f"a source of kind {self.kind} needs {key!r}; add it")

    def _useless(self) -> Iterator[InitErrorDetails]:
        for key in sorted(self.model_fields_set & (_OF_SOME_KINDS - TAKES[self.kind])):
            kinds = " or ".join(kind for kind, takes in TAKES.items() if key in takes)
            yield _at(key, f"a source of kind {self.kind} has no use for {key!r}; remove it, or write kind: {kinds}")

    @property
    def host(self) -> str:
        """Host and port, by which connections are counted; what is not fetched has one for itself."""
        return urlsplit(self.url).netloc.lower() if self.url else f"{self.kind}:{self.id}"


def _at(key: str, message: str) -> InitErrorDetails:
    """An error of one key. The message goes in as a value: what stands in braces in it is no placeholder."""
    return InitErrorDetails(type=PydanticCustomError("kind", "{message}", {"message": message}), loc=(key,), input=None)


class Source(_Described):
    """One source, with its secrets."""

    headers: dict[_HeaderName, Annotated[str, AfterValidator(checked_header_value)]] = Field(
        default_factory=dict, repr=False
    )
    """Sent with each request to the source's own host. They are never logged."""
    token: Annotated[str, StringConstraints(min_length=MIN_TOKEN_CHARACTERS)] | None = Field(default=None, repr=False)
    """What a push must show as its bearer."""


class WrittenSource(_Described):
    """One source as it stands in a file."""

    headers: dict[_HeaderName, Annotated[str | Secret, BeforeValidator(read_header_value)]] = Field(
        default_factory=dict, repr=False
    )
    """Sent with each request to the source's own host: plain, {env: NAME} or {file: PATH}."""
    token: Secret | None = None
    """What a push must show as its bearer: {env: NAME} or {file: PATH}."""


class SourcesFile(BaseModel):
    """One file of `sources/*.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    sources: list[WrittenSource] = []
    """What is read."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources of an installation."""

    sources: tuple[Source, ...]
    digest: str

    @property
    def enabled(self) -> tuple[Source, ...]:
        """Those that are read."""
        return tuple(source for source in self.sources if source.enabled)


def load_sources(folder: Path, environment: Mapping[str, str] = os.environ) -> Sources:
    """Read `sources/*.yaml` of the configuration folder, and the secrets that it names.

    Raises:
        ConfigurationError: with every defect, each with file, line, path and fix.
    """
    part = read_part(folder, "sources", SourcesFile)
    defects = list(duplicates(part.items("sources")))
    sources: list[Source] = []
    tokens = dict[str | None, str]()
    for written, file, path in part.items("sources"):
        if is_reserved(written.id):
            what = f"{written.id!r} is the name of a source of Tocsin's own"
            defects.append(Defect(file.locate((*path, "id")), what, "give it another id"))
        secrets, missing = _secrets_of(written, folder, environment)
        if missing and written.enabled:
            defects += [Defect(file.locate((*path, *key)), error.what, error.fix) for key, error in missing]
        else:
            source = _complete(written, folder, secrets)
            if source.token and source.token in tokens:
                what = f"the token of {source.id!r} is also that of {tokens[source.token]!r}"
                defects.append(Defect(file.locate((*path, "token")), what, "give each push source a token of its own"))
            tokens[source.token] = source.id
            sources.append(source)
    if defects:
        raise ConfigurationError(defects)
    return Sources(tuple(sources), part.digest)


def _secrets_of(
    written: WrittenSource, folder: Path, environment: Mapping[str, str]
) -> tuple[dict[ValuePath, str], list[tuple[ValuePath, SecretMissing]]]:
    """The secrets that a source names by where it names them, and those that are not there or are none."""
    named: dict[ValuePath, Secret] = {
        ("headers", name): value for name, value in written.headers.items() if isinstance(value, Secret)
    }
    if written.token is not None:
        named["token",] = written.token
    found: dict[ValuePath, str] = {}
    missing: list[tuple[ValuePath, SecretMissing]] = []
    for key, secret in named.items():
        try:
            value = secret.read(folder, environment)
            if key == ("token",) and len(value) < MIN_TOKEN_CHARACTERS:
                short = f"{secret.place} holds less than {MIN_TOKEN_CHARACTERS} characters"
                raise SecretMissing(short, "put a long token there: openssl rand -hex 24")
            if not HEADER_VALUE.fullmatch(value):
                raise SecretMissing(f"{secret.place} holds what no header can carry", "use plain ASCII in one line")
            found[key] = value
        except SecretMissing as error:
            missing.append((key, error))
    return found, missing


def _complete(written: WrittenSource, folder: Path, secrets: Mapping[ValuePath, str]) -> Source:
    """The source with its secrets, and with a path that holds wherever the process runs. One that is not read goes
    without the secrets that are missing."""
    values = {key: getattr(written, key) for key in written.model_fields_set - {"headers", "token"}}
    if written.path is not None:
        values["path"] = folder / written.path
    if written.headers:
        plain = {name: value for name, value in written.headers.items() if isinstance(value, str)}
        values["headers"] = plain | {str(key[1]): value for key, value in secrets.items() if key[0] == "headers"}
    if ("token",) in secrets:
        values["token"] = secrets["token",]
    return Source(**values)
