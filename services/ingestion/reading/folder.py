"""A folder of articles, or one file of them -> entries, each file read as far as it was not read before.

    *.jsonl, *.ndjson   one article a line
    *.html, *.htm       one article: what stands on the page
    *.txt, *.md         one article: the first line is its title
    other names, hidden files, symbolic links and what an editor leaves (x~, x.tmp) are not read

A file that changed is read again: its articles are revisions of what they were. A JSONL file that only grew is read
from where the last reading ended. How far reading came is a cursor: the moment and name of the last file that was read
to its end, and the length of each JSONL file with a digest of what stood just before. The moment is that of the inode
(ctime), which no copying or renaming sets back. A file that is being written waits until it was left alone for a
second; of a JSONL file the whole lines are read at once.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, Final

from services.backbone.errors import TocsinError
from services.ingestion.reading.article_file import (
    ArticleUnreadable,
    article_of_line,
    article_of_page,
    article_of_text,
)
from services.ingestion.reading.entry import MAX_ENTRIES, Entry, Feed

MAX_FILES: Final = 100_000
MAX_DEPTH: Final = 8
MAX_FILE_BYTES: Final = 16 * 1024 * 1024
"""Of a file with one article."""
MAX_READING_BYTES: Final = 32 * 1024 * 1024
"""After so much a reading ends, and the next one goes on."""
MAX_LINE_BYTES: Final = 2 * 1024 * 1024
MAX_REFUSED: Final = 100
MAX_FOLLOWED_FILES: Final = 200
"""JSONL files whose length is remembered: those read last."""
SETTLED: Final = timedelta(seconds=1)
EDGE_BYTES: Final = 1_024

LINES: Final = frozenset({".jsonl", ".ndjson"})
PAGES: Final = frozenset({".html", ".htm", ".xhtml"})
TEXTS: Final = frozenset({".txt", ".md"})


class FolderUnreadable(TocsinError):
    """The folder of a source is not there, or is not to be read."""


@dataclass(frozen=True, slots=True)
class FolderReading:
    """What was new in a folder."""

    feed: Feed
    cursor: str
    """For the next reading."""
    more: bool
    """Not all was read, for there was more than one reading takes: read again at once."""
    refused: tuple[str, ...]
    """What could not be read: "file:line: what is wrong; what to do"."""


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str
    """Relative to the folder, with slashes."""
    changed: int
    """ctime in nanoseconds."""
    size: int

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands in the order of reading."""
        return self.changed, self.name


@dataclass(slots=True)
class _Cursor:
    """How far reading came."""

    place: tuple[int, str] = (0, "")
    lengths: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    """Of JSONL files: bytes read, lines read, digest of the last bytes before that."""

    @classmethod
    def read(cls, text: str | None) -> "_Cursor":
        """What `write` wrote; the beginning where it is something else, which repeats and loses nothing."""
        try:
            changed, name, lengths = json.loads(text or "")
            return cls(
                (int(changed), str(name)), {str(k): (int(a), int(b), str(c)) for k, (a, b, c) in lengths.items()}
            )
        except (ValueError, TypeError, AttributeError):
            return cls()

    def of_these(self, files: Iterable[_File]) -> "_Cursor":
        """Without the files that are gone."""
        names = {file.name for file in files}
        return _Cursor(self.place, {name: length for name, length in self.lengths.items() if name in names})

    def write(self) -> str:
        """As text, of bounded length."""
        newest = dict(list(self.lengths.items())[-MAX_FOLLOWED_FILES:])
        return json.dumps([*self.place, newest], ensure_ascii=False, separators=(",", ":"))


def read_folder(path: Path, known: str | None, now: datetime) -> FolderReading | None:
    """Read what is new in a folder or a file.

    Args:
        path: absolute.
        known: the cursor of the last reading; None reads all.
        now: by the clock of the file system.

    Returns:
        None where nothing changed.

    Raises:
        FolderUnreadable: there is nothing to read, or no right to.
    """
    files = sorted(_files(path.resolve()), key=attrgetter("place"))
    reader = _Reader(_Cursor.read(known).of_these(files), now)
    for file in files:
        if file.place > reader.cursor.place:
            reader.read(file)
            if reader.more:
                break
    cursor = reader.cursor.write()
    if cursor == known and not reader.entries and not reader.refused:
        return None
    feed = Feed(tuple(reader.entries), title=path.name)
    return FolderReading(feed, cursor, reader.more, tuple(reader.refused))


class _Reader:
    """One reading: what it found, and how far it came."""

    def __init__(self, cursor: _Cursor, now: datetime) -> None:
        self.cursor = cursor
        self.entries: list[Entry] = []
        self.refused: list[str] = []
        self.more = False
        self._now = now
        self._settled_before = int((now - SETTLED).timestamp() * 1e9)
        self._bytes = 0
        self._gapless = True

    def read(self, file: _File) -> None:
        """Read a file as far as it is whole, and as far as this reading has room."""
        settled = file.changed < self._settled_before
        if not self._room():
            self.more = True
            return
        try:
            with _opened(file.path) as stream:
                if file.path.suffix.lower() in LINES:
                    self._lines(file, stream, settled)
                elif settled:
                    self._article(file, stream)
        except OSError as error:
            self._refuse(file.name, f"cannot be read: {error.strerror}; check its permissions")
        self._gapless = self._gapless and settled and not self.more
        if self._gapless:
            self.cursor.place = file.place

    def _room(self) -> bool:
        return len(self.entries) < MAX_ENTRIES and self._bytes < MAX_READING_BYTES

    def _lines(self, file: _File, stream: BinaryIO, settled: bool) -> None:
        offset, number, edge = self.cursor.lengths.pop(file.name, (0, 0, ""))
        if offset > file.size or edge != _edge(stream, offset):
            offset = number = 0
        stream.seek(offset)
        while line := stream.readline(MAX_LINE_BYTES):
            if not self._room():
                self.more = True
                break
            length, whole = len(line), line.endswith(b"\n")
            if not whole and length == MAX_LINE_BYTES:
                rest, whole = _rest_of_line(stream)
                length += rest
                self._refuse(f"{file.name}:{number + 1}", f"over {MAX_LINE_BYTES} bytes long; cut its text")
            elif (whole or settled) and line.strip():
                self._take(f"{file.name}:{number + 1}", partial(article_of_line, line, self._now))
            if not whole and not settled:
                break  # it is being written
            offset, number, self._bytes = offset + length, number + 1, self._bytes + length
        self.cursor.lengths[file.name] = (offset, number, _edge(stream, offset))

    def _article(self, file: _File, stream: BinaryIO) -> None:
        data = stream.read(MAX_FILE_BYTES + 1)
        self._bytes += len(data)
        if len(data) > MAX_FILE_BYTES:
            self._refuse(file.name, f"over {MAX_FILE_BYTES} bytes long; split it")
        elif file.path.suffix.lower() in PAGES:
            self._take(file.name, partial(article_of_page, data, file.name))
        else:
            self._take(file.name, partial(article_of_text, data, file.name))

    def _take(self, where: str, read: Callable[[], Entry]) -> None:
        try:
            self.entries.append(read())
        except ArticleUnreadable as error:
            self._refuse(where, str(error))

    def _refuse(self, where: str, why: str) -> None:
        if len(self.refused) < MAX_REFUSED:
            self.refused.append(f"{where}: {why}")


def _files(path: Path) -> Iterator[_File]:
    """All that may be read, in no order."""
    try:
        if path.is_file():
            stat = path.stat()
            yield _File(path, path.name, stat.st_ctime_ns, stat.st_size)
            return
        yield from islice(_below(path, path, 0), MAX_FILES)
    except OSError as error:
        path = error.filename or path
        fix = "correct the source's path" if isinstance(error, FileNotFoundError) else "check its permissions"
        raise FolderUnreadable(f"{path} cannot be read: {error.strerror}; {fix}") from None


def _below(folder: Path, root: Path, depth: int) -> Iterator[_File]:
    with os.scandir(folder) as found:
        for one in found:
            path = Path(one.path)
            if one.name.startswith("."):
                continue
            if one.is_dir(follow_symlinks=False):
                if depth < MAX_DEPTH:
                    yield from _below(path, root, depth + 1)
            elif one.is_file(follow_symlinks=False) and path.suffix.lower() in LINES | PAGES | TEXTS:
                stat = one.stat(follow_symlinks=False)
                yield _File(path, path.relative_to(root).as_posix(), stat.st_ctime_ns, stat.st_size)


def _opened(path: Path) -> BinaryIO:
    """Not through a symbolic link, and without waiting for the other end of a pipe."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _rest_of_line(stream: BinaryIO) -> tuple[int, bool]:
    """Pass over what is left of a line: how many bytes, and whether it ended."""
    passed = 0
    while piece := stream.readline(MAX_LINE_BYTES):
        passed += len(piece)
        if piece.endswith(b"\n"):
            return passed, True
    return passed, False


def _edge(stream: BinaryIO, offset: int) -> str:
    """A digest of the last bytes before an offset, by which a file is known to have only grown."""
    stream.seek(max(0, offset - EDGE_BYTES))
    return hashlib.sha256(stream.read(min(offset, EDGE_BYTES))).hexdigest()[:16]
