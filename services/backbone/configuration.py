"""The configuration folder -> models. An error names file, line, path and fix; all errors are told at once.

    tocsin.yaml        channels, and what holds for the whole installation
    sources/*.yaml     what ingestion reads
    watches/**/*.yaml  what rings
    silences/**/*.yaml what is held back for a while
    access/**/*.yaml   who may ask over HTTP, and for what
    pack/**/*.yaml     who and what is recognised

Each file is a mapping of lists (`watches: [...]`); the lists of all files of a part are read as one.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from services.backbone.errors import ConfigurationError, Defect, Location
from services.backbone.yaml_file import Path as ValuePath
from services.backbone.yaml_file import YamlFile, parse_yaml

M = TypeVar("M", bound=BaseModel)

PARTS = {
    "settings": "tocsin.yaml",
    "sources": "sources/*.yaml",
    "watches": "watches/**/*.yaml",
    "silences": "silences/**/*.yaml",
    "access": "access/**/*.yaml",
    "pack": "pack/**/*.yaml",
}


@dataclass(frozen=True, slots=True)
class Part(Generic[M]):
    """One part of the folder, read and validated: every file by itself, so that each value knows its place."""

    files: tuple[tuple[YamlFile, M], ...]
    digest: str
    """Of the names and bytes of the files: 12 hexadecimal digits."""

    def items(self, key: str) -> Iterator[tuple[Any, YamlFile, ValuePath]]:
        """Each element of the list `key` in file order, with its file and its path there."""
        for yaml_file, model in self.files:
            for index, item in enumerate(getattr(model, key)):
                yield item, yaml_file, (key, index)


def read_part(folder: Path, part: str, model: type[M]) -> Part[M]:
    """Read every file of one part of the folder.

    Args:
        folder: the configuration folder.
        part: a key of `PARTS`.
        model: what one file holds.

    Raises:
        ConfigurationError: with every defect of every file.
    """
    if not folder.is_dir():
        where = Location(str(folder), 1)
        raise ConfigurationError([Defect(where, "no such folder", "name the configuration folder by --config")])
    defects = [
        Defect(Location(str(closed), 1), "the folder cannot be read", "check its permissions, and those above it")
        for closed in (folder, *(path for path in folder.rglob("*") if path.is_dir()))
        if not os.access(closed, os.R_OK | os.X_OK)
    ]
    files: list[tuple[YamlFile, M]] = []
    state = sha256()
    for path in sorted(folder.glob(PARTS[part])):
        name = path.relative_to(folder).as_posix()
        if name.startswith(".") or "/." in name:
            continue  # an editor's half-written file, or the folders behind a mounted Kubernetes volume
        try:
            text = path.read_bytes()
            state.update(f"{name}\0{len(text)}\0".encode(errors="surrogateescape") + text)
            yaml_file = parse_yaml(name, text)
            files.append((yaml_file, model.model_validate(yaml_file.values)))
        except OSError as error:
            defects.append(Defect(Location(name, 1), f"cannot be read: {error.strerror}", "check its permissions"))
        except ConfigurationError as error:
            defects.extend(error.defects)
        except ValidationError as error:
            defects.extend(defects_of(error, yaml_file, model))
    if defects:
        raise ConfigurationError(defects)
    return Part(tuple(files), state.hexdigest()[:12])


def sound_files(
    folder: Path, part: str, model: type[BaseModel], defects: list[Defect], broken: set[str]
) -> Iterator[YamlFile]:
    """Each file of one part of the folder that is well-formed, where one that is not stops no other.

    Args:
        folder: the configuration folder.
        part: a key of `PARTS` whose files stand in a folder of its own.
        model: what one file holds.
        defects: gets those of the other files.
        broken: gets the names of the other files, and of folders that are closed.
    """
    top = folder / PARTS[part].split("/")[0]
    for path in dict.fromkeys(path for path in (top, *top.glob("**/")) if not _is_open(path)):
        name = path.relative_to(folder).as_posix()
        broken.add(name)
        defects.append(Defect(Location(name, 1), "the folder cannot be read", "check its permissions"))
    for path in sorted(folder.glob(PARTS[part])):
        name = path.relative_to(folder).as_posix()
        if "/." in name:
            continue  # an editor's half-written file, or the folders behind a mounted Kubernetes volume
        try:
            file = parse_yaml(name, path.read_bytes())
            model.model_validate(file.values)
        except OSError as error:
            defects.append(Defect(Location(name, 1), f"cannot be read: {error.strerror}", "check its permissions"))
        except ConfigurationError as error:
            defects += error.defects
        except ValidationError as error:
            defects += defects_of(error, file, model)
        else:
            yield file
            continue
        broken.add(name)


def _is_open(folder: Path) -> bool:
    return not folder.exists() or os.access(folder, os.R_OK | os.X_OK)


def duplicates(items: Iterable[tuple[Any, YamlFile, ValuePath]]) -> Iterator[Defect]:
    """A defect for each item whose `id` stands twice; it names both places."""
    first: dict[str, Location] = {}
    for item, file, path in items:
        where = file.locate((*path, "id"))
        if item.id in first:
            yield Defect(where, f"id {item.id!r} stands twice, first at {first[item.id]}", "rename or remove one")
        first.setdefault(item.id, where)


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """The fix for an unknown word: the nearest known one, or what to do where none is near."""
    near = get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else otherwise


def defects_of(error: ValidationError, file: YamlFile, model: type[BaseModel], at: ValuePath = ()) -> list[Defect]:
    """What a model has against a value that stands at this path of the file, each with its place and its fix."""
    return [_defect(file, model, detail, at) for detail in error.errors(include_url=False, include_input=False)]


def _defect(file: YamlFile, model: type[BaseModel], detail: ErrorDetails, at: ValuePath) -> Defect:
    path = _written(file, detail["loc"], at)
    if detail["type"] == "extra_forbidden":
        keys = _keys_at(model, detail["loc"][:-1])
        fix = nearest(str(detail["loc"][-1]), keys, f"known here: {', '.join(keys)}" if keys else "remove it")
        return Defect(file.locate(path), f"unknown key {detail['loc'][-1]!r}", fix)
    if detail["type"] == "missing":
        return Defect(file.locate(path), f"{detail['loc'][-1]!r} is missing", "add it")
    fix = {
        "string_pattern_mismatch": "use lower case letters, digits and hyphens",
        "list_type": "write a list: [first, second]",
        "tuple_type": "write a list: [first, second]",
        "string_type": "write text; put numbers and yes/no words in quotes",
    }.get(detail["type"], "correct the value")
    message = detail["msg"].removeprefix("Value error, ")
    what, _, own_fix = message.partition("; ")
    return Defect(file.locate(path), what, own_fix or fix)


def _written(file: YamlFile, loc: tuple[int | str, ...], path: ValuePath) -> ValuePath:
    """The error's path as far as it stands in the file: without the names that Pydantic adds for members of a union."""
    for part in loc:
        if (*path, part) in file.lines:
            path = (*path, part)
    return path


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that a model takes at the end of this path."""
    found: list[type[BaseModel]] = [model]
    for part in loc:
        if isinstance(part, int):
            continue
        fields = [m.model_fields[name] for m in found for name in m.model_fields if _name(m, name) == part]
        if fields:
            found = [inner for field in fields for inner in _models_in(field.annotation)]
        else:
            found = [m for m in found if m.__name__ == part] or found
    return [_name(m, name) for m in found for name in m.model_fields]


def _name(model: type[BaseModel], field: str) -> str:
    """What a person writes."""
    return model.model_fields[field].alias or field


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in getattr(annotation, "__args__", ()) for model in _models_in(inner)]
