"""Shares on real Kafka: every partition is polled by one process, and by no second one before the first is done."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from schemas.state import SourceState
from services.backbone.clients import Writer
from services.backbone.keyed_state import partition_of, restore
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import encode
from services.backbone.settings import Settings
from services.backbone.topics import INGESTION_STATE
from services.ingestion.shares import Share, Shares
from tests.ingestion.running import running, until
from tests.schemas.examples import example
from tests.vocabulary import read_records

ALL = set(range(INGESTION_STATE.partitions))


@dataclass
class Polling:
    """Holds what it is given, and notes whenever two hold the same."""

    held_by: dict[int, "Polling"]
    twice: list[int]
    drains_for: float = 0
    share: Share | None = None
    turns: list[set[int]] = field(default_factory=list)

    async def hold(self, share: Share) -> None:
        self.share = share
        self.turns.append(set(share.partitions))
        for partition in share.partitions:
            if self.held_by.setdefault(partition, self) is not self:
                self.twice.append(partition)
        await asyncio.Event().wait()

    async def drain(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, self.drains_for))
        for partition in [partition for partition, holder in self.held_by.items() if holder is self]:
            del self.held_by[partition]

    @property
    def partitions(self) -> set[int]:
        return set(self.share.partitions) if self.share is not None and self.share.held else set()


@asynccontextmanager
async def member(settings: Settings, polling: Polling) -> AsyncIterator[Process]:
    """A member of the group for the block."""
    async with running(settings, lambda process: Shares(process, polling).run()) as process:
        yield process


async def test_members_divide_the_partitions_and_none_is_held_by_two(settings: Settings) -> None:
    held_by: dict[int, Polling] = {}
    twice: list[int] = []
    first, second = (Polling(held_by, twice, drains_for=0.5) for _ in range(2))

    async with member(settings, first):
        await until(lambda: first.partitions == ALL)
        async with member(settings, second):
            await until(lambda: first.partitions | second.partitions == ALL and bool(second.partitions))
            assert not first.partitions & second.partitions
            assert abs(len(first.partitions) - len(second.partitions)) <= 1
        await until(lambda: first.partitions == ALL)

    assert twice == []
    assert first.turns[0] == first.turns[-1] == ALL


async def test_a_share_is_kept_for_as_long_as_the_group_says_that_it_is_ours(settings: Settings) -> None:
    polling = Polling({}, [])
    async with member(settings, polling):
        await until(lambda: polling.partitions == ALL)
        share = polling.share
        await asyncio.sleep(settings.kafka.session_timeout_seconds)  # twice what it lasts unless it is renewed
        assert polling.share is share
        assert polling.partitions == ALL


async def test_a_process_that_stood_still_begins_anew(settings: Settings) -> None:
    polling = Polling({}, [])
    async with member(settings, polling):
        await until(lambda: polling.partitions == ALL)
        share = polling.share
        time.sleep(settings.kafka.session_timeout_seconds * 0.6)  # noqa: ASYNC251 - it stands still, as under SIGSTOP
        assert share is not None
        assert not share.held, "whoever wakes first finds it lapsed"
        await until(lambda: polling.partitions == ALL)
        assert polling.share is not share
        assert not share.held


async def test_a_source_belongs_to_the_partition_of_its_state(settings: Settings) -> None:
    names = [f"source-{number}" for number in range(40)]
    async with AsyncExitStack() as stack:
        writer = await Writer.start(Process("test", settings, stack, Progress("test")))
        await writer.write(
            encode(INGESTION_STATE.name, example(SourceState, source_id=name), "ingestion") for name in names
        )

    where = {
        (record.key or b"").decode(): record.partition
        for record in await read_records(settings.kafka, INGESTION_STATE.name)
    }
    assert where == {name: partition_of(name, INGESTION_STATE.partitions) for name in names}
    some = {0, 1}
    restored = await restore(settings.kafka, INGESTION_STATE, some)
    assert restored.keys() == {name for name in names if where[name] in some}


@given(st.lists(st.tuples(st.floats(0, 10), st.booleans()), max_size=20))
def test_a_lease_that_lapsed_does_not_come_back(steps: list[tuple[float, bool]]) -> None:
    now = 0.0
    share = Share({0}, 1, 3.0, lambda: now)
    until, lapsed = 3.0, False
    for seconds, renewed in steps:
        asked_at, now = now, now + seconds
        lapsed = lapsed or now >= until
        if renewed:
            assert share.renew(asked_at) is not lapsed
            until = max(until, asked_at + 3.0)
        assert share.held is not lapsed
