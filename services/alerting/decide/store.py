"""What is remembered, as the bytes of its records: millions of keys, decoded only when they are used. Pure.

A value begins `{"forget_at":"2027-02-22T...`: when it is forgotten is read without parsing the rest. What was decoded
last is kept decoded; what was changed is encoded once, when the changes are taken.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final, Literal

from pydantic import ValidationError

from schemas.remembered import ArticleMemory, EntityMemory, QueueMemory, Remembered, StoryMemory, WatchMemory

MOST_DECODED: Final = 10_000
"""Parts that are kept decoded; the largest are a few kilobytes."""
MOST_FORGOTTEN: Final = 500
"""At one call: what is forgotten is written in one transaction with what else there is."""
MOST_LOOKED_AT: Final = 5_000
"""At one call: what was used since it was put down to be forgotten is passed over, but not without end."""

_HEAD: Final = b'{"forget_at":"'
_DAY: Final = slice(len(_HEAD), len(_HEAD) + len("2027-02-22"))

Part = ArticleMemory | StoryMemory | EntityMemory | QueueMemory | WatchMemory
Row = tuple[bytes | None, bytes | None, int]
"""Key, value (None where it was forgotten) and offset of a state record."""


Unchanged = Literal["unchanged"]
UNCHANGED: Final[Unchanged] = "unchanged"


class Store:
    """Keys `<watch>/<kind>/...` to parts."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self._decoded: dict[bytes, Part] = {}
        self._changed: dict[bytes, tuple[datetime, Part] | None] = {}
        self._before: dict[bytes, tuple[datetime, Part] | Unchanged | None] = {}
        self._days = defaultdict[bytes, list[bytes]](list)
        """Day of `forget_at` to the keys that were put down for it; a key that was used since stands on another too."""

        self._unreadable: list[tuple[str, str]] = []

    def __len__(self) -> int:
        return len(self._values) + sum(
            (change is not None) - (key in self._values) for key, change in self._changed.items()
        )

    def __contains__(self, key: object) -> bool:
        return self._changed[key] is not None if key in self._changed else key in self._values

    def restore(self, rows: Iterable[Row]) -> list[tuple[int, str]]:
        """Take these in, oldest first.

        Returns:
            Those that are not ours and are passed over: offset, and what is wrong.
        """
        values, days, strangers = self._values, self._days, list[tuple[int, str]]()
        for key, value, offset in rows:
            if key is None or b"/" not in key:
                strangers.append((offset, f"{_text(key)!r} is no key of ours"))
            elif value is None:
                values.pop(key, None)
            elif value.startswith(_HEAD):
                values[key] = value
                days[value[_DAY]].append(key)
            else:
                strangers.append((offset, f"{_text(key)}: no forget_at in front"))
        for day in [day for day in days if not _is_day(day)]:
            for key in days.pop(day):
                if self._day(key) == day:
                    self._refuse(key, "forget_at is no moment")
        return strangers

    def unreadable(self) -> list[tuple[str, str]]:
        """What turned out not to be ours since the last call, and was dropped: key, and what is wrong."""
        unreadable, self._unreadable = self._unreadable, []
        return unreadable

    def by_day(self) -> Iterator[tuple[bytes, list[bytes]]]:
        """Each day that something was to be forgotten on, as `2027-02-22`, the last first, with its keys; some may be
        forgotten already, or later."""
        for day in sorted(self._days, reverse=True):
            yield day, self._days[day]

    def get(self, key: bytes) -> Part | None:
        """What is remembered under this key. A record that turns out not to be ours is reported and dropped."""
        if key in self._changed:
            change = self._changed[key]
            return None if change is None else change[1]
        part = self._decoded.pop(key, None)
        if part is None:
            value = self._values.get(key)
            part = None if value is None else self._decode(key, value)
            if part is None:
                return None
        self._keep(key, part)
        return part

    def put(self, key: bytes, part: Part, forget_at: datetime) -> None:
        """Remember this under this key until then."""
        day = _day_of(forget_at)
        if self._day(key) != day:
            self._days[day].append(key)
        self._change(key, (forget_at, part))

    def drop(self, key: bytes) -> None:
        """Forget this key."""
        if key in self:
            self._change(key, None)

    def begin(self) -> None:
        """What changes from here can be undone."""
        self._before.clear()

    def undo(self) -> list[bytes]:
        """Take back what changed since `begin`.

        Returns:
            The keys that changed.
        """
        keys = list(self._before)
        for key, change in self._before.items():
            if change == UNCHANGED:
                del self._changed[key]
            else:
                self._changed[key] = change
        self._before.clear()
        return keys

    def has_old(self, now: datetime) -> bool:
        """Whether something was to be forgotten on a day before that of `now`."""
        return min(self._days, default=_day_of(now)) < _day_of(now)

    def expire(self, now: datetime) -> list[bytes]:
        """Forget what was to be forgotten on a day before that of `now`; a few, the earliest first.

        Returns:
            The keys that were forgotten.
        """
        today = _day_of(now)
        forgotten: list[bytes] = []
        looked_at = 0
        while len(forgotten) < MOST_FORGOTTEN and looked_at < MOST_LOOKED_AT:
            day = min(self._days, default=today)
            if day >= today:
                break
            keys = self._days[day]
            while keys and len(forgotten) < MOST_FORGOTTEN and looked_at < MOST_LOOKED_AT:
                key = keys.pop()
                looked_at += 1
                if self._day(key) == day:
                    self._change(key, None)
                    forgotten.append(key)
            if not keys:
                del self._days[day]
        return forgotten

    def changes(self) -> list[tuple[bytes, bytes | None]]:
        """Key and value of what changed since the last call, each key once; None where it is forgotten."""
        changes = [self._written(key, change) for key, change in self._changed.items()]
        self._changed.clear()
        self._before.clear()
        return changes

    def _change(self, key: bytes, change: tuple[datetime, Part] | None) -> None:
        if key not in self._before:
            self._before[key] = self._changed.get(key, UNCHANGED)
        self._changed[key] = change

    def _written(self, key: bytes, change: tuple[datetime, Part] | None) -> tuple[bytes, bytes | None]:
        if change is None:
            self._values.pop(key, None)
            self._decoded.pop(key, None)
            return key, None
        forget_at, part = change
        watch, _, name = key.decode().partition("/")
        value = Remembered.model_validate(
            {"forget_at": forget_at, "watch_id": watch, "name": name, _field(part): part}
        ).write()
        self._values[key] = value
        self._decoded.pop(key, None)
        self._keep(key, part)
        return key, value

    def _keep(self, key: bytes, part: Part) -> None:
        """Decoded, as the one that was used last."""
        self._decoded[key] = part
        if len(self._decoded) > MOST_DECODED:
            del self._decoded[next(iter(self._decoded))]

    def _day(self, key: bytes) -> bytes | None:
        """The day that the key is to be forgotten on; None where it is not there."""
        if key not in self._changed:
            value = self._values.get(key)
            return None if value is None else value[_DAY]
        change = self._changed[key]
        return None if change is None else _day_of(change[0])

    def _decode(self, key: bytes, value: bytes) -> Part | None:
        try:
            remembered = Remembered.read(value)
        except ValidationError as error:
            why = f"not {Remembered.__name__}: {error.errors(include_url=False)[0]['msg']}"
        else:
            part = remembered.article or remembered.story or remembered.entity or remembered.queue or remembered.watch
            if part is not None and remembered.key.encode() == key and name_begins(part) == key.split(b"/")[1]:
                return part
            why = "it is not what its key says"
        self._refuse(key, why)
        return None

    def _refuse(self, key: bytes, why: str) -> None:
        del self._values[key]
        self._unreadable.append((_text(key), why))


def name_begins(part: Part) -> bytes:
    """What the name of such a part begins with: `article` of `article/art-...`."""
    return _field(part).encode()


def _field(part: Part) -> str:
    return _FIELDS[type(part)]


_FIELDS: Final[dict[type[Part], str]] = {
    ArticleMemory: "article",
    StoryMemory: "story",
    EntityMemory: "entity",
    QueueMemory: "queue",
    WatchMemory: "watch",
}


def _day_of(moment: datetime) -> bytes:
    return b"%04d-%02d-%02d" % (moment.year, moment.month, moment.day)


def _is_day(day: bytes) -> bool:
    try:
        date.fromisoformat(day.decode("ascii"))
    except ValueError:
        return False
    return True


def _text(key: bytes | None) -> str:
    return (key or b"").decode("utf-8", "replace")
