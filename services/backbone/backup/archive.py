"""The file of a backup: a tar, compressed by Zstandard with a checksum. `tar --zstd -tf FILE` shows what is in it.

manifest.json                     what it is of (contents.py)
configuration/...                 the files of the configuration folder
records/TOPIC/PARTITION/NUMBER    records (stored.py), a few MiB in each file
cut.json                          the moment it is of; behind what compacted topics held before that moment
records/...                       the rest
contents.json                     how many files and records there are: a file without it was cut short

It is written under another name, for its owner only, and gets its own once it is whole and on the disk.
"""

import fcntl
import io
import os
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import zstandard
from pydantic import BaseModel, ValidationError

from services.backbone.backup.contents import FORMAT, Contents, Cut, Manifest, Place
from services.backbone.backup.errors import CannotTake, NotABackup
from services.backbone.backup.stored import StoredRecord, write_records

MANIFEST: Final = "manifest.json"
CUT: Final = "cut.json"
CONTENTS: Final = "contents.json"
CONFIGURATION: Final = "configuration/"
RECORDS: Final = "records/"
UNFINISHED: Final = ".tocsin-backup.unfinished"
PIECE_BYTES: Final = 4 * 1024 * 1024
"""Of records in one file: as much is held in memory."""
MOST_BYTES: Final = 256 * 1024 * 1024
"""Of one file, when it is read."""
LEVEL: Final = 3

M = TypeVar("M", bound=BaseModel)


class ArchiveWriter:
    """Adds to a backup, from its beginning to its end."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._files = 0
        self._pieces: Counter[Place] = Counter()
        self._records: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def add(self, name: str, data: bytes) -> None:
        """Add a file."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = len(data), 0o600, int(time.time())
        self._tar.addfile(entry, io.BytesIO(data))
        self._files += 1

    def say(self, name: str, what: BaseModel) -> None:
        """Add what the backup says of itself."""
        self.add(name, what.model_dump_json(indent=1).encode())

    def add_records(self, place: Place, records: Iterable[StoredRecord]) -> Iterator[int]:
        """Add records of a partition; after each piece of them, how many it had."""
        piece: list[StoredRecord] = []
        size = 0
        for record in records:
            piece.append(record)
            size += record.size
            if size >= PIECE_BYTES:
                yield self._add_piece(place, piece)
                piece, size = [], 0
        if piece:
            yield self._add_piece(place, piece)

    def end(self) -> Contents:
        """Say that it is whole."""
        contents = Contents(files=self._files + 1, records=self._records)
        self.say(CONTENTS, contents)
        return contents

    def _add_piece(self, place: Place, piece: list[StoredRecord]) -> int:
        self._pieces[place] += 1
        self.add(f"{RECORDS}{place.topic}/{place.number}/{self._pieces[place]:08}", write_records(piece))
        self._records[place.topic][place.number] += len(piece)
        return len(piece)


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """A backup that gets its name when the block ends well. Of one that fails nothing is left.

    Raises:
        CannotTake: it is there already, another is being written beside it, or there is no room or no permission.
    """
    if path.exists():
        raise CannotTake(f"{path} is there already; name another file, or a folder: then its name has the time")
    unfinished = path.with_name(UNFINISHED)
    try:
        with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            _claim(file.fileno(), path)
            file.truncate()
            compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
            try:
                with (
                    compressor.stream_writer(file, closefd=False) as stream,
                    tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
                ):
                    yield ArchiveWriter(tar)
                file.flush()
                os.fsync(file.fileno())
                unfinished.rename(path)
            finally:
                unfinished.unlink(missing_ok=True)
        _on_disk(path.parent)
    except OSError as error:
        what = error.strerror or str(error)
        raise CannotTake(f"{path} cannot be written: {what}; make room there, or name another place") from error


def _claim(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotTake(f"another backup is being written in {path.parent}; wait for it") from None


def _on_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup that was read to its end once: it is whole."""

    path: Path
    manifest: Manifest
    cut: Cut
    contents: Contents

    @classmethod
    def open(cls, path: Path) -> "Archive":
        """Read a backup, all of it, and see that it is whole.

        Raises:
            NotABackup: it is none, is damaged, was cut short, or is of a format that this release does not know.
        """
        said: dict[str, bytes] = {}
        files = 0
        for name, data in _files(path):
            files += 1
            if files == 1 and name == MANIFEST:
                _require_format(path, data)
            if name in (MANIFEST, CUT, CONTENTS):
                said[name] = data
        if said and CONTENTS not in said:
            raise NotABackup(f"{path} was cut short; take another backup, or copy this one anew")
        archive = cls(
            path,
            _read(path, said, MANIFEST, Manifest),
            _read(path, said, CUT, Cut),
            _read(path, said, CONTENTS, Contents),
        )
        if files != archive.contents.files:
            raise NotABackup(f"{path} has {files} files, and says it has {archive.contents.files}; take another backup")
        return archive

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Each file with its name, in order.

        Raises:
            NotABackup: it cannot be read any more.
        """
        return _files(self.path)


def place_of(name: str) -> Place | None:
    """The partition whose records a file holds; None where it holds none."""
    if not name.startswith(RECORDS):
        return None
    topic, number, _ = name.removeprefix(RECORDS).split("/")
    return Place(topic, int(number))


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
            with tarfile.open(fileobj=stream, mode="r|") as tar:
                for entry in tar:
                    data = tar.extractfile(entry) if entry.isreg() and entry.size <= MOST_BYTES else None
                    if data is None:
                        raise NotABackup(f"{path} is no backup: it holds {entry.name!r}")
                    yield entry.name, data.read()
            while stream.read(PIECE_BYTES):
                pass  # the checksum stands behind all of it
    except OSError as error:
        raise NotABackup(f"{path} cannot be read: {error.strerror or error}") from None
    except (tarfile.TarError, zstandard.ZstdError, EOFError) as error:
        raise NotABackup(f"{path} is no backup, or is damaged ({error}); take another, or copy it anew") from None


def _require_format(path: Path, data: bytes) -> None:
    manifest = _read(path, {MANIFEST: data}, MANIFEST, _Format)
    if manifest.format != FORMAT:
        raise NotABackup(
            f"{path} is of format {manifest.format}, taken by Tocsin {manifest.tocsin}; this release reads format "
            f"{FORMAT}: restore it by that release"
        )


class _Format(BaseModel):
    format: int
    tocsin: str


def _read(path: Path, said: dict[str, bytes], name: str, model: type[M]) -> M:
    try:
        return model.model_validate_json(said[name])
    except KeyError:
        raise NotABackup(f"{path} is no backup of Tocsin: it has no {name}") from None
    except ValidationError as error:
        raise NotABackup(f"{path} is damaged: {name} does not read ({error.error_count()} errors)") from None
