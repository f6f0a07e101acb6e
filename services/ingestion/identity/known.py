"""What a source remembers of the articles that it published, packed into one string. Pure.

A row an article, the oldest first, rows parted by blanks, fields by dots:

    id        32 hexadecimal digits of the article's id
    revision  that was published; empty where none was yet, of what stood there at the first reading and waits for its
              page, or for a broker that takes it
    words     revision of the entry's own words; empty where that is the same (a page's text was published then)
    entry     digest of the entry as it stood in the feed, markup and all
    guid      digest of its guid; empty where it has none that tells
    link      digest of its address; empty where the id is made of it

While the first reading of a source is not over, `first:` and the second in which it began stand before all rows.

As one string a row takes 110 bytes of memory; as a model it would take ten times that, and there are hundreds of rows
for each of thousands of sources.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

_PREFIX: Final = "art-"
_FIRST: Final = "first:"
_SECONDS: Final = re.compile("[0-9]{1,11}")


class Known(NamedTuple):
    """One article that was published."""

    id: str
    revision: str
    words: str
    entry: str = ""
    guid: str = ""
    link: str = ""


def unpack(packed: str) -> list[Known]:
    """The rows of a string. One of another shape, of another release, is left out: its article is taken for new."""
    rows = (row.split(".") for row in packed.split())
    return [
        Known(_PREFIX + id_, revision, words or revision, entry, guid, link)
        for id_, revision, words, entry, guid, link in (row for row in rows if len(row) == len(Known._fields))
    ]


def pack(rows: Iterable[Known]) -> str:
    """The string of these rows."""
    return " ".join(
        ".".join((row.id.removeprefix(_PREFIX), row.revision, "" if row.words == row.revision else row.words, *row[3:]))
        for row in rows
    )


def first_reading(packed: str) -> datetime | None:
    """When the first reading began; None where it is over, or never began."""
    since = packed.partition(" ")[0].removeprefix(_FIRST) if packed.startswith(_FIRST) else ""
    return datetime.fromtimestamp(int(since), UTC) if _SECONDS.fullmatch(since) else None


def in_first_reading(packed: str, began: datetime | None) -> str:
    """The same rows, and that the first reading, begun then, is not over; None: it is."""
    rows = packed.partition(" ")[2] if packed.startswith(_FIRST) else packed
    return rows if began is None else f"{_FIRST}{int(began.timestamp())} {rows}".rstrip()
