"""Write silences into the configuration folder: whole files at once, so that no one reads half of one."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.alerting.holding.silences import Silences
from services.backbone.errors import ConfigurationError, Location, TocsinError
from services.backbone.whole_file import write_whole
from services.backbone.yaml_file import YamlFile, parse_yaml
from services.cli.adding import NotWritten, add, refused, written

FILE: Final = "silences/added.yaml"
_VALUE: Final = r"""(?:"[^"\n]*"|'[^'\n]*'|[^,}#\n]*[^,}#\s])"""


class BadSilence(TocsinError):
    """What was asked for is no silence."""


def write_silence(folder: Path, values: Mapping[str, object]) -> Path:
    """Add a silence to the file of added ones, which is made where it is missing.

    Returns:
        The file.

    Raises:
        NotWritten: the file system refuses.
        ConfigurationError: the file is there, and cannot be added to.
    """
    return add(folder, FILE, "silences", values)


def end_silence(folder: Path, silences: Silences, id_: str, now: datetime) -> Path:
    """Let a silence end now; one that has not begun never will.

    Returns:
        The file.

    Raises:
        NotWritten: it does not stand there in a form that can be changed, or the file system refuses.
    """
    where, silence = silences.places[id_], silences.by_id(id_)
    path = folder / where.file
    try:
        text = path.read_bytes()
        after = text.decode()
        changes = {"until": written(now)}
        if silence is not None and silence.begins > now:
            changes["from"] = written(now)
        for key, value in changes.items():
            after = _changed(parse_yaml(where.file, after.encode()), id_, key, value)
        write_whole(path, after.encode())
    except OSError as error:
        raise refused(path, error) from None
    except (ConfigurationError, ValueError):
        raise _by_hand(where, written(now)) from None
    return path


def _changed(file: YamlFile, id_: str, key: str, value: str) -> str:
    """The text with another value of one silence; nothing else in it is another one.

    Raises:
        ValueError: it does not stand there in a form that can be changed.
    """
    listed: Any = file.values["silences"]
    [number] = [number for number, entry in enumerate(listed) if isinstance(entry, dict) and entry.get("id") == id_]
    wanted = [*listed[:number], listed[number] | {key: value}, *listed[number + 1 :]]
    lines = file.text.splitlines(keepends=True)
    at = file.locate(("silences", number, key)).line - 1
    for found in re.finditer(rf"(?<![\w-]){key}['\"]?\s*:\s+({_VALUE})", lines[at]):
        line = lines[at][: found.start(1)] + value + lines[at][found.end(1) :]
        text = "".join([*lines[:at], line, *lines[at + 1 :]])
        if parse_yaml(file.file, text.encode()).values == file.values | {"silences": wanted}:
            return text
    raise ValueError(key)


def _by_hand(where: Location, until: str) -> NotWritten:
    return NotWritten(f"{where}: the silence is not written in lines; write until: {until} there, or remove it")
