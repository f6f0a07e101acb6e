"""The alerts as this process finds them quickly: a file of its own, written in one thread and read in a few.

What was read from the topics and how far stand in it together, so a process that was killed goes on where it was.
"""

import asyncio
import fcntl
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from io import TextIOWrapper
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from services.alerting.api import queries
from services.alerting.api.known_alerts import KnownAlert
from services.alerting.api.positions import Cursor, Position
from services.alerting.api.queries import AlertRecords, Page, Span
from services.alerting.api.refusal import Refusal
from services.alerting.api.schema import (
    OtherVersion,
    StoreBroken,
    StoreFull,
    discard,
    of_ours,
    open_for_reading,
    open_for_writing,
)
from services.alerting.api.selection import Selection
from services.alerting.api.tokens import Reach
from services.alerting.api.writing import Books, Log, Mark, StampedRecord, Written
from services.backbone.errors import TocsinError
from services.backbone.settings import Settings
from services.backbone.telemetry import logger

READERS: Final = 4
QUERY_SECONDS: Final = 5.0
"""What a query may take."""
PATIENCE_SECONDS: Final = 5.0
"""How long a request waits for its turn."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STEPS: Final = 20_000
"""Steps of SQLite between two looks at the clock: about a millisecond."""

log = logger()

P = ParamSpec("P")
T = TypeVar("T")


class StoreTaken(TocsinError):
    """Another process uses the file."""


class Store:
    """The file, its writer and its readers."""

    def __init__(self, path: Path) -> None:
        """Open the file; one that is of no use is made anew.

        Raises:
            StoreTaken: another process uses it.
            StoreFull: it cannot be written.
        """
        self._path = path
        self._lock = _locked(path)
        self._writing = ThreadPoolExecutor(1, "api-writer")
        self._reading = ThreadPoolExecutor(READERS, "api-reader")
        self._turns = asyncio.Semaphore(READERS)
        self._readers = threading.local()
        self._opened = list[sqlite3.Connection]()
        self._broken: StoreBroken | None = None
        try:
            self._writer = open_for_writing(path)
        except (OtherVersion, StoreBroken) as error:
            log.warning("store.made_anew", file=str(path), reason=str(error))
            discard(path)
            self._writer = open_for_writing(path)
        self._books = Books(self._writer)

    @property
    def marks(self) -> Mapping[Log, Mark]:
        """How far each partition was read."""
        return self._books.marks

    def make_anew(self, reason: str) -> None:
        """Throw everything away. Before the first query."""
        log.warning("store.made_anew", file=str(self._path), reason=reason)
        self._writer.close()
        discard(self._path)
        self._writer = open_for_writing(self._path)
        self._books = Books(self._writer)

    async def close(self) -> None:
        """Close the file; one that was found to be broken is removed, for it is made anew."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        for pool in (self._reading, self._writing):
            pool.shutdown(cancel_futures=True)
        for connection in (*self._opened, self._writer):
            with suppress(sqlite3.Error):
                connection.close()
        if self._broken is not None:
            discard(self._path)
        self._lock.close()

    async def begin(self, floors: Mapping[Log, int]) -> None:
        """Read these partitions, from these offsets where they are not known yet.

        Raises:
            StoreFull, StoreBroken
        """
        await self._write(self._books.begin, floors)

    async def take(self, records: Iterable[StampedRecord], nexts: Mapping[Log, int]) -> list[Written]:
        """Take over records and how far was read (`Books.write`).

        Raises:
            StoreFull: nothing was taken over; try again.
            StoreBroken: the process must start anew.
        """
        if self._broken is not None:
            raise self._broken
        return await self._write(self._books.write, records, nexts, int(time.time() * 1000))

    async def cut(self, before: datetime) -> bool:
        """Remove what is older, a day of it at most; whether there is more."""
        return await self._write(self._books.cut, _milliseconds(before))

    async def newest(
        self,
        selection: Selection,
        limit: int,
        *,
        before: Cursor | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page:
        """The newest that are selected and were written in a time, `until` excluded.

        Raises:
            Refusal: 503, it takes too long, or the file cannot be read.
        """
        begin, end = (None if at is None else _milliseconds(at) for at in (since, until))
        return await self._ask(lambda connection: queries.newest(connection, selection, limit, before, begin, end))

    async def oldest(
        self,
        selection: Selection,
        limit: int,
        after: Position,
        *,
        until: datetime | None = None,
        most_bytes: int = queries.MOST_BYTES,
        patience: float | None = PATIENCE_SECONDS,
    ) -> Page:
        """The first that are selected of what a position lacks.

        Args:
            selection: which.
            limit: how many.
            after: a position that this store can go on from (`span`).
            until: nothing that was written then or later.
            most_bytes: of the records together; one at least is given.
            patience: seconds to wait for a turn; None waits without end.

        Raises:
            Overtaken: some of it is not kept any more.
            Refusal: as `newest`.
        """
        end = None if until is None else _milliseconds(until)
        return await self._ask(
            lambda connection: queries.oldest(connection, selection, limit, after, end, most_bytes), patience
        )

    async def position_at(self, moment: datetime) -> Position:
        """Where what was written at that time or later begins."""
        return await self._ask(lambda connection: queries.position_at(connection, _milliseconds(moment)))

    async def span(self) -> Span:
        """Of each partition the first offset that is kept, and the one that comes next."""
        return await self._ask(queries.span)

    async def alert(self, alert_id: str, reach: Reach) -> AlertRecords | None:
        """What may be seen of one alert; None where that is nothing."""
        return await self._ask(lambda connection: queries.records_of(connection, alert_id, reach))

    async def known(self, alert_id: str, reach: Reach) -> KnownAlert | None:
        """The newest record of one alert, and what people did about it; None where that may not be seen."""
        found = await self._ask(lambda connection: queries.newest_of(connection, alert_id, reach))
        return None if found is None else KnownAlert(found[0].alert(), found[1])

    async def _write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._writing, partial(work, *args, **kwargs))
        except sqlite3.Error as error:
            mapped = of_ours(error, self._path)
            if isinstance(mapped, StoreBroken):
                self._broken = mapped
            raise mapped from error

    async def _ask(self, query: Callable[[sqlite3.Connection], T], patience: float | None = PATIENCE_SECONDS) -> T:
        try:
            async with asyncio.timeout(patience):
                await self._turns.acquire()
        except TimeoutError:
            raise _later("too many questions at a time", "ask again") from None
        try:
            asking = partial(self._answer, query)
            return await asyncio.get_running_loop().run_in_executor(self._reading, asking)
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                fix = "ask for less: a shorter time (since, until), or a watch or an entity"
                raise _later(f"the answer takes longer than {QUERY_SECONDS:.0f} s", fix) from None
            log.error("store.unreadable", file=str(self._path), error=str(error))
            raise _later("the alerts cannot be read at the moment", "ask again") from None
        except sqlite3.DatabaseError as error:
            self._broken = StoreBroken(f"{self._path}: {error}; the file is made anew when the process starts again")
            raise _later("the store of alerts is broken; it is being made anew", "ask again") from None
        finally:
            self._turns.release()

    def _answer(self, query: Callable[[sqlite3.Connection], T]) -> T:
        connection = getattr(self._readers, "connection", None)
        if connection is None:
            connection = self._readers.connection = open_for_reading(self._path)
            self._opened.append(connection)
        end = time.monotonic() + QUERY_SECONDS
        connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        connection.execute("BEGIN")
        try:
            return query(connection)
        finally:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")


def store_path(settings: Settings) -> Path:
    """Where the store of this instance is."""
    return settings.data / f"api-{settings.deployment}-{settings.instance}.sqlite"


def _locked(path: Path) -> TextIOWrapper:
    """The lock of a file; it ends with the process, however that ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(path.name + ".lock").open("w", encoding="utf-8")
    except OSError as error:
        raise StoreFull(f"{path}: {error.strerror}; name a folder that can be written by TOCSIN_DATA") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise StoreTaken(
            f"another process uses {path}; give each `tocsin run api` of a machine its own TOCSIN_INSTANCE"
        ) from None
    return lock


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _later(error: str, fix: str) -> Refusal:
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, error, fix, {"Retry-After": "5"})
