"""Records of the topics > the store, and how far was read, in one transaction."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from schemas import Acknowledgement, Feedback, Handling
from services.alerting.api.moments import first_since, oldest_of
from services.alerting.api.positions import place_of, row_of
from services.alerting.api.postings import Postings
from services.alerting.api.schema import compressed
from services.alerting.api.selection import ACKNOWLEDGED, NEWEST, NEWEST_TOLD, OPEN, stored_labels
from services.backbone.errors import RecordError
from services.backbone.record import ConsumedRecord, decode
from services.backbone.telemetry import RECORDS, logger
from services.backbone.topics import ACKNOWLEDGEMENTS, ALERTS, FEEDBACK

STAGE: Final = "api"
CUT_MILLISECONDS: Final = 24 * 3600 * 1000
"""The oldest are removed a day at a time."""
MOST_SEQUENCE: Final = (1 << 63) - 1
"""An integer of SQLite has no more bits; one of JSON may have."""
_LINE_BREAKS: Final = (
    (b"\r", b" "),
    (b"\n", b" "),
    ("\x85".encode(), rb"\u0085"),
    ("\u2028".encode(), rb"\u2028"),
    ("\u2029".encode(), rb"\u2029"),
)

log = logger()


class StampedRecord(ConsumedRecord, Protocol):
    """A record with its time."""

    @property
    def timestamp(self) -> int: ...


class Log(NamedTuple):
    """One partition of a topic."""

    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a partition was read."""

    next: int
    """The offset that is read next."""
    floor: int = 0
    """The first offset from which on nothing is missing."""
    time: int = 0
    """The latest record's, in milliseconds."""
    last: int | None = None
    """The offset of the latest record; None where none was read."""
    digest: str | None = None
    """Of the latest record: another record at its place says that the topic is another."""


@dataclass(frozen=True, slots=True)
class Written:
    """An alert that was written to the store."""

    partition: int
    offset: int
    labels: frozenset[str]
    body: bytes


class Books:
    """The writer of the store. Used in one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._postings = Postings(connection)
        self.marks: dict[Log, Mark] = {}
        self._read_marks()

    def write(self, records: Iterable[StampedRecord], nexts: Mapping[Log, int], now: int) -> list[Written]:
        """Take over records, in the order of their offsets within a partition.

        Args:
            records: of the three topics.
            nexts: the offset that comes next, of each partition.
            now: milliseconds; a record that claims to be of later is of now.

        Returns:
            The alerts among them. A record that cannot be read is logged and passed over.

        Raises:
            sqlite3.Error: nothing was taken over.
        """
        written = list[Written]()
        with self._transaction():
            for record in records:
                log_ = Log(record.topic, record.partition)
                mark = self.marks[log_]
                if record.offset < mark.next:
                    continue
                time = max(min(record.timestamp, now), mark.time)
                try:
                    if (alert := self._take(record, time)) is not None:
                        written.append(alert)
                except RecordError as error:
                    RECORDS.labels(STAGE, "unreadable").inc()
                    log.error(
                        "record.unreadable", topic=record.topic, partition=record.partition, offset=record.offset,
                        error=str(error), fix="it is passed over; mend what writes it",
                    )  # fmt: skip
                self.marks[log_] = Mark(record.offset + 1, mark.floor, time, record.offset, digest_of(record))
            for log_, offset in nexts.items():
                mark = self.marks[log_]
                self.marks[log_] = Mark(max(offset, mark.next), mark.floor, mark.time, mark.last, mark.digest)
            self._write_marks()
        return written

    def begin(self, floors: Mapping[Log, int]) -> None:
        """Read these partitions from now on: those that are not known yet from their beginning."""
        unknown = {log_: Mark(floor, floor) for log_, floor in floors.items() if log_ not in self.marks}
        if unknown:
            with self._transaction():
                self.marks |= unknown
                self._write_marks()

    def cut(self, before: int) -> bool:
        """Remove what is older than this, a day of it at most.

        Returns:
            Whether there is more to remove.
        """
        logs = [log_ for log_ in self.marks if log_.topic == ALERTS.name]
        oldest = min(
            (time for log_ in logs if (time := oldest_of(self._connection, log_.number)) is not None), default=before
        )
        time = min(before, oldest + CUT_MILLISECONDS)
        with self._transaction():
            for log_ in logs:
                self._cut_alerts(log_, time)
            self._postings.cut(time)
            for table in ("handlings", "steps", "feedback"):
                self._connection.execute(f"DELETE FROM {table} WHERE time < ?", (time,))  # noqa: S608 - names of ours
            self._write_marks()
        return time < before

    def _cut_alerts(self, log_: Log, time: int) -> None:
        mark = self.marks[log_]
        end = first_since(self._connection, log_.number, time, mark.floor, mark.next)
        rows = (row_of(log_.number, mark.floor), row_of(log_.number, end))
        last = self._connection.execute("SELECT max(row) FROM alerts WHERE row >= ? AND row < ?", rows).fetchone()[0]
        if last is not None:
            self._connection.execute("DELETE FROM alerts WHERE row >= ? AND row < ?", rows)
            self.marks[log_] = replace(mark, floor=place_of(last)[1] + 1)  # what follows it at once lacks nothing

    def _take(self, record: StampedRecord, time: int) -> Written | None:
        if record.topic == ALERTS.name:
            return self._take_alert(record, time)
        if record.topic == ACKNOWLEDGEMENTS.name:
            self._take_step(decode(ACKNOWLEDGEMENTS, record), time)
        else:
            self._take_word(decode(FEEDBACK, record), time)
        return None

    def _take_alert(self, record: StampedRecord, time: int) -> Written:
        alert = decode(ALERTS, record)
        sequence = min(alert.sequence, MOST_SEQUENCE)
        labels, body = stored_labels(alert), _one_line(record.value or b"")
        row = row_of(record.partition, record.offset)
        state = self._handling(alert.id)
        acknowledged = state is not None and state.acknowledged_by is not None
        self._postings.add([*labels, ACKNOWLEDGED if acknowledged else OPEN], time, row)
        self._becomes_newest(NEWEST, alert.id, sequence, time, row, told_only=False)
        if alert.tells:
            self._becomes_newest(NEWEST_TOLD, alert.id, sequence, time, row, told_only=True)
        self._connection.execute(
            "INSERT INTO alerts VALUES (?, ?, ?, ?, ?, ?)",
            (row, time, alert.id, sequence, alert.tells, compressed(body)),
        )
        return Written(record.partition, record.offset, labels, body)

    def _becomes_newest(self, label: str, alert: str, sequence: int, time: int, row: int, *, told_only: bool) -> None:
        """Post a record under a label that one record of an alert has, unless a later one of it is there already."""
        before = self._connection.execute(
            "SELECT sequence, time, row FROM alerts WHERE alert = ? AND tells >= ? ORDER BY sequence DESC, row DESC",
            (alert, told_only),
        ).fetchone()
        if before is not None:
            if before[0] > sequence:
                return
            self._postings.remove(label, *before[1:])
        self._postings.add([label], time, row)

    def _take_step(self, step: Acknowledgement, time: int) -> None:
        """The same step may have been sent twice: it counts once."""
        if not self._is_new(step.id, time):
            return
        before = self._handling(step.alert_id) or Handling()
        after = before.after(step)
        self._connection.execute(
            "INSERT OR REPLACE INTO handlings VALUES (?, ?, ?)", (step.alert_id, time, after.model_dump_json())
        )
        if (before.acknowledged_by is None) == (after.acknowledged_by is None):
            return
        gone, come = (ACKNOWLEDGED, OPEN) if after.acknowledged_by is None else (OPEN, ACKNOWLEDGED)
        records = self._connection.execute("SELECT time, row FROM alerts WHERE alert = ?", (step.alert_id,)).fetchall()
        for posted_at, row in records:
            self._postings.remove(gone, posted_at, row)
            self._postings.add([come], posted_at, row)

    def _take_word(self, word: Feedback, time: int) -> None:
        if self._is_new(word.id, time):
            self._connection.execute(
                "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)",
                (word.alert_id, word.by, time, word.model_dump_json()),
            )

    def _is_new(self, id_: str, time: int) -> bool:
        """Whether this step, or this word, was not taken over before."""
        return self._connection.execute("INSERT OR IGNORE INTO steps VALUES (?, ?)", (id_, time)).rowcount > 0

    def _handling(self, alert: str) -> Handling | None:
        found = self._connection.execute("SELECT state FROM handlings WHERE alert = ?", (alert,)).fetchone()
        return None if found is None else Handling.model_validate_json(found[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, in the file and in what is remembered of it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._postings.flush()
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # some errors have ended it already
                self._connection.execute("ROLLBACK")
            self._postings.forget()
            self._read_marks()
            raise

    def _read_marks(self) -> None:
        rows = self._connection.execute("SELECT topic, number, next, floor, time, last, digest FROM reading").fetchall()
        self.marks = {Log(topic, number): Mark(*rest) for topic, number, *rest in rows}

    def _write_marks(self) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(*log_, mark.next, mark.floor, mark.time, mark.last, mark.digest) for log_, mark in self.marks.items()],
        )


def digest_of(record: StampedRecord) -> str:
    """Tells a record from any other that could stand at its place."""
    return sha256(b"%d %b" % (record.timestamp, record.value or b"")).hexdigest()[:16]


def _one_line(body: bytes) -> bytes:
    """The same JSON without line breaks: those between its parts, and those of Unicode within its texts, at which many
    a client ends a line of a stream though no specification says so."""
    for line_break, instead in _LINE_BREAKS:
        body = body.replace(line_break, instead)
    return body
