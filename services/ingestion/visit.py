"""One visit to a source, whole: poll > publish what is new > incidents > state. A hub's content goes the same way.

State moves only when the articles are acknowledged: killed in between, the next visit, by this process or another,
finds the same articles under the same ids again. Whatever goes wrong with a visit concerns its source only.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from schemas import Article, ArticleSummary
from schemas.state import SourceState, WebSubLease
from services.backbone import tracing
from services.backbone.errors import TocsinError
from services.backbone.telemetry import POLLS, RECORDS, logger
from services.ingestion.book import Book
from services.ingestion.first_pass import FirstPass, began
from services.ingestion.full_text import Pages
from services.ingestion.identity.assemble import outlet_of
from services.ingestion.identity.known import in_first_reading, unpack
from services.ingestion.identity.recognise import Seen, remember
from services.ingestion.identity.withdraw import WITHDRAWN, is_withdrawn, withdrawn
from services.ingestion.poll import Answer, Last, Poller
from services.ingestion.polling.asked import Bounds
from services.ingestion.polling.outcome import Failed, Outcome, Read
from services.ingestion.polling.step import at_its_address, step
from services.ingestion.polling.storm import Storm
from services.ingestion.publish import Publisher
from services.ingestion.read import Document, Reading
from services.ingestion.receiving.websub import Offer, offered, pace
from services.ingestion.shares import Share, ShareLost
from services.ingestion.sources import Source
from services.ingestion.trouble import failed

log = logger()


class Hubs(Protocol):
    """Who asks the hubs that feeds offer."""

    def polled(self, source: Source, offer: Offer | None, *, missed: bool) -> None:
        """A feed has answered; `missed`: with something new."""
        ...

    def removed(self, source_id: str, lease: WebSubLease | None) -> None:
        """A source is no longer read."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What every visit works with."""

    stage: str
    poller: Poller
    pages: Pages
    publisher: Publisher
    hubs: Hubs


@dataclass(frozen=True, slots=True)
class Next:
    """When to come again."""

    wait: timedelta
    """Counted from the beginning of the visit."""
    host_rest: timedelta
    """How long none of its host's sources is to be asked."""


class Visits:
    """The visits to the sources of one share."""

    def __init__(self, means: Means, share: Share, book: Book) -> None:
        self._means = means
        self._share = share
        self._book = book
        self._storm = Storm.restored(book.states.values())
        self._refused: dict[str, int] = {}
        self._one_at_a_time: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def poll(self, source: Source) -> Next:
        """Visit a source that is due.

        Raises:
            ShareLost: nothing was written that another process may write now.
        """
        async with self._alone(source.id):
            now = datetime.now(UTC)
            with tracing.span("source poll", attributes={"tocsin.source.id": source.id}) as span:
                state, outcome, more = await self._polled(source, now)
                if isinstance(outcome, Failed):
                    span.failed(outcome.trouble)
            weather = self._storm.after(source.host, isinstance(outcome, Failed), now)
            result = step(source, state, outcome, now, random.uniform, weather)
            await self._book.keep(result)
        wait = timedelta(0) if more else pace(self._book.lease(source.id), result.wait, now)
        return Next(wait, result.host_rest)

    async def content(self, source: Source, document: Document) -> None:
        """Take what a hub sent of a source.

        Raises:
            FeedUnreadable: it is no feed.
            ShareLost: as for a poll.
        """
        async with self._alone(source.id):
            now = datetime.now(UTC)
            known = at_its_address(source, self._book.state(source.id), now)
            reading = await self._means.poller.read([document], source, known, now, whole=False)
            answer = Answer(Bounds(), reading, known.etag, known.last_modified, self._book.last(source.id))
            state, new = await self._publish(source, known, answer, reading, FirstPass(source, None, now))
            state = _with_first_pass(state, began(known, now))  # it is what polls find
            await self._book.keep(
                step(source, state, _read(answer, reading, new), now, random.uniform, self._storm.weather)
            )

    async def look(self, source: Source, received: Sequence[Article] = ()) -> None:
        """Note what was pushed of a source that is not polled, or that nothing was, so that its silence is seen."""
        if not self._share.is_whole:
            return  # another process may have received something
        async with self._alone(source.id):
            now = datetime.now(UTC)
            dates = tuple(article.published_at for article in received if article.published_at is not None)
            count = len(received)
            outcome = Read(count, count, unchanged=not count, undated=count - len(dates), dates=dates)
            await self._book.keep(
                step(source, self._book.state(source.id), outcome, now, random.uniform, self._storm.weather)
            )

    def is_withdrawn(self, source: Source, article_id: str) -> bool:
        """Whether the source is known to have taken an article back."""
        state = self._book.state(source.id)
        return state is not None and any(is_withdrawn(row) for row in unpack(state.known) if row.id == article_id)

    async def withdraw(self, source: Source, article: ArticleSummary) -> None:
        """Publish an article as withdrawn whose page is gone, unless that is known.

        Raises:
            ShareLost: as for a poll.
        """
        async with self._alone(source.id):
            state = self._book.state(source.id)
            rows = unpack(state.known) if state is not None else []
            row = next((row for row in rows if row.id == article.id and row.revision), None)
            if row is not None and is_withdrawn(row):
                return
            gone = taken_back(source, article, row.revision if row is not None else article.revision, datetime.now(UTC))
            self._share.check()
            if await self._means.publisher.articles([gone]):
                await self._book.keep_withdrawn(source.id, gone)

    async def _polled(self, source: Source, now: datetime) -> tuple[SourceState | None, Outcome, bool]:
        """The state with what was read in it, what came of the poll, and whether there is more to read at once."""
        before = self._book.state(source.id)
        try:
            known = at_its_address(source, before, now)
            answer = await self._means.poller.poll(source, known, self._book.last(source.id), now)
            self._book.cost(source.id).wire_bytes += answer.wire_bytes
            reading = answer.reading
            if reading is None:
                POLLS.labels("unchanged").inc()
                log.debug("feed.unchanged", source=source.id)
                self._means.hubs.polled(source, None, missed=False)
                state = known.model_copy(update={"etag": answer.etag, "last_modified": answer.last_modified})
                state = _with_first_pass(state, None)
                return state, Read(unchanged=True, asked=answer.asked, moved_to=answer.moved_to), False
            first = FirstPass(source, began(known, now), now)
            state, new = await self._publish(source, known, answer, reading, first)
            state = _with_first_pass(state, None if reading.complete and not answer.more else first.began)
            POLLS.labels("new" if new else "empty").inc()
            offer = offered(reading.hub, reading.self_link, answer.links, answer.url) if source.kind == "feed" else None
            self._means.hubs.polled(source, offer, missed=bool(new))
            return state, _read(answer, reading, new), answer.more
        except ShareLost:
            raise
        except Exception as error:  # a defect of ours, too, is no reason to stop: the other sources go on
            outcome = failed(error, now)
            POLLS.labels("unreadable" if outcome.trouble == "unreadable" else "failed").inc()
            log.warning(
                "feed.failed",
                source=source.id,
                trouble=outcome.trouble,
                error=outcome.error,
                message=str(error),
                exc_info=not isinstance(error, TocsinError),
            )
            return before, outcome, False

    async def _publish(
        self, source: Source, known: SourceState, answer: Answer, reading: Reading, first: FirstPass
    ) -> tuple[SourceState, int]:
        """Publish what is new; the state that this leads to, and how many were published."""
        seen = reading.seen
        waited = {sighting.article.id for sighting in seen.fresh if sighting.waited}
        dealt: dict[str, Article] = {}
        new = 0
        async for found in self._found(seen, source, first.now):
            news = [
                _revised(first.marked(a, waited=id_ in waited), seen) for id_, a in found.items() if seen.is_news(a)
            ]
            self._share.check()
            published = await self._means.publisher.articles(news)
            written = {article.event_id for article in published}
            new += sum(WITHDRAWN not in article.marks for article in published)  # the others are no habit of writing
            dealt |= {id_: a for id_, a in found.items() if a.event_id in written or not seen.is_news(a)}
        whole = len(dealt) == len(seen.fresh) + len(seen.withdrawals)
        rows = reading.known
        if rows is None:
            rows = remember(seen, dealt, first=first.began is not None)
        self._book.keep_last(source.id, answer.last if whole else Last(asked=reading.asked))
        self._note_refused(source, reading)
        event = log.info if new else log.debug
        event("feed.polled", source=source.id, entries=reading.entries, new=new)
        state = known.model_copy(
            update={
                "known": rows,
                "revisions": {},
                "etag": answer.etag if whole or source.kind == "folder" else None,  # a folder's cursor does not go back
                "last_modified": answer.last_modified if whole else None,
            }
        )
        return state, new

    async def _found(self, seen: Seen, source: Source, now: datetime) -> AsyncIterator[dict[str, Article]]:
        """What is to be published, unless it is no news; by the ids of their sightings."""
        async for found in self._means.pages.whole(seen, source, now):
            yield found
        if seen.withdrawals:
            yield {withdrawal.article.id: withdrawal.article for withdrawal in seen.withdrawals}

    def _note_refused(self, source: Source, reading: Reading) -> None:
        """Count the entries that are no articles; log them when their number changes, not at each poll."""
        refused = reading.seen.refused
        RECORDS.labels(self._means.stage, "refused").inc(len(refused))
        if refused and len(refused) != self._refused.get(source.id):
            log.warning("entries.refused", source=source.id, entries=len(refused), first=str(refused[0]))
        self._refused[source.id] = len(refused)

    def _alone(self, source_id: str) -> asyncio.Lock:
        """One visit to a source at a time: a poll, or what its hub sends."""
        return self._one_at_a_time.setdefault(source_id, asyncio.Lock())


async def publish_all(means: Means, source: Source, document: Document) -> None:
    """Publish all that a hub sent of a source that another process holds: it is not known here what is new.

    Raises:
        FeedUnreadable: it is no feed.
    """
    now = datetime.now(UTC)
    reading = await means.poller.read([document], source, None, now, whole=False)
    async for articles in means.pages.whole(reading.seen, source, now):
        await means.publisher.articles(articles.values())


def _revised(article: Article, seen: Seen) -> Article:
    """The article, with the revision that it takes the place of."""
    before = seen.replaced_by(article)
    return article if before is None else article.model_copy(update={"replaces": before})


def _with_first_pass(state: SourceState, began: datetime | None) -> SourceState:
    return state.model_copy(update={"known": in_first_reading(state.known, began)})


def taken_back(source: Source, article: ArticleSummary, replaces: str, now: datetime) -> Article:
    """What rang, as withdrawn: its text is not at hand any more."""
    return withdrawn(
        article.id, outlet_of(source), replaces, now,
        url=article.url, title=article.title, language=article.language,
        published_at=article.published_at, updated_at=article.updated_at,
    )  # fmt: skip


def _read(answer: Answer, reading: Reading, new: int) -> Read:
    return Read(
        entries=reading.entries,
        new=new,
        undated=reading.undated,
        dates=reading.dates,
        asked=answer.asked,
        moved_to=answer.moved_to,
    )
