"""Add to lists of the configuration folder: whole files at once, so that no one reads half of one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from services.backbone.configuration import defects_of
from services.backbone.errors import TocsinError
from services.backbone.whole_file import write_whole
from services.backbone.yaml_file import YamlFile
from services.backbone.yaml_list import appended

M = TypeVar("M", bound=BaseModel)


class NotWritten(TocsinError):
    """A file of the configuration cannot be written."""


def written(moment: datetime) -> str:
    """As it stands in a file: to the second, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def checked(model: type[M], values: Mapping[str, object], bad: type[TocsinError]) -> M:
    """What these values make.

    Raises:
        TocsinError: `bad`, where they make none; with all that is wrong with them.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        defects = defects_of(error, YamlFile("", {}, ""), model)
        raise bad("\n".join(f"{defect.what}; {defect.fix}" for defect in defects)) from None


def add(folder: Path, file: str, key: str, values: Mapping[str, object]) -> Path:
    """Add to the list `key` of a file, which is made where it is missing.

    Returns:
        The file.

    Raises:
        NotWritten: the file system refuses.
        ConfigurationError: the file is there, and cannot be added to.
    """
    path = folder / file
    try:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, appended(file, path.read_bytes() if path.exists() else b"", key, [values]))
    except OSError as error:
        raise refused(path, error) from None
    return path


def refused(path: Path, error: OSError) -> NotWritten:
    """What a file system that refuses means for people."""
    return NotWritten(f"{path} cannot be written: {error.strerror}; name a folder of your own by --config")
