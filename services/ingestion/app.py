"""Wires ingestion: sources > due > fetch > parse > assemble > unseen > `articles`, and then the new state.

One loop polls all sources. State moves only when the articles are acknowledged: killed in between, the next start
polls again and gives the same ids again. While the broker is away the polls under way wait with what they hold, and no
others begin, so memory stays bounded and nothing is dropped.
"""

import asyncio
import random
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

import httpx

from schemas.state import SourceState
from services.backbone.clients import Writer
from services.backbone.errors import TocsinError
from services.backbone.keyed_state import restore
from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.provision import await_topics
from services.backbone.record import OutgoingRecord, encode
from services.backbone.telemetry import ARTICLES as ARTICLES_PUBLISHED
from services.backbone.telemetry import POLLS, RECORDS, logger
from services.backbone.topics import ARTICLES, INGESTION_STATE
from services.ingestion.fetching.fetch import FetchFailed, new_client
from services.ingestion.identity.seen import differs, remember, unseen
from services.ingestion.poll import Reading, poll
from services.ingestion.polling.schedule import (
    Timetable,
    asked_by_retry_after,
    first_wait,
    wait_after_answer,
    wait_after_failure,
)
from services.ingestion.reading.feed import FeedUnreadable
from services.ingestion.sources import Source, Sources, load_sources

MAX_UNDER_WAY = 20
"""Polls at a time, those that wait for the broker included."""
ROUND_SECONDS = 1.0
DRAIN_SECONDS = 5.0
"""What polls under way get to end in; the process itself gives a stage 6 s."""
WRITE_IS_SLOW_SECONDS = 5.0

Outcome = Literal["new", "unchanged", "empty", "failed", "unreadable"]

log = logger()


async def body(process: Process) -> None:
    """Ingestion, for `run_process`."""
    sources = Live("sources", partial(load_sources, process.settings.config))
    await await_topics(process)
    writer = await Writer.start(process)
    states = await restore(process.settings.kafka, INGESTION_STATE)
    client = await process.stack.enter_async_context(new_client(MAX_UNDER_WAY))
    workers = ThreadPoolExecutor(2, thread_name_prefix="parse")
    process.stack.callback(workers.shutdown, wait=False, cancel_futures=True)
    ingestion = Ingestion(process, client, workers, writer, states)
    await asyncio.gather(sources.watch(process), ingestion.run(sources))


class Ingestion:
    """The loop that polls, and what it knows of each source."""

    def __init__(
        self,
        process: Process,
        client: httpx.AsyncClient,
        workers: ThreadPoolExecutor,
        writer: Writer,
        states: dict[str, SourceState],
    ) -> None:
        self._process = process
        self._client = client
        self._workers = workers
        self._writer = writer
        self._states = states
        self._sources: Mapping[str, Source] = {}
        self._timetable = Timetable()
        self._failures: dict[str, int] = {}
        self._refused: dict[str, int] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._writing_since: dict[str, float] = {}
        self._clock = asyncio.get_running_loop().time

    async def run(self, sources: Live[Sources]) -> None:
        """Poll until the process is told to stop; then let the polls under way end."""
        stop = asyncio.ensure_future(self._process.stopping.wait())
        digest = None
        try:
            while not stop.done():
                if sources.current.digest != digest:
                    digest = sources.current.digest
                    self._follow(sources.current.enabled)
                self._begin_polls()
                self._report()
                await asyncio.wait({stop, *self._under_way}, timeout=self._pause(), return_when=asyncio.FIRST_COMPLETED)
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=DRAIN_SECONDS)
        finally:
            for task in (stop, *self._under_way):
                task.cancel()

    def _follow(self, enabled: Iterable[Source]) -> None:
        """Take over another version of the sources. One that did not change keeps its place in the timetable."""
        before, self._sources = self._sources, {source.id: source for source in enabled}
        for gone in before.keys() - self._sources.keys():
            self._timetable.forget(gone)
        changed = [source for source in self._sources.values() if source != before.get(source.id)]
        for source in changed:
            self._failures.pop(source.id, None)
            self._plan(source, first_wait(source.interval, len(changed), random.uniform))
        log.info("sources.followed", sources=len(self._sources), changed=len(changed))
        if not self._sources:
            log.warning("sources.none", fix="write a feed into sources/*.yaml of the configuration folder")

    def _begin_polls(self) -> None:
        for source_id in self._timetable.take(self._clock(), MAX_UNDER_WAY - len(self._under_way)):
            task = asyncio.create_task(self._poll(self._sources[source_id]))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    def _report(self) -> None:
        self._process.progress.beat()
        slow = self._clock() - WRITE_IS_SLOW_SECONDS
        if any(since < slow for since in self._writing_since.values()):
            self._process.progress.waiting("broker")
        else:
            self._process.progress.started()

    def _pause(self) -> float:
        due = self._timetable.next_at()
        if due is None or len(self._under_way) >= MAX_UNDER_WAY:
            return ROUND_SECONDS
        return min(max(due - self._clock(), 0), ROUND_SECONDS)

    async def _poll(self, source: Source) -> None:
        """Poll, publish, plan the next poll. Whatever goes wrong concerns this source only."""
        try:
            reading = await poll(source, self._client, self._validators(source), self._workers)
            if isinstance(reading, Reading):
                await self._publish(source, reading)
            else:
                POLLS.labels("unchanged").inc()
                log.debug("feed.unchanged", source=source.id)
        except FeedUnreadable as error:
            self._failed(source, "unreadable", error)
        except FetchFailed as error:
            self._failed(source, "failed", error, asked_by_retry_after(error.retry_after, datetime.now(UTC)))
        except Exception as error:  # a defect of ours; the other sources go on
            self._failed(source, "failed", error)
        else:
            self._failures.pop(source.id, None)
            self._plan(source, wait_after_answer(source.interval, reading.asked, random.uniform))
        finally:
            self._timetable.done(source.id)

    async def _publish(self, source: Source, reading: Reading) -> None:
        state = self._states.get(source.id)
        new = unseen(reading.articles, state)
        now = datetime.now(UTC)
        reached = remember(reading.articles, state, source.id, source.url, reading.etag, reading.last_modified, now)
        stage = self._process.stage
        await self._write(source, [encode(ARTICLES.name, article, stage) for article in new])
        if differs(reached, state):
            await self._write(source, [encode(INGESTION_STATE.name, reached, stage)])
        self._states[source.id] = reached
        POLLS.labels("new" if new else "empty").inc()
        ARTICLES_PUBLISHED.inc(len(new))
        RECORDS.labels(stage, "handled").inc(len(new))
        self._note_refused(source, reading)
        event = log.info if new else log.debug
        event("feed.polled", source=source.id, entries=len(reading.articles), new=len(new))

    def _note_refused(self, source: Source, reading: Reading) -> None:
        """Count the entries that are no articles; log them when their number changes, not at each poll."""
        refused = len(reading.refused)
        RECORDS.labels(self._process.stage, "refused").inc(refused)
        if refused and refused != self._refused.get(source.id):
            log.warning("entries.refused", source=source.id, entries=refused, first=str(reading.refused[0]))
        self._refused[source.id] = refused

    def _validators(self, source: Source) -> SourceState | None:
        """Those of the last reading; none after a change of address, where they mean nothing."""
        state = self._states.get(source.id)
        return state if state is not None and state.url == source.url else None

    async def _write(self, source: Source, records: list[OutgoingRecord]) -> None:
        self._writing_since[source.id] = self._clock()
        try:
            await self._writer.write(records)
        finally:
            del self._writing_since[source.id]

    def _failed(self, source: Source, outcome: Outcome, error: Exception, asked: timedelta = timedelta(0)) -> None:
        failures = self._failures[source.id] = self._failures.get(source.id, 0) + 1
        wait = wait_after_failure(source.interval, failures, asked, random.uniform)
        self._plan(source, wait)
        POLLS.labels(outcome).inc()
        log.warning(
            "feed.failed",
            source=source.id,
            error=type(error).__name__,
            message=str(error),
            failures=failures,
            next_attempt=(datetime.now(UTC) + wait).isoformat(timespec="seconds"),
            exc_info=not isinstance(error, TocsinError),
        )

    def _plan(self, source: Source, wait: timedelta) -> None:
        """Set the next poll, unless the source was changed or removed meanwhile: that set it already."""
        if self._sources.get(source.id) == source:
            self._timetable.plan(source.id, source.host, self._clock() + wait.total_seconds())
