"""Write tokens into the configuration folder: whole files at once, so that no one reads half of one."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.alerting.api.tokens import KEY, Tokens
from services.backbone.errors import ConfigurationError, Location, TocsinError
from services.backbone.whole_file import write_whole
from services.backbone.yaml_file import YamlFile, parse_yaml
from services.cli.adding import NotWritten, add, refused, written

FILE: Final = "access/added.yaml"


class BadToken(TocsinError):
    """What was asked for is no token, or there is none of this id."""


def write_token(folder: Path, values: Mapping[str, object]) -> Path:
    """Add a token to the file of added ones, which is made where it is missing.

    Returns:
        The file.

    Raises:
        NotWritten: the file system refuses.
        ConfigurationError: the file is there, and cannot be added to.
    """
    return add(folder, FILE, KEY, values)


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
        raise refused(path, error) from None
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
