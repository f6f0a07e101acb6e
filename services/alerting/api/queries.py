"""Selections > alerts from the store. Each query is one consistent snapshot, and begins with its rarest label.

newest    page after page back in time. A record that is written late, with an older time, may be passed over.
oldest    by positions: of each partition all from an offset on, in the order of time across partitions. Whoever goes on
          from the position that an answer ends with misses nothing and gets nothing twice.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import groupby
from typing import Final, NamedTuple

from schemas import Alert, Feedback
from schemas.handling import Handling
from services.alerting.api.moments import first_since, time_at
from services.alerting.api.positions import Cursor, Position, place_of
from services.alerting.api.schema import decompressed
from services.alerting.api.selection import SILENT, TELLS, Selection, labels_of_reach
from services.alerting.api.tokens import Reach
from services.backbone.topics import ALERTS

MOST_BYTES: Final = 8 * 1024 * 1024
"""Of the records of a page, together."""
MOST_RECORDS: Final = 500
"""Of one alert, the newest."""

_END: Final = 1 << 62
_ANY: Final = frozenset([TELLS, SILENT])


class Overtaken(Exception):
    """What comes next at a position is not kept any more."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A record of the topic."""

    partition: int
    offset: int
    at: datetime
    """When it was written to the topic."""
    body: bytes
    """Its JSON as on the topic, on one line."""

    def alert(self) -> Alert:
        """The record as an event."""
        return Alert.read(self.body)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the records that are selected."""

    records: tuple[Stored, ...]
    next: Cursor | Position | None
    """Where the next page begins; None where there is none now."""
    position: Position
    """Of `newest`: the end of the alerts when it was asked. Of `oldest`: what was looked through."""


@dataclass(frozen=True, slots=True)
class AlertRecords:
    """All that is known of one alert."""

    records: tuple[Stored, ...]
    """Oldest first, one at least."""
    handling: Handling
    feedback: tuple[Feedback, ...]
    """The newest word of each person, oldest first."""


class Span(NamedTuple):
    """Of each partition the first offset that is kept, and the one that comes next."""

    floor: Position
    head: Position


def span(connection: sqlite3.Connection) -> Span:
    """What the store has."""
    rows = connection.execute("SELECT floor, next FROM reading WHERE topic = ? ORDER BY number", (ALERTS.name,))
    floors, nexts = zip(*rows, strict=True)
    return Span(Position(floors), Position(nexts))


def newest(
    connection: sqlite3.Connection,
    selection: Selection,
    limit: int,
    before: Cursor | None = None,
    since: int | None = None,
    until: int | None = None,
) -> Page:
    """The newest that are selected, or the newest before a cursor; times in milliseconds, `until` excluded."""
    end = Cursor(_END if until is None else until, -1)
    end = end if before is None else min(before, end)
    found = _walk(connection, selection, Cursor(since or 0, -1), end, newest_first=True)
    records, last = _take(connection, found, limit)
    return Page(records, last, span(connection).head)


def oldest(
    connection: sqlite3.Connection,
    selection: Selection,
    limit: int,
    after: Position,
    until: int | None = None,
    most_bytes: int = MOST_BYTES,
) -> Page:
    """The first that are selected of what a position lacks.

    Raises:
        Overtaken: some of what the position lacks is not kept any more.
    """
    floor, head = span(connection)
    if not floor <= after:
        raise Overtaken
    end = head if until is None else position_at(connection, until)
    begin = _time_of(connection, after, end)
    if begin is None:
        return Page((), None, after | end)
    walked = _walk(connection, selection, Cursor(begin, -1), Cursor(_END, -1))
    lacking = ((time, row) for time, row in walked if after.lacks(*place_of(row)) and not end.lacks(*place_of(row)))
    records, last = _take(connection, lacking, limit, most_bytes)
    if last is None:
        return Page(records, None, after | end)
    reached = after | _position_behind(connection, last, end)
    return Page(records, reached, reached)


def position_at(connection: sqlite3.Connection, time: int) -> Position:
    """Where what was written at a time, in milliseconds, or later begins."""
    floor, head = span(connection)
    bounds = zip(floor.offsets, head.offsets, strict=True)
    return Position(tuple(first_since(connection, number, time, *bound) for number, bound in enumerate(bounds)))


def records_of(connection: sqlite3.Connection, alert: str, reach: Reach) -> AlertRecords | None:
    """What may be seen of one alert; None where that is nothing.

    Each record is judged by the labels that it was stored with: of what may not be seen no body is read, so that the
    time which an answer takes does not tell that it is there.
    """
    seen, ids = _seen(connection, reach)
    rows = connection.execute(
        f"SELECT time, row FROM alerts AS posted WHERE alert = ?{seen} ORDER BY sequence DESC, row DESC LIMIT ?",  # noqa: S608 - no value
        (alert, *ids, MOST_RECORDS),
    )
    records, _ = _take(connection, rows, MOST_RECORDS)
    if not records:
        return None
    words = connection.execute("SELECT word FROM feedback WHERE alert = ? ORDER BY time, person", (alert,))
    feedback = tuple(Feedback.model_validate_json(word) for (word,) in words)
    return AlertRecords(records[::-1], _handling(connection, alert), feedback)


def newest_of(connection: sqlite3.Connection, alert: str, reach: Reach) -> tuple[Stored, Handling] | None:
    """The newest record of one alert; None where there is none, or it may not be seen, judged as by `records_of`."""
    seen, ids = _seen(connection, reach)
    newest_row = "SELECT time, row FROM alerts WHERE alert = ? ORDER BY sequence DESC, row DESC LIMIT 1"
    query = f"SELECT time, row FROM ({newest_row}) AS posted WHERE TRUE{seen}"  # noqa: S608 - no value stands in it
    records, _ = _take(connection, connection.execute(query, (alert, *ids)), 1)
    return (records[0], _handling(connection, alert)) if records else None


def _handling(connection: sqlite3.Connection, alert: str) -> Handling:
    state = connection.execute("SELECT state FROM handlings WHERE alert = ?", (alert,)).fetchone()
    return Handling() if state is None else Handling.model_validate_json(state[0])


def _seen(connection: sqlite3.Connection, reach: Reach) -> tuple[str, list[int]]:
    """The condition under which `posted` may be seen, and its parameters."""
    if reach.everything:
        return "", []
    ids = list(_ids(connection, labels_of_reach(reach)))
    return _has(ids), ids


def _walk(
    connection: sqlite3.Connection, selection: Selection, low: Cursor, high: Cursor, *, newest_first: bool = False
) -> Iterator[tuple[int, int]]:
    """Time and row of what is selected between two places, both excluded, in the order of time and row."""
    clauses = [_ids(connection, clause) for clause in selection.clauses or [_ANY]]
    if not all(clauses):
        return
    rarest = min(clauses, key=lambda ids: sum(ids.values()))
    others = [list(ids) for ids in clauses if ids is not rarest]
    has_others = "".join(_has(ids) for ids in others)
    order = "DESC" if newest_first else "ASC"
    query = (
        "SELECT time, row FROM postings AS posted WHERE label = ? AND (time, row) > (?, ?) AND (time, row) < (?, ?)"  # noqa: S608 - no value stands in it
        f"{has_others} ORDER BY time {order}, row {order}"
    )
    parameters = [*low, *high, *(id_ for ids in others for id_ in ids)]
    found = [connection.execute(query, (id_, *parameters)) for id_ in rarest]
    for place, _ in groupby(merge(*found, reverse=newest_first)):
        yield place


def _ids(connection: sqlite3.Connection, labels: Iterable[str]) -> dict[int, int]:
    """The labels that are known, each with how many have it."""
    names = tuple(labels)
    query = f"SELECT id, postings FROM labels WHERE postings > 0 AND label IN ({_marks(names)})"  # noqa: S608 - no value
    return dict(connection.execute(query, names))


def _has(ids: Iterable[int]) -> str:
    """The condition that `posted` has one of these labels."""
    return (
        " AND EXISTS (SELECT 1 FROM postings AS other"  # noqa: S608 - no value stands in it
        f" WHERE other.label IN ({_marks(ids)}) AND other.time = posted.time AND other.row = posted.row)"
    )


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _take(
    connection: sqlite3.Connection, found: Iterable[tuple[int, int]], limit: int, most_bytes: int = MOST_BYTES
) -> tuple[tuple[Stored, ...], Cursor | None]:
    """The first of what was found, and where they end if there are more."""
    records, size, last = list[Stored](), 0, None
    for time, row in found:
        if last is not None and (len(records) == limit or size >= most_bytes):
            return tuple(records), last
        packed = connection.execute("SELECT body FROM alerts WHERE row = ?", (row,)).fetchone()[0]
        body = decompressed(packed)
        records.append(Stored(*place_of(row), datetime.fromtimestamp(time / 1000, UTC), body))
        size, last = size + len(body), Cursor(time, row)
    return tuple(records), None


def _time_of(connection: sqlite3.Connection, after: Position, end: Position) -> int | None:
    """When the first was written of what lies between two positions; None where nothing does."""
    bounds = enumerate(zip(after.offsets, end.offsets, strict=True))
    times = [time_at(connection, number, *bound) for number, bound in bounds]
    return min((time for time in times if time is not None), default=None)


def _position_behind(connection: sqlite3.Connection, last: Cursor, end: Position) -> Position:
    """The position behind a record, in the order of time and row: all before it was looked at, in every partition."""
    partition, offset = place_of(last.row)
    floors = span(connection).floor.offsets
    return Position(
        tuple(
            offset + 1
            if number == partition
            else first_since(connection, number, last.time + (number < partition), floors[number], high)
            for number, high in enumerate(end.offsets)
        )
    )
