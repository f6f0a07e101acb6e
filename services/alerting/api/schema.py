"""The file in which alerts are found quickly: what stands in it, and how it is opened.

alerts      a record of the topic a row: row = partition and offset in one integer (positions.py), the time at which it
            was written (never going back within a partition), and its JSON, compressed
postings    label > time > row: what has a label, in the order of time; the only index for every filter there is
labels      what a label is called, and how many postings it has, so that a query begins with its rarest
handlings   what people did about an alert
feedback    the newest word of each person on an alert
steps       ids of what people did and said: what is sent twice counts once
reading     how far each partition was read, and which record was the last: committed together with what was read

It can be made anew from the topics at any time. So a file of another version is thrown away, not migrated.
"""

import sqlite3
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final

from schemas import Alert
from services.backbone.errors import TocsinError

_SCHEMA: Final = """
CREATE TABLE alerts (
    row INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    alert TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    tells INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX alerts_of_one ON alerts (alert, sequence);
CREATE TABLE labels (id INTEGER PRIMARY KEY, label TEXT NOT NULL UNIQUE, postings INTEGER NOT NULL);
CREATE TABLE postings (
    label INTEGER NOT NULL,
    time INTEGER NOT NULL,
    row INTEGER NOT NULL,
    PRIMARY KEY (label, time, row)
) WITHOUT ROWID;
CREATE TABLE handlings (alert TEXT PRIMARY KEY, time INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE steps (id TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE feedback (
    alert TEXT NOT NULL,
    person TEXT NOT NULL,
    time INTEGER NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (alert, person)
) WITHOUT ROWID;
CREATE TABLE reading (
    topic TEXT NOT NULL,
    number INTEGER NOT NULL,
    next INTEGER NOT NULL,
    floor INTEGER NOT NULL,
    time INTEGER NOT NULL,
    last INTEGER,
    digest TEXT,
    PRIMARY KEY (topic, number)
) WITHOUT ROWID;
"""
_EXAMPLE: Final = Alert.model_validate(Alert.model_config["json_schema_extra"]["examples"][0]).write()  # type: ignore[index]
"""Every alert's JSON looks like it, so it is where compression begins."""
_VERSION: Final = zlib.crc32(_EXAMPLE + _SCHEMA.encode()) & 0x7FFF_FFFF
_LEVEL: Final = 6
_BUSY_SECONDS: Final = 10.0


class StoreBroken(TocsinError):
    """The file is not what was written to it; a restart makes it anew."""


class StoreFull(TocsinError):
    """Nothing can be written to the file at the moment; what stands in it can be read."""


class OtherVersion(TocsinError):
    """The file was made by another release."""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The one connection that writes; it may be used in any one thread at a time.

    Raises:
        OtherVersion, StoreBroken: the file is not of use; `discard` it.
        StoreFull: there is no room for it, or it may not be written.
    """
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _VERSION):
            raise OtherVersion(f"{path} is of another release; it is made anew")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA journal_size_limit=67108864")
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA}; PRAGMA user_version={_VERSION}; COMMIT")
    except sqlite3.Error as error:
        connection.close()
        raise of_ours(error, path) from error
    except TocsinError:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that sees what was committed and writes nothing."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=1.0)
    connection.execute("PRAGMA query_only=1")
    connection.execute("PRAGMA cache_size=-8192")
    return connection


def discard(path: Path) -> None:
    """Remove the file and what belongs to it; nobody may have it open."""
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


def of_ours(error: sqlite3.Error, path: Path) -> StoreBroken | StoreFull:
    """Which of ours an error of writing is."""
    if isinstance(error, sqlite3.OperationalError):
        return StoreFull(f"{path}: {error}; make room, or let it be written; it is tried again")
    return StoreBroken(f"{path}: {error}; the file is made anew when the process starts again")


def compressed(body: bytes) -> bytes:
    """A body as it stands in the file."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zdict=_EXAMPLE)
    return packer.compress(body) + packer.flush()


def decompressed(packed: bytes) -> bytes:
    """A body as it stood on the topic."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_EXAMPLE)
    return unpacker.decompress(packed) + unpacker.flush()
