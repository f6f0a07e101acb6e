"""Every error of ours. Foreign ones are mapped to these at the edge; a message says what to do.

TocsinError
├── SettingsError             an environment variable is wrong
├── ConfigurationError        a file of the configuration folder is wrong: file, line, path and fix
├── BrokerUnavailable         no broker answers; waiting helps
├── BrokerRefuses             a broker is there and does not let this process in; a person has to mend it
├── TopicMismatch             a topic is missing, or is not what the declaration says
├── Unwritable                a disk has no room, or takes nothing from this process
├── PortTaken                 another program listens there
├── Stalled                   a stage has work and does not move; a restart helps
├── TransactionStuck          the client library blocks in the end of a transaction; a restart helps
└── RecordError               one record is bad; it goes to dead letters and the rest goes on
    ├── UnreadableRecord      not what its topic holds
    ├── BrokenWatch           a watch that was sent has defects
    ├── RecordTooLarge        longer than a record may be
    └── FromTheFuture         its time is far ahead of this machine's clock
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass


class TocsinError(Exception):
    """The base of all errors whose message is for the person who runs Tocsin."""


class SettingsError(TocsinError):
    """An environment variable is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a configuration file. Lines count from 1; `path` is like `watches[2].any[0]`, empty for the whole."""

    file: str
    line: int
    path: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.path}".rstrip()


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong with the configuration, and what to do about it."""

    where: Location
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.fix}"


class ConfigurationError(TocsinError):
    """The configuration folder has defects. Nothing of it was taken over."""

    SHOWN = 20

    def __init__(self, defects: Sequence[Defect]) -> None:
        self.defects = tuple(defects)
        shown = [str(defect) for defect in self.defects[: self.SHOWN]]
        hidden = len(self.defects) - len(shown)
        super().__init__("\n".join(shown + ([f"... and {hidden} more"] if hidden else [])))


class BrokerUnavailable(TocsinError):
    """No broker answers at the bootstrap servers."""

    @classmethod
    def at(cls, bootstrap_servers: str, error: Exception) -> "BrokerUnavailable":
        """What a client met when it asked there."""
        return cls(
            f"no broker answers at {bootstrap_servers} ({error}); start one (tocsin broker start) or correct "
            "TOCSIN_KAFKA_BOOTSTRAP_SERVERS"
        )


class BrokerRefuses(TocsinError):
    """A broker answers, and something stands between it and this process that waiting does not mend."""


class TopicMismatch(TocsinError):
    """A topic is missing or differs from its declaration."""


class PortTaken(TocsinError):
    """A port that this process listens on is in use: for health and metrics, or for articles and hubs."""


class Unwritable(TocsinError):
    """A disk is full, or a file or folder takes nothing from this process."""

    @classmethod
    def of(cls, error: OSError) -> "Unwritable | None":
        """What an error of the system means; None where it is about no disk."""
        fix = _DISK_FIXES.get(error.errno or 0)
        where = f" ({error.filename})" if error.filename else ""
        return None if fix is None else cls(f"{error.strerror}{where}; {fix}")


_ROOM = "make room, or point TOCSIN_DATA and TMPDIR to a disk that has some; then start it anew"
_LEAVE = "give the folder to the user that runs Tocsin, or point TOCSIN_DATA and TMPDIR to others"
_DISK_FIXES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EROFS: _LEAVE,
    errno.EACCES: _LEAVE,
}


class Stalled(TocsinError):
    """A stage has records to read and its position does not move."""


class TransactionStuck(TocsinError):
    """The client library blocks in the end of a transaction."""


class RecordError(TocsinError):
    """One record cannot be handled; `fix` says what to do about its writer."""

    fix = "mend what writes this record, then: tocsin dead-letters replay"


class UnreadableRecord(RecordError):
    """A record is not what its topic holds."""


class BrokenWatch(RecordError):
    """A definition of a watch is none."""

    def __init__(self, defects: Sequence[Defect]) -> None:
        super().__init__("; ".join(f"{defect.where.path}: {defect.what}" for defect in defects))
        self.fix = f"{'; '.join(dict.fromkeys(defect.fix for defect in defects))}; then send the watch again"


class RecordTooLarge(RecordError):
    """A record is longer than `MAX_RECORD_BYTES`."""

    fix = "send the article in parts, or cut its text"


class FromTheFuture(RecordError):
    """A record claims a time that is far ahead of this machine's clock: decided on it would upset every order."""

    fix = "set the clock of the machine that wrote it, or of this one, then: tocsin dead-letters replay"
