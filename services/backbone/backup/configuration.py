"""The configuration folder as it is backed up: every file but those that hold secrets, and those of other people."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml

from services.backbone.backup.errors import CannotTake, NotABackup, NotRestorable

MOST_BYTES: Final = 64 * 1024 * 1024
SECRET_SUFFIXES: Final = frozenset({".key", ".pem", ".p12", ".pfx", ".jks", ".secret", ".token"})
SECRET_FOLDERS: Final = frozenset({"secrets"})
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was found."""

    files: tuple[tuple[str, Path], ...]
    """By their names below the folder."""
    left_out: tuple[str, ...]
    """With the reason."""

    def read(self) -> Iterator[tuple[str, bytes]]:
        """Each file that is taken.

        Raises:
            CannotTake: one cannot be read.
        """
        for name, path in self.files:
            try:
                yield name, path.read_bytes()
            except OSError as error:
                raise CannotTake(f"{path} cannot be read: {error.strerror}; check its permissions") from None


def look_through(folder: Path) -> Configuration:
    """Find what is to be taken of a configuration folder.

    Raises:
        CannotTake: there is no such folder.
    """
    if not folder.is_dir():
        raise CannotTake(f"there is no configuration folder {folder}; name it by --config")
    found = dict(sorted(_files(folder)))
    secrets: dict[str, str] = {}
    outside: list[str] = []
    for name, path in found.items():
        if name.endswith((".yaml", ".yml")):
            content = _content(path)
            for place in _secret_files(content):
                secrets[os.path.realpath(folder / place)] = name
            if name == "tocsin.yaml" and isinstance(content, dict):
                outside += [written for written in _texts(content.get("watch_folders")) if _is_outside(folder, written)]
    left_out = [f"{written}: a folder of watches outside the configuration folder" for written in outside]
    files: list[tuple[str, Path]] = []
    for name, path in found.items():
        if (by := secrets.get(os.path.realpath(path))) is not None:
            left_out.append(f"{name}: {by} names it as a secret")
        elif path.suffix in SECRET_SUFFIXES or SECRET_FOLDERS & set(PurePosixPath(name).parts[:-1]):
            left_out.append(f"{name}: it looks like a secret")
        elif path.stat().st_size > MOST_BYTES:
            left_out.append(f"{name}: it is larger than {MOST_BYTES // 2**20} MiB")
        else:
            files.append((name, path))
    return Configuration(tuple(files), tuple(left_out))


def require_room(folder: Path, *, force: bool) -> None:
    """See that a configuration can be written there.

    Raises:
        NotRestorable: something is there already.
    """
    if folder.exists() and not folder.is_dir():
        raise NotRestorable(f"{folder} is no folder; name another by --config-to")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise NotRestorable(
            f"{folder} is not empty; name another by --config-to, or write over its files by --force (files that are "
            "not in the backup stay)"
        )


def put(folder: Path, name: str, data: bytes) -> None:
    """Write one file of it.

    Raises:
        NotABackup: its name leads out of the folder.
        NotRestorable: it cannot be written.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts:
        raise NotABackup(f"the backup holds a file {name!r}, which leads out of the configuration folder")
    path = folder.joinpath(*parts)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise NotRestorable(f"{path} cannot be written: {error.strerror}; name another folder by --config-to") from None


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Hidden files and folders are an editor's, a version control's, or those behind a mounted Kubernetes volume."""
    for at, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(at, name)
            if not name.startswith(".") and path.is_file():
                yield path.relative_to(folder).as_posix(), path


def _content(path: Path) -> object:
    try:
        return yaml.load(path.read_bytes(), _LOADER)  # noqa: S506 - it is a safe one
    except (yaml.YAMLError, OSError, ValueError):
        return None  # it is taken as it is; what is wrong with it is told where it is used


def _secret_files(content: object) -> Iterator[str]:
    """What is named as `{file: PATH}`, or as the file of a key, however deep."""
    if isinstance(content, dict):
        if content.keys() == {"file"} and isinstance(content["file"], str):
            yield content["file"]
        for key, value in content.items():
            if isinstance(key, str) and key.endswith("keyfile") and isinstance(value, str):
                yield value
            yield from _secret_files(value)
    elif isinstance(content, list):
        for value in content:
            yield from _secret_files(value)


def _texts(written: object) -> list[str]:
    return [each for each in written if isinstance(each, str)] if isinstance(written, list) else []


def _is_outside(folder: Path, written: str) -> bool:
    return not Path(os.path.realpath(folder / written)).is_relative_to(os.path.realpath(folder))
