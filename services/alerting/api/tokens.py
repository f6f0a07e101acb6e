"""The tokens of `access/**/*.yaml`: who may ask over HTTP, for what, and until when.

    tcs_<id>_<43 characters>        256 random bits; in the file stands only their SHA-256

What cannot be read lets nobody in: a token that is written wrong is not valid until it is mended. But a file that is
not YAML at all leaves the tokens that stood in it as they were: a slip of the pen must not shut out the whole desk.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from schemas.event import Identifier, UtcDatetime
from services.backbone.configuration import defects_of, sound_files
from services.backbone.errors import ConfigurationError, Defect, Location

KEY: Final = "tokens"
"""The list in a file."""
PREFIX: Final = "tcs"
MOST_TOKENS: Final = 10_000
Scope = Literal["read", "respond", "feed"]
"""`read`: alerts, their stream, their feeds. `feed`: the feeds alone. `respond`: acknowledge, assign, note, judge."""


class Token(BaseModel):
    """A token as a desk writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: Identifier
    """Its name: it stands in the token, in logs and in nothing secret."""
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(repr=False)
    """Of the whole token, in hexadecimal."""
    scopes: tuple[Scope, ...]
    """What it may be used for."""
    watches: tuple[Identifier, ...] = ()
    """The watches whose alerts it may see."""
    owners: tuple[Identifier, ...] = ()
    """Those of these owners too, wherever the watches come from."""
    all: bool = False
    """It may see those of every watch; then neither `watches` nor `owners` is written."""
    expires: UtcDatetime | None = None
    """Until when; without it, until it is removed or revoked."""
    revoked: UtcDatetime | None = None
    """Since when it is not valid any more."""
    requests_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 600
    """In the long run."""
    streams: Annotated[int, Field(ge=0, le=1_000)] = 20
    """Open at a time."""
    note: Annotated[str, StringConstraints(max_length=500)] = ""
    """What it is for, and who has it."""

    @model_validator(mode="after")
    def _is_for_something(self) -> Self:
        if not self.scopes:
            raise ValueError("a token that is for nothing; write scopes: [read]")
        if not (self.watches or self.owners or self.all):
            raise ValueError("a token that reaches nothing; write watches: [...], owners: [...], or all: true")
        if self.all and (self.watches or self.owners):
            raise ValueError("all: true beside watches or owners; keep one of them")
        return self

    def is_valid(self, now: datetime) -> bool:
        """Whether it lets anybody in."""
        return self.revoked is None and (self.expires is None or now < self.expires)

    @property
    def reach(self) -> "Reach":
        """What it may see."""
        return Reach(self.all, frozenset(self.watches), frozenset(self.owners))


@dataclass(frozen=True, slots=True)
class Reach:
    """The watches whose alerts somebody may see. Each record is judged by the watch and the owner that it names."""

    everything: bool = False
    watches: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()

    def includes(self, watch: str, owner: str | None) -> bool:
        """Whether the alerts of this watch are among them."""
        return self.everything or watch in self.watches or owner in self.owners


class AccessFile(BaseModel):
    """What a file may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    tokens: tuple[Any, ...] = ()
    """Each a `Token`: they are read one by one, so that a broken one stops no other."""


@dataclass(frozen=True)
class Tokens:
    """All tokens of a folder; two with one digest are the same."""

    listed: tuple[Token, ...] = ()
    digest: str = ""
    refused: tuple[Defect, ...] = ()
    """What is wrong."""
    places: Mapping[str, Location] = field(default_factory=dict)
    """Where each stands, by its id."""

    def by_id(self, id_: str) -> Token | None:
        """The token of this id, whether it is valid or not."""
        return self.contents.get(id_)

    @cached_property
    def contents(self) -> Mapping[str, Token]:
        """All by their ids."""
        return {token.id: token for token in self.listed}


class TokensReader:
    """Reads the tokens of a folder again and again; remembers what a broken file held."""

    def __init__(self, folder: Path) -> None:
        """Read this configuration folder."""
        self._folder = folder
        self._last = Tokens()

    def __call__(self) -> Tokens:
        """As they stand now.

        Raises:
            ConfigurationError: there is no such folder.
        """
        self._last = load_tokens(self._folder, self._last)
        return self._last


def load_tokens(folder: Path, last: Tokens | None = None) -> Tokens:
    """Read the tokens of a configuration folder.

    Args:
        folder: the configuration folder.
        last: as they were read before; of files that cannot be read now, the tokens are taken from it.

    Raises:
        ConfigurationError: there is no such folder.
    """
    if not folder.is_dir():
        where = Location(str(folder), 1)
        raise ConfigurationError([Defect(where, "no such folder", "name the configuration folder by --config")])
    before = last or Tokens()
    found: dict[str, Token] = {}
    places: dict[str, Location] = {}
    defects: list[Defect] = []
    broken: set[str] = set()
    """Files and folders of which nothing can be read."""
    for file in sound_files(folder, "access", AccessFile, defects, broken):
        for number, written in enumerate(AccessFile.model_validate(file.values).tokens):
            path = (KEY, number)
            try:
                token = Token.model_validate(written)
            except ValidationError as error:
                defects += defects_of(error, file, Token, path)
                continue
            if (wrong := _against(token, found, places)) is not None:
                defects.append(Defect(file.locate((*path, wrong[0])), *wrong[1:]))
                continue
            found[token.id], places[token.id] = token, file.locate((*path, "id"))
    for token in before.listed:
        where = before.places[token.id]
        if token.id not in found and any(f"{where.file}/".startswith(f"{name}/") for name in broken):
            found[token.id], places[token.id] = token, where
    digest = sha256("\n".join(token.model_dump_json() for token in found.values()).encode())
    return Tokens(tuple(found.values()), digest.hexdigest()[:12], tuple(defects), places)


def check_access(folder: Path) -> list[Defect]:
    """Everything that is wrong with the tokens of a folder."""
    try:
        return list(load_tokens(folder).refused)
    except ConfigurationError as error:
        return list(error.defects)


def new_token(id_: str) -> tuple[str, str]:
    """A token that nobody has yet, and its SHA-256 for the file."""
    token = f"{PREFIX}_{id_}_{secrets.token_urlsafe(32)}"
    return token, fingerprint(token)


def fingerprint(token: str) -> str:
    """What stands in a file of a token."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _against(token: Token, found: Mapping[str, Token], places: Mapping[str, Location]) -> tuple[str, str, str] | None:
    """What a token has against those before it: the key, what is wrong, and what to do."""
    if token.id in found:
        return "id", f"id {token.id!r} stands twice, first at {places[token.id]}", "rename or remove one"
    if len(found) >= MOST_TOKENS:
        return "id", f"more than {MOST_TOKENS} tokens", "remove those that nobody uses"
    return None
