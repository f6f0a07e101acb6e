"""A new watch is held against the articles that are stored already: quietly, so that their copies ring for nobody.

It begins when `match` takes over watches that were not there before, and goes through the partitions that this process
reads, from three days back to where the new watches came into force. It runs beside the live stream and leaves it half
of the time. Its mentions have the same ids each time, so that it may be done again; a pass that the end of the process
cuts short is not.

What was published within a watch's `ring_last` is not quiet: of such an article the newest revision is told, last.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord

from schemas import Mention
from services.alerting.match.compiled import Watches
from services.alerting.match.load import WatchesInForce
from services.alerting.match.meet import match_watches
from services.alerting.watching.watch import Watch
from services.backbone.beginning import starts_since
from services.backbone.canary import is_canary
from services.backbone.clients import Writer, new_consumer, stop_client
from services.backbone.process import Process, unless
from services.backbone.record import OutgoingRecord, decode, encode, trace_of
from services.backbone.telemetry import logger
from services.backbone.topics import ARTICLES_TAGGED, MENTIONS

LOOK_BACK: Final = timedelta(hours=72)
"""As long as a story stays open."""
MOST_ARTICLES: Final = 200_000
"""Looked at in one pass, the newest."""
BATCH_RECORDS: Final = 20
MOST_A_SECOND: Final = 500
"""Articles, so that `decide` keeps up with the live mentions."""
MOST_HELD: Final = 10_000
"""Articles whose newest revision is waited for."""
ASSIGNED_SECONDS: Final = 30.0
"""How long a process that has just begun waits for its partitions."""
AGAIN_SECONDS: Final = 5.0

log = logger()


@dataclass(frozen=True, slots=True)
class _Order:
    """A pass to be made."""

    watches: frozenset[str]
    taken_over_at: datetime
    ends: Mapping[TopicPartition, int]
    """Of each partition, the first article that is held against the watches in any case."""


class FirstPass:
    """Makes the passes of one process, one after the other."""

    def __init__(
        self,
        process: Process,
        live: AIOKafkaConsumer,
        in_force: Callable[[], WatchesInForce],
        writer: Writer,
    ) -> None:
        """
        Args:
            process: while it runs.
            live: reads the live stream; where it stands is where a pass ends.
            in_force: the watches of now.
            writer: where mentions go.
        """
        self._process = process
        self._live = live
        self._in_force = in_force
        self._writer = writer
        self._orders: asyncio.Queue[_Order] = asyncio.Queue()
        self._noting: set[asyncio.Task[None]] = set()

    def begin(self, before: WatchesInForce, now: WatchesInForce) -> None:
        """Have a pass made for the watches that are new; returns at once."""
        if new := frozenset(now.book.watches.keys() - before.book.watches.keys()):
            noting = asyncio.create_task(self._note(new, datetime.now(UTC)))
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)

    async def run(self) -> None:
        """Make the passes until the process stops."""
        while not self._process.stopping.is_set():
            order = await unless(self._process.stopping, self._orders.get())
            while order is not None and not self._process.stopping.is_set():
                try:
                    await self._make(order)
                    order = None
                except KafkaError as error:
                    log.warning("first_pass.again", error=str(error) or type(error).__name__)
                    await self._process.sleep(AGAIN_SECONDS)

    async def _note(self, watches: frozenset[str], at: datetime) -> None:
        waited_until = time.monotonic() + ASSIGNED_SECONDS
        while not self._live.assignment() and time.monotonic() < waited_until:
            await self._process.sleep(0.5)
        ends: dict[TopicPartition, int] = {}
        for partition in self._live.assignment():
            try:
                async with asyncio.timeout(ASSIGNED_SECONDS):
                    ends[partition] = await self._live.position(partition)
            except (IllegalStateError, TimeoutError) as error:  # it has just gone to another process
                log.info("first_pass.partition_gone", partition=partition.partition, error=str(error))
        if ends:
            self._orders.put_nowait(_Order(watches, at, ends))

    async def _make(self, order: _Order) -> None:
        in_force = self._in_force()
        watches = {name: in_force.book.watches[name] for name in order.watches & in_force.book.watches.keys()}
        if not watches:
            return  # they are gone again
        compiled = Watches.compile(
            watches.values(), in_force.book.known, in_force.digest, inhibitions=in_force.book.installation.inhibitions
        )
        began, articles, quiet, loud = time.monotonic(), 0, 0, _Loud(watches, order.taken_over_at)
        consumer = new_consumer(self._process.settings.kafka)
        await consumer.start()
        try:
            await _seek(consumer, order)
            log.info("first_pass.began", watches=len(watches), partitions=len(order.ends))
            while (records := await self._next(consumer, order)) is not None:
                batch_began = time.monotonic()
                outputs: list[OutgoingRecord] = []
                for record in records:
                    outputs += self._held_against(record, compiled, loud)
                await self._writer.write(outputs)
                articles, quiet = articles + len(records), quiet + len(outputs)
                await self._process.sleep(max(time.monotonic() - batch_began, len(records) / MOST_A_SECOND))
        finally:
            await stop_client(consumer)
        if not self._process.stopping.is_set():
            last = list(loud.outputs(self._process.stage))
            await self._writer.write(last)
            seconds = round(time.monotonic() - began, 1)
            log.info("first_pass.done", articles=articles, quiet=quiet, ringing=len(last), seconds=seconds)

    async def _next(self, consumer: AIOKafkaConsumer, order: _Order) -> list[ConsumerRecord] | None:
        """The next few articles; None at the end, or when the process stops."""
        while not self._process.stopping.is_set():
            ahead = [each for each, end in order.ends.items() if await consumer.position(each) < end]
            if not ahead:
                return None
            found = await consumer.getmany(*ahead, timeout_ms=500, max_records=BATCH_RECORDS)
            ours = ((order.ends[partition], each) for partition, batch in found.items() for each in batch)
            if records := [record for end, record in ours if record.offset < end]:
                return records
        return None

    def _held_against(self, record: ConsumerRecord, watches: Watches, loud: "_Loud") -> list[OutgoingRecord]:
        """The quiet mentions of one article."""
        if is_canary(record.key):
            return []
        try:
            tagged = decode(ARTICLES_TAGGED, record)
            mentions = match_watches(tagged, watches, datetime.now(UTC), first_pass=True)
            quiet = loud.without(tagged.article.id, mentions, trace_of(record))
            return [encode(MENTIONS.name, each, self._process.stage, trace_of(record)) for each in quiet]
        except Exception as error:  # the live stream has set it aside: here it must only not end the pass
            log.warning("first_pass.passed_over", partition=record.partition, offset=record.offset, error=str(error))
            return []


class _Loud:
    """Mentions that ring: of each article only those of its newest revision, so that nobody is told what was mended."""

    def __init__(self, watches: Mapping[str, Watch], taken_over_at: datetime) -> None:
        self._since = {name: taken_over_at - watch.ring_last for name, watch in watches.items() if watch.ring_last}
        self._by_article: dict[str, tuple[list[Mention], str | None]] = {}

    def without(self, article_id: str, mentions: list[Mention], trace: str | None) -> list[Mention]:
        """Keep those that ring in the place of this article's earlier ones; the others are given back."""
        self._by_article.pop(article_id, None)
        loud = [mention for mention in mentions if self._rings(mention)]
        if loud and len(self._by_article) < MOST_HELD:
            self._by_article[article_id] = [each.model_copy(update={"first_pass": False}) for each in loud], trace
            return [mention for mention in mentions if not self._rings(mention)]
        return mentions

    def outputs(self, stage: str) -> Iterator[OutgoingRecord]:
        """What rings, in the order in which it was stored."""
        for mentions, trace in self._by_article.values():
            for mention in mentions:
                yield encode(MENTIONS.name, mention, stage, trace)

    def _rings(self, mention: Mention) -> bool:
        published_at, since = mention.article.published_at, self._since.get(mention.watch.id)
        return published_at is not None and since is not None and published_at >= since


async def _seek(consumer: AIOKafkaConsumer, order: _Order) -> None:
    """Begin where the time or the number of articles says, whichever is later."""
    partitions = list(order.ends)
    consumer.assign(partitions)
    most = MOST_ARTICLES // len(partitions)
    for partition, start in (await starts_since(consumer, order.ends, order.taken_over_at - LOOK_BACK)).items():
        consumer.seek(partition, max(start, order.ends[partition] - most))
