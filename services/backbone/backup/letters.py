"""Dead letters say where their record stood; on another broker it stands elsewhere.

A letter whose record was taken over says its new place. Of one whose record was gone from its topic before, the letter
holds all there is: it stays as it is where that is the whole record, and is left out where it is only its head, for a
replay would send whatever stands in that place then.
"""

import re
from collections.abc import Callable
from typing import Final

from schemas import DeadLetter
from services.backbone.backup.contents import Place
from services.backbone.backup.stored import Header, StoredRecord
from services.backbone.errors import RecordError
from services.backbone.record import ConsumedRecord, decode
from services.backbone.topics import DEAD_LETTERS

Origin = tuple[Place, int]
"""A partition, and the offset in it."""

_ID_HEADER: Final = "ce_id"
_KEY: Final = re.compile(r"(.+)\.(\d{1,10})\.(\d{1,19})", re.ASCII)


class _Letter:
    """A stored record as `decode` wants it."""

    topic: Final = DEAD_LETTERS.name
    partition: Final = 0

    def __init__(self, record: StoredRecord) -> None:
        self.offset, self.key, self.value = record.offset, record.key, record.value
        self.headers = [(name, value or b"") for name, value in record.headers]


def read_letter(record: StoredRecord) -> DeadLetter | None:
    """The letter of a record; None where it is none, or only says that one was sent again."""
    if record.value is None:
        return None
    as_consumed: ConsumedRecord = _Letter(record)
    try:
        return decode(DEAD_LETTERS, as_consumed)
    except RecordError:
        return None


def origin_of(record: StoredRecord) -> Origin | None:
    """Where the record stood that a letter, or the word that it was sent again, is about."""
    letter = read_letter(record)
    if letter is not None:
        return Place(letter.origin_topic, letter.origin_partition), letter.origin_offset
    key = _KEY.fullmatch((record.key or b"").decode("utf-8", "replace"))
    if record.value is None and key is not None:
        return Place(key[1], int(key[2])), int(key[3])
    return None


def rests_on_its_origin(record: StoredRecord) -> bool:
    """Whether a replay would need the original."""
    letter = read_letter(record)
    return letter is not None and not letter.whole


def moved(record: StoredRecord, new_offset: Callable[[Origin], int | None]) -> StoredRecord | None:
    """A record of `dead-letters` as it is on the other broker; None where it is left out.

    Args:
        record: as it was.
        new_offset: where the record stands now that stood there; None where it was not taken over.
    """
    origin = origin_of(record)
    offset = None if origin is None else new_offset(origin)
    if origin is None or offset is None:
        return None if rests_on_its_origin(record) else record
    letter = read_letter(record)
    if letter is None:
        return record._replace(key=f"{origin[0].topic}.{origin[0].number}.{offset}".encode())
    letter = letter.model_copy(update={"origin_offset": offset})
    headers: tuple[Header, ...] = tuple(
        (name, letter.event_id.encode() if name == _ID_HEADER else value) for name, value in record.headers
    )
    return record._replace(key=letter.key.encode(), value=letter.write(), headers=headers)
