"""Where in a partition a time begins. Times never go back within one, so it is found by halving."""

import sqlite3
from typing import Final

from services.alerting.api.positions import place_of, row_of

_NEXT: Final = "SELECT row, time FROM alerts WHERE row >= ? AND row < ? ORDER BY row LIMIT 1"


def first_since(connection: sqlite3.Connection, number: int, time: int, low: int, high: int) -> int:
    """The offset in [low, high] below which all records are older than `time`, and from which on none is.

    Args:
        connection: to the store.
        number: of the partition.
        time: in milliseconds.
        low: nothing below it is looked at.
        high: what comes next in the partition.
    """
    while low < high:
        middle = (low + high) // 2
        found = connection.execute(_NEXT, (row_of(number, middle), row_of(number, high))).fetchone()
        if found is not None and found[1] < time:
            low = place_of(found[0])[1] + 1
        else:
            high = middle
    return low


def time_at(connection: sqlite3.Connection, number: int, offset: int, high: int) -> int | None:
    """When the first record in [offset, high) was written; None where there is none."""
    found = connection.execute(_NEXT, (row_of(number, offset), row_of(number, high))).fetchone()
    return None if found is None else int(found[1])


def oldest_of(connection: sqlite3.Connection, number: int) -> int | None:
    """When the oldest record of a partition was written; None where it has none."""
    return time_at(connection, number, 0, (1 << 40) - 1)
