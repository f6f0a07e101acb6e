"""The sources, divided among the ingestion processes of an installation.

A source belongs to the partition of `ingestion.state` that its state stands in, and a consumer group assigns those
partitions: source and state move together. A process more takes a share; when one ends, the others take over its own.

    assigned     the state in those partitions is read to the end, then their sources are polled
    revoked      polls under way end, or are cancelled after a bound, before the partitions are given up
    out of touch a share is a lease, renewed by commits that only a member of the group can make. Stopped (SIGSTOP, a
                 machine asleep) or cut off from the broker, a process holds nothing by the time that another may have
                 its share, whichever of its tasks wakes first; back in touch, it begins as if newly assigned

What slips through all the same, between the last look at the lease and the broker, repeats and never loses: ids are
deterministic, and an older state in the place of a newer one tells only of articles that were published.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.keyed_state import partition_of
from services.backbone.process import Process
from services.backbone.telemetry import logger
from services.backbone.topics import INGESTION_STATE

AGAIN_SECONDS = 1.0
DRAIN_SECONDS = 5.0
"""What polls under way get to end in when the process stops; the process itself gives a stage 6 s."""
POLL_MS = 1000

log = logger()


class ShareLost(Exception):
    """The share ended in the midst of work on it: what was found is the next holder's to find."""


class Share:
    """Some partitions, for one turn. It ends once, and does not begin again."""

    def __init__(self, partitions: Iterable[int], of: int, seconds: float, clock: Callable[[], float]) -> None:
        """Begin a turn.

        Args:
            partitions: the numbers that are ours.
            of: how many there are.
            seconds: how long it lasts unless it is renewed.
            clock: seconds of any one clock that goes on while the process is stopped.
        """
        self.partitions = frozenset(partitions)
        self._of = of
        self._seconds = seconds
        self._clock = clock
        self._until = clock() + seconds

    @property
    def held(self) -> bool:
        """Whether no other process can have these partitions."""
        return self._clock() < self._until

    @property
    def is_whole(self) -> bool:
        """Whether no other process has a share."""
        return len(self.partitions) == self._of

    def check(self) -> None:
        """To be asked before each write.

        Raises:
            ShareLost: it is not held any more.
        """
        if not self.held:
            raise ShareLost

    def renew(self, since: float) -> bool:
        """It was still ours at this moment of the clock; no, if it lapsed meanwhile."""
        if self.held:
            self._until = max(self._until, since + self._seconds)
        return self.held

    def end(self) -> None:
        """Give it up."""
        self._until = self._clock()

    def has(self, source_id: str) -> bool:
        """Whether this source's state stands in one of the partitions."""
        return partition_of(source_id, self._of) in self.partitions


class Holder(Protocol):
    """Who polls the sources of a share."""

    async def hold(self, share: Share) -> None:
        """Read the state, then poll, until cancelled; then begin no more polls, and leave those under way alone."""
        ...

    async def drain(self, seconds: float) -> None:
        """Return when no poll is under way; those that last longer than this are cancelled."""
        ...


class Shares(ConsumerRebalanceListener):  # type: ignore[misc]
    """This process's membership in the group that divides the sources."""

    def __init__(self, process: Process, holder: Holder) -> None:
        kafka = process.settings.kafka
        self._process = process
        self._holder = holder
        self._clock = asyncio.get_running_loop().time
        self._lease_seconds = kafka.session_timeout_seconds / 2  # a silent member keeps its partitions for longer
        self._renew_seconds = kafka.session_timeout_seconds / 6
        self._drain_seconds = min(3.0, kafka.session_timeout_seconds / 3)
        self._consumer: AIOKafkaConsumer = new_consumer(kafka, group=process.settings.group(process.stage))
        self._count = 0
        self._assigned: tuple[TopicPartition, ...] | None = None
        self._share = Share((), 1, 0, self._clock)
        self._holding: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()

    async def run(self) -> None:
        """Be a member until the process is told to stop; then let the polls under way end, and leave.

        Raises:
            aiokafka.errors.KafkaError: one that waiting cannot mend, say of a group that we may not join.
        """
        await self._consumer.start()
        self._process.stack.push_async_callback(stop_client, self._consumer)
        self._count = len(await partitions_of(self._consumer, INGESTION_STATE.name))
        self._consumer.subscribe([INGESTION_STATE.name], listener=self)
        tasks = [asyncio.ensure_future(work) for work in (self._stay(), self._keep(), self._process.stopping.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
            await self._release(DRAIN_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
            self._end()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Give up what was ours. aiokafka swallows what this raises, and joins anew when it returns."""
        self._assigned = None
        if revoked:
            log.info("share.revoked", partitions=sorted(partition.partition for partition in revoked))
        self._process.progress.waiting("share")
        async with self._changing:
            await self._release(self._drain_seconds)

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Begin to hold them, and return at once: no heartbeat is sent while this runs."""
        self._consumer.pause(*assigned)  # the membership is wanted, not the records
        self._assigned = tuple(sorted(assigned))
        self._begin()

    def _begin(self) -> None:
        if self._process.stopping.is_set():
            return
        partitions = [partition.partition for partition in self._assigned or ()]
        self._share = Share(partitions, self._count, self._lease_seconds, self._clock)
        self._holding = asyncio.ensure_future(self._hold(self._share))
        log.info("share.assigned", partitions=partitions, of=self._count)

    async def _hold(self, share: Share) -> None:
        while True:
            try:
                return await self._holder.hold(share)
            except (KafkaError, OSError, TimeoutError) as error:
                if isinstance(error, KafkaError) and not error.retriable:
                    raise
                log.warning(
                    "share.waits", error=str(error) or type(error).__name__, fix="is the broker up? trying again"
                )
                await asyncio.sleep(AGAIN_SECONDS)

    def _end(self) -> None:
        self._share.end()
        if self._holding is not None:
            self._holding.cancel()

    async def _release(self, seconds: float) -> None:
        """End the turn. What is under way may still write in these seconds: the partitions are not given back yet."""
        if self._holding is not None:
            self._holding.cancel()
            await asyncio.wait({self._holding}, timeout=seconds)
            self._holding = None
        await self._holder.drain(seconds if self._share.held else 0)
        self._share.end()

    async def _keep(self) -> None:
        """Renew the share while the group proves it ours; begin a new turn when one lapsed and it is ours again."""
        while True:
            await asyncio.sleep(self._renew_seconds)
            if self._holding is not None and self._holding.done() and not self._holding.cancelled():
                self._holding.result()
            if not self._share.held:
                self._process.progress.beat()  # no turn does
            assigned, share, asked_at = self._assigned, self._share, self._clock()
            if not assigned:
                continue
            proven = await self._proven(assigned)
            async with self._changing:
                if assigned is not self._assigned or (proven and share.renew(asked_at)) or share.held:
                    continue
                if self._holding is not None:
                    log.warning("share.lapsed", partitions=sorted(share.partitions))
                    self._process.progress.waiting("broker")
                    await self._release(0)
                if proven and assigned is self._assigned:
                    self._begin()

    async def _proven(self, assigned: Collection[TopicPartition]) -> bool:
        """Whether the group takes a commit from us: up to here all was read, or written by us."""
        try:
            async with asyncio.timeout(self._renew_seconds):
                await self._consumer.commit(await self._consumer.end_offsets(assigned))
        except (TimeoutError, CommitFailedError, IllegalStateError):
            return False
        except KafkaError as error:
            if not error.retriable:
                raise
            return False
        return True

    async def _stay(self) -> None:
        """Read nothing, again and again: aiokafka takes a member that does not for dead (its issue 1187)."""
        while True:
            await self._consumer.getmany(timeout_ms=POLL_MS)
