"""One turn of holding a share: its sources are visited as they fall due. It begins with what is known of them, and
another turn, by whichever process, begins anew with that."""

import asyncio
import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.telemetry import POLL_LATENESS_SECONDS, POLL_SECONDS, POLLS_UNDER_WAY, logger
from services.ingestion.book import Book
from services.ingestion.polling.timetable import Timetable, spread
from services.ingestion.shares import Share, ShareLost
from services.ingestion.sources import Source, Sources
from services.ingestion.visit import Means, Visits

MAX_UNDER_WAY = 100
"""Polls at a time, those included that wait for a slow host or for the broker."""
ROUND_SECONDS = 1.0
LOOK_EVERY = timedelta(hours=1)
"""How often a source that is pushed is looked at."""
FAILED_WAIT = timedelta(minutes=1)
"""Before a source is visited again of which nothing could be written down."""

log = logger()


class Turn:
    """The sources of one share, and the polls under way."""

    def __init__(self, process: Process, live: Live[Sources], means: Means, share: Share, book: Book) -> None:
        self.sources: dict[str, Source] = {}
        self.book = book
        self.visits = Visits(means, share, book)
        self._process = process
        self._live = live
        self._means = means
        self._share = share
        self._timetable = Timetable()
        self._due_at: dict[str, float] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._digest: str | None = None
        self._clock = asyncio.get_running_loop().time

    def holds(self, source_id: str) -> bool:
        """Whether this source is in the share, and no other process can have it."""
        return self._share.held and self._share.has(source_id)

    async def run(self) -> None:
        """Begin polls until cancelled; those under way go on.

        Raises:
            ShareLost: the share ended meanwhile.
        """
        while True:
            current = self._live.current
            if current.digest != self._digest:
                self._digest = current.digest
                await self._follow(current.enabled)
            self._begin_polls()
            self._report()
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()

    async def drain(self, seconds: float) -> None:
        """Return when no poll is under way; those that last longer than this are cancelled."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _follow(self, enabled: Iterable[Source]) -> None:
        """Take over another version of the sources. One that did not change keeps its place in the timetable."""
        everywhere = {source.id: source for source in enabled}
        before, self.sources = self.sources, {id_: s for id_, s in everywhere.items() if self._share.has(id_)}
        for gone in before.keys() - self.sources.keys():
            self._timetable.forget(gone)
            self._means.hubs.removed(gone, self.book.lease(gone))
        changed = [source for source in self.sources.values() if source != before.get(source.id)]
        now = datetime.now(UTC)
        planned = [(s.id, s.interval, self._planned(s) if s.id not in before else None) for s in changed]
        waits = spread(planned, now, random.uniform)
        for source in changed:
            self.book.forget_last(source.id)
            self._plan(source, self._clock() + waits[source.id].total_seconds())
        log.info("sources.followed", sources=len(self.sources), changed=len(changed))
        if not everywhere:
            log.warning("sources.none", fix="write a feed into sources/*.yaml of the configuration folder")
        await self.book.close(everywhere.keys(), now)

    def _planned(self, source: Source) -> datetime | None:
        state = self.book.state(source.id)
        return state.next_poll_at if state is not None and state.url == source.url else None

    def _begin_polls(self) -> None:
        now = self._clock()
        for source_id in self._timetable.take(now, MAX_UNDER_WAY - len(self._under_way)):
            POLL_LATENESS_SECONDS.observe(now - self._due_at[source_id])
            task = asyncio.create_task(self._visit(self.sources[source_id]))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        POLLS_UNDER_WAY.set(len(self._under_way))

    async def _visit(self, source: Source) -> None:
        began, wait = self._clock(), LOOK_EVERY
        try:
            if source.kind == "push":
                await self.visits.look(source)
            else:
                come = await self.visits.poll(source)
                wait = come.wait
                if come.host_rest:
                    self._timetable.rest(source.host, self._clock() + come.host_rest.total_seconds())
        except ShareLost:
            log.info("poll.dropped", source=source.id)
            return
        except Exception:  # what a broker refuses, or a defect of ours, must not take the source out of the timetable
            log.exception("visit.failed", source=source.id)
            wait = max(source.interval, FAILED_WAIT)
        finally:
            self._timetable.done(source.id)
            self.book.cost(source.id).seconds = seconds = self._clock() - began
            POLL_SECONDS.observe(seconds)
        if self.sources.get(source.id) == source:  # else it was changed or removed meanwhile, and planned by that
            self._plan(source, began + wait.total_seconds())

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake.set()

    def _plan(self, source: Source, at: float) -> None:
        self._due_at[source.id] = at
        self._timetable.plan(source.id, source.host, at)

    def _report(self) -> None:
        self._process.progress.beat()
        if self._means.publisher.is_slow:
            self._process.progress.waiting("broker")
        else:
            self._process.progress.started()

    def _pause(self) -> float:
        due = self._timetable.next_at()
        if due is None or len(self._under_way) >= MAX_UNDER_WAY:
            return ROUND_SECONDS
        return min(max(due - self._clock(), 0), ROUND_SECONDS)
