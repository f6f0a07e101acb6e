"""What has which label, as it is written: the ids of labels, and how many postings each has."""

import sqlite3
from collections.abc import Iterable
from typing import Final

_POST: Final = "INSERT INTO postings VALUES (?, ?, ?)"
_TAKE: Final = "DELETE FROM postings WHERE label = ? AND time = ? AND row = ?"
_CUT: Final = "DELETE FROM postings WHERE label = ? AND time < ?"


class Postings:
    """The writer's side. Changes of one transaction are gathered, and written in the order in which they will stand:
    `flush` before it is committed, `forget` when it was not."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Write by this connection."""
        self._connection = connection
        self._ids: dict[str, int] = {}
        self._counts: dict[int, int] = {}
        self._changed: set[int] = set()
        self._added: set[tuple[int, int, int]] = set()
        self._removed: list[tuple[int, int, int]] = []
        self.forget()

    def forget(self) -> None:
        """Know of the labels what is committed, and of nothing else."""
        rows = self._connection.execute("SELECT label, id, postings FROM labels").fetchall()
        self._ids = {label: id_ for label, id_, _ in rows}
        self._counts = {id_: postings for _, id_, postings in rows}
        for changes in (self._changed, self._added, self._removed):
            changes.clear()

    def add(self, labels: Iterable[str], time: int, row: int) -> None:
        """Post a record, which has none of these labels, under them."""
        for label in labels:
            id_ = self._id(label)
            self._added.add((id_, time, row))
            self._count(id_, 1)

    def remove(self, label: str, time: int, row: int) -> None:
        """Post a record, which has this label, there no longer."""
        id_ = self._id(label)
        posting = (id_, time, row)
        if posting in self._added:
            self._added.remove(posting)
        else:
            self._removed.append(posting)
        self._count(id_, -1)

    def cut(self, time: int) -> None:
        """Remove all that is older."""
        for id_ in list(self._counts):
            self._count(id_, -self._connection.execute(_CUT, (id_, time)).rowcount)

    def flush(self) -> None:
        """Write what was gathered, and how many there are."""
        self._connection.executemany(_TAKE, self._removed)
        self._connection.executemany(_POST, sorted(self._added))
        counts = [(self._counts[id_], id_) for id_ in self._changed]
        self._connection.executemany("UPDATE labels SET postings = ? WHERE id = ?", counts)
        for changes in (self._changed, self._added, self._removed):
            changes.clear()

    def _id(self, label: str) -> int:
        id_ = self._ids.get(label)
        if id_ is None:
            id_ = self._connection.execute("INSERT INTO labels (label, postings) VALUES (?, 0)", (label,)).lastrowid
            assert id_ is not None  # noqa: S101 - a row was inserted
            self._ids[label], self._counts[id_] = id_, 0
        return id_

    def _count(self, id_: int, change: int) -> None:
        self._counts[id_] += change
        self._changed.add(id_)
