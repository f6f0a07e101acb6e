"""A part of the configuration that lies over the shipped one: `extends: default` in any file of the folder.

The folder that ships with Tocsin is the base; the folder of the desk says only what is different.
"""

from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from services.backbone.configuration import Part, read_part
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.settings import DEFAULT_CONFIG


class LayerFile(BaseModel):
    """What a file of a part that can be layered may say beside all else."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    extends: Literal["default"] | None = None
    """`default`: what ships with Tocsin holds too, but for what this folder says of it."""


F = TypeVar("F", bound=LayerFile)


def read_layers(folder: Path, part: str, model: type[F]) -> tuple[Part[F], ...]:
    """Read a part of the folder and, where it asks for it, the shipped one under it: the lowest layer first.

    Raises:
        ConfigurationError: with every defect of every file.
    """
    own = read_part(folder, part, model)
    asking = next((file for file, values in own.files if values.extends), None)
    if asking is None:
        return (own,)
    if folder.resolve() == DEFAULT_CONFIG:
        where = asking.locate(("extends",))
        raise ConfigurationError([Defect(where, "the shipped folder cannot extend itself", "remove this line")])
    return _shipped(part, model), own


def _shipped(part: str, model: type[F]) -> Part[F]:
    """The shipped folder's part, its files so named that no one looks for them in the folder of the desk."""
    base = read_part(DEFAULT_CONFIG, part, model)
    files = tuple((replace(file, file=f"default:{file.file}"), values) for file, values in base.files)
    return Part(files, base.digest)
