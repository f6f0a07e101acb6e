"""Records as bytes, one after the other, as they stand in a backup's files `records/TOPIC/PARTITION/NUMBER`.

offset     int64   where the record stood; grows, with gaps where something was compacted away or marks a transaction
timestamp  int64   milliseconds since 1970, as its writer said
key        int32   its length, then the bytes; -1: none
value      int32   its length, then the bytes; -1: none
headers    int32   how many; then of each: int32 length and name in UTF-8, int32 length (-1: none) and value

All numbers are big-endian. A file holds whole records of one partition.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

Header = tuple[str, bytes | None]

_HEAD: Final = struct.Struct(">qqi")
_INT: Final = struct.Struct(">i")
_NONE: Final = _INT.pack(-1)


class StoredRecord(NamedTuple):
    """One record, and where it stood."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...] = ()

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.key or b"") + len(self.value or b"") + 32 * (1 + len(self.headers))


def write_records(records: Iterable[StoredRecord]) -> bytes:
    """These records as bytes."""
    parts: list[bytes] = []
    for record in records:
        key = record.key
        parts.append(_HEAD.pack(record.offset, record.timestamp, -1 if key is None else len(key)))
        parts.append(key or b"")
        parts += _sized(record.value)
        parts.append(_INT.pack(len(record.headers)))
        for name, value in record.headers:
            parts += _sized(name.encode("utf-8", "surrogateescape"))
            parts += _sized(value)
    return b"".join(parts)


def read_records(data: bytes) -> Iterator[StoredRecord]:
    """The records that `write_records` wrote.

    Raises:
        ValueError: it did not write these bytes.
    """
    at, end = 0, len(data)

    def number() -> int:
        nonlocal at
        (length,) = _INT.unpack_from(data, at)
        at += 4
        return int(length)

    def taken(length: int) -> bytes | None:
        nonlocal at
        if length < 0:
            return None
        begin, at = at, at + length
        if at > end:
            raise ValueError("a record reaches beyond the end")
        return data[begin:at]

    try:
        while at < end:
            offset, timestamp, length = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            key, value = taken(length), taken(number())
            headers = tuple(
                ((taken(number()) or b"").decode("utf-8", "surrogateescape"), taken(number())) for _ in range(number())
            )
            yield StoredRecord(offset, timestamp, key, value, headers)
    except struct.error as error:
        raise ValueError(f"no record: {error}") from None


def _sized(data: bytes | None) -> tuple[bytes, ...]:
    return (_NONE,) if data is None else (_INT.pack(len(data)), data)
