"""Write tokens into the configuration folder: whole files at once, so that no one reads half of one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from services.alerting.api.tokens import KEY, Token, Tokens
from services.backbone.configuration import defects_of
from services.backbone.errors import ConfigurationError, Location, TocsinError
from services.backbone.whole_file import write_whole
from services.backbone.yaml_file import YamlFile, parse_yaml
from services.backbone.yaml_list import appended

FILE: Final = "access/added.yaml"


class BadToken(TocsinError):
    """What was asked for is no token, or there is none of this id."""


class NotWritten(TocsinError):
    """A file of tokens cannot be written."""


def written(moment: datetime) -> str:
    """As it stands in a file: to the second, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def checked(values: Mapping[str, object]) -> Token:
    """The token that these values make.

    Raises:
        BadToken: they make none; with all that is wrong with them.
    """
    try:
        return Token.model_validate(values)
    except ValidationError as error:
        defects = defects_of(error, YamlFile("", {}, ""), Token)
        raise BadToken("\n".join(f"{defect.what}; {defect.fix}" for defect in defects)) from None


def write_token(folder: Path, values: Mapping[str, object]) -> Path:
    """Add a token to the file of added ones, which is made where it is missing.

    Returns:
        The file.

    Raises:
        NotWritten: the file system refuses.
        ConfigurationError: the file is there, and cannot be added to.
    """
    path = folder / FILE
    try:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, appended(FILE, path.read_bytes() if path.exists() else b"", KEY, [values]))
    except OSError as error:
        raise _refused(path, error) from None
    return path


def revoke_token(folder: Path, tokens: Tokens, id_: str, now: datetime) -> Path:
    """Let a token be valid no more. It stays in its file, so that its name is given to no other.

    Returns:
        The file.

    Raises:
        NotWritten: it does not stand there in a form that can be changed, or the file system refuses.
    """
    where = tokens.places[id_]
    path = folder / where.file
    try:
        after = _with_line(parse_yaml(where.file, path.read_bytes()), id_, "revoked", written(now))
        write_whole(path, after.encode())
    except OSError as error:
        raise _refused(path, error) from None
    except (ConfigurationError, ValueError):
        raise _by_hand(where, written(now)) from None
    return path


def _with_line(file: YamlFile, id_: str, key: str, value: str) -> str:
    """The text with one more line below a token's id; nothing else in it reads otherwise.

    Raises:
        ValueError: it is not written in lines.
    """
    listed: Any = file.values[KEY]
    [number] = [number for number, entry in enumerate(listed) if isinstance(entry, dict) and entry.get("id") == id_]
    wanted = [*listed[:number], listed[number] | {key: value}, *listed[number + 1 :]]
    lines = file.text.splitlines(keepends=True)
    at = file.locate((KEY, number, "id")).line - 1
    indent = len(lines[at]) - len(lines[at].lstrip(" -"))
    end = "\r\n" if lines[at].endswith("\r\n") else "\n"
    above = lines[at] if lines[at].endswith("\n") else lines[at] + end
    text = "".join([*lines[:at], above, f"{' ' * indent}{key}: {value}{end}", *lines[at + 1 :]])
    if parse_yaml(file.file, text.encode()).values != file.values | {KEY: wanted}:
        raise ValueError(key)
    return text


def _by_hand(where: Location, at: str) -> NotWritten:
    return NotWritten(f"{where}: the token is not written in lines; write revoked: {at} there, or remove it")


def _refused(path: Path, error: OSError) -> NotWritten:
    return NotWritten(f"{path} cannot be written: {error.strerror}; name a folder of your own by --config")
