"""A decider to try transactions with, the loop that runs it, and what it wrote."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from services.backbone.librdkafka import ReadRecord, StateRecord
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord
from services.backbone.settings import Settings
from services.backbone.transaction import TransactionalLoop, utc_now
from tests.backbone.on_kafka import committed, ends, stands_in

STAGE = "decide"


def mention(name: str, partition: int = 0) -> OutgoingRecord:
    return OutgoingRecord("mentions", name.encode(), name.encode(), [], partition)


class OnceEach:
    """Rings once for each name, and remembers that it did."""

    def __init__(self) -> None:
        self.memory: dict[int, set[bytes]] = {}
        self.restored: list[int] = []
        self.decided: list[bytes] = []
        self.without_memory: list[bytes] = []
        self.changed: list[tuple[int, bytes]] = []
        self.asked_for_changes = 0
        self.forgotten = 0

    def restore(self, partition: int, records: Iterable[StateRecord]) -> None:
        self.restored.append(partition)
        self.memory[partition] = {value or b"" for _, value, _ in records}

    def forget(self) -> None:
        self.memory.clear()
        self.changed.clear()
        self.forgotten += 1

    def decide(self, record: ReadRecord) -> list[OutgoingRecord]:
        name = record.value or b""
        self.decided.append(name)
        if record.partition not in self.memory:
            self.without_memory.append(name)
        rung = self.memory.setdefault(record.partition, set())
        if name in rung:
            return []
        return self.ring(record.partition, name)

    def ring(self, partition: int, name: bytes) -> list[OutgoingRecord]:
        self.memory[partition].add(name)
        self.changed.append((partition, name))
        return [OutgoingRecord("alerts", name, name, [("ce_id", name)])]

    def changes(self) -> list[OutgoingRecord]:
        self.asked_for_changes += 1
        changed, self.changed = self.changed, []
        return [OutgoingRecord("alerting.state", name, name, [], partition) for partition, name in changed]

    def due(self, now: datetime) -> bool:
        return False

    def tick(self, now: datetime) -> list[OutgoingRecord]:
        return []


@asynccontextmanager
async def deciding(
    settings: Settings, decider: OnceEach, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Progress]:
    """The loop in a thread of its own, as in its process, until the end of the block."""
    progress, stop = Progress(STAGE), threading.Event()
    loop = TransactionalLoop(settings, STAGE, "mentions", "alerting.state", progress, clock)
    running = asyncio.ensure_future(asyncio.to_thread(loop.run, decider, stop.is_set))
    try:
        yield progress
    finally:
        stop.set()
        async with asyncio.timeout(30):
            await running


async def until(happens: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not happens():  # noqa: ASYNC110 - it happens in another thread
            await asyncio.sleep(0.05)


async def until_committed(settings: Settings, seconds: float = 60) -> None:
    wanted = await ends(settings, "mentions")
    async with asyncio.timeout(seconds):
        while await committed(settings, STAGE, "mentions") != wanted:  # noqa: ASYNC110 - the broker tells nobody
            await asyncio.sleep(0.2)


async def values(settings: Settings, topic: str) -> list[bytes]:
    return sorted(record.value for record in await stands_in(settings, topic))


def names(count: int) -> list[bytes]:
    return sorted(f"name-{number}".encode() for number in range(count))


def mentions(count: int) -> Sequence[OutgoingRecord]:
    return [mention(f"name-{number}", number % 3) for number in range(count)]


class Timed(OnceEach):
    """Rings by itself, for each partition that it has, when its hour has come."""

    def __init__(self, hour: datetime) -> None:
        super().__init__()
        self.hour = hour
        self.asked: list[datetime] = []

    def due(self, now: datetime) -> bool:
        self.asked.append(now)
        return now >= self.hour and any(b"the hour" not in rung for rung in self.memory.values())

    def tick(self, now: datetime) -> list[OutgoingRecord]:
        waiting = [partition for partition, rung in self.memory.items() if b"the hour" not in rung]
        return [output for partition in waiting for output in self.ring(partition, b"the hour")]
