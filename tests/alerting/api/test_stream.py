"""One who listens, to one instance after the other: real stores and tails, without a broker and without HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.alerting.api import stream, tail
from services.alerting.api.positions import Position
from services.alerting.api.schema import discard
from services.alerting.api.selection import Filters, Selection
from services.alerting.api.store import Store
from services.alerting.api.stream import Listener
from services.alerting.api.tail import Tail
from services.alerting.api.tokens import Reach
from services.backbone.topics import ALERTS
from tests.alerting.api.records import NOON_MS, PARTITIONS, Record, alert, opened, record, take

START = Position((0,) * PARTITIONS)
ALL = Selection.of(Reach(everything=True), Filters(all=True))

partitions = st.lists(st.integers(0, PARTITIONS - 1), min_size=1, max_size=25)
examples = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Instance:
    """A store, and a tail that is behind it."""

    store: Store
    tail: Tail

    async def reads(self, records: Sequence[Record]) -> None:
        """As the process does with a batch."""
        written = await take(self.store, records)
        self.tail.add(written, (await self.store.span()).head)

    def listener(self, selection: Selection = ALL, position: Position | None = None) -> AsyncIterator[bytes]:
        """What is written to one who listens."""
        return Listener(self.store, self.tail, selection, position or self.tail.head).pieces()


@asynccontextmanager
async def instance(folder: Path, name: str = "one") -> AsyncIterator[Instance]:
    async with opened(folder, name) as store:
        yield Instance(store, Tail(START))


def placed(partitions: Sequence[int]) -> list[Record]:
    """Records at the ends of these partitions, one after the other, some of another severity."""
    ends, records = [0] * PARTITIONS, []
    for number, partition in enumerate(partitions):
        rang = alert(number, severity="low" if number % 3 else "high")
        records.append(record(ALERTS.name, rang, partition, ends[partition], NOON_MS + number // 2))
        ends[partition] += 1 + number % 2  # a marker of a transaction takes an offset
    return records


def events(pieces: bytes) -> list[tuple[str, str]]:
    """Id and alert of each event, as a client reads them; the last id may stand by itself."""
    found, last = list[tuple[str, str]](), ""
    for block in pieces.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":") and line)
        last = fields.get("id", last)
        if "data" in fields:
            assert fields["event"] == "alert"
            found.append((last, json.loads(fields["data"])["id"]))
    return found


async def hear(pieces: AsyncIterator[bytes], most: int) -> list[tuple[str, str]]:
    """What is heard until so many events came, or nothing comes for a while. A client may hang up within a piece."""
    heard = list[tuple[str, str]]()
    try:
        async with asyncio.timeout(None) as timeout:
            async for piece in pieces:
                timeout.reschedule(asyncio.get_running_loop().time() + 0.05)
                heard += events(piece)
                if len(heard) >= most:
                    break
    except TimeoutError:
        pass
    finally:
        await pieces.aclose()  # type: ignore[attr-defined]
    return heard[:most]


@examples
@given(
    partitions,
    st.lists(st.integers(1, 8), min_size=4, max_size=4),
    st.lists(st.integers(0, 6), min_size=1, max_size=4),
    st.booleans(),
    st.sampled_from([2, 1_000]),
)
def test_whoever_goes_from_one_instance_to_another_hears_every_alert_once(
    tmp_path: Path, partitions: list[int], batches: list[int], stays: list[int], filtered: bool, held: int
) -> None:
    records = placed(partitions)
    selection = Selection.of(Reach(everything=True), Filters(severity=("high",), all=True)) if filtered else ALL

    async def listen() -> list[str]:
        async with instance(tmp_path, "one") as one, instance(tmp_path, "two") as two:
            by_partition = sorted(records, key=lambda each: (each.partition, each.offset))
            feeding = asyncio.gather(feed(one, records, batches), feed(two, by_partition, batches[::-1]))
            heard, position = list[str](), START
            for number, stay in enumerate([*stays, 1_000]):
                got = await hear((one, two)[number % 2].listener(selection, position), stay)
                if number == len(stays):
                    await feeding
                    rest = Position.parse(got[-1][0]) if got else position
                    got += await hear((one, two)[number % 2].listener(selection, rest), 1_000)
                heard += [id_ for _, id_ in got]
                position = Position.parse(got[-1][0]) if got else position
            return heard

    async def feed(into: Instance, records: Sequence[Record], batches: list[int]) -> None:
        done = 0
        while done < len(records):
            size = batches[done % len(batches)]
            await into.reads(records[done : done + size])
            done += size

    for name in ("one", "two"):
        discard(tmp_path / f"{name}.sqlite")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tail, "MOST_ENTRIES", held)
        patch.setattr(stream, "PAGE_RECORDS", 3)
        heard = asyncio.run(listen())
    wanted = [each for each in records if not filtered or b'"high"' in (each.value or b"")]
    assert sorted(heard) == sorted(json.loads(each.value or b"")["id"] for each in wanted)


async def test_one_who_begins_now_has_a_position_before_anything_comes(tmp_path: Path) -> None:
    async with instance(tmp_path) as one:
        await one.reads(placed([0, 1, 1]))
        pieces = one.listener()
        assert await anext(pieces) == b"retry: 2000\nid: 1-3-0\n\n"


async def test_a_position_moves_with_the_heartbeat_though_nothing_is_selected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    nothing = Selection.of(Reach(watches=frozenset(["nobody"])))
    async with instance(tmp_path) as one:
        pieces = one.listener(nothing)
        assert b"id: 0-0-0" in await anext(pieces)
        await one.reads(placed([0, 2]))
        assert await anext(pieces) == b"id: 1-0-1\n:\n\n"
        assert await anext(pieces) == b":\n\n"


async def test_alerts_that_are_not_selected_put_off_no_heartbeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.1)
    records = placed([0] * 20)
    async with instance(tmp_path) as one:
        pieces = one.listener(Selection.of(Reach(watches=frozenset(["nobody"]))))
        await anext(pieces)

        async def feed() -> None:
            for each in records:
                await one.reads([each])
                await asyncio.sleep(0.02)

        feeding = asyncio.create_task(feed())
        async with asyncio.timeout(0.3):
            await anext(pieces)
        feeding.cancel()


async def test_all_who_listen_are_given_the_same_bytes(tmp_path: Path) -> None:
    async with instance(tmp_path) as one:
        listeners = [one.listener() for _ in range(3)]
        for each in listeners:
            await anext(each)
        await one.reads(placed([1]))
        first, *others = [await anext(each) for each in listeners]
        assert all(other is first for other in others)


async def test_one_who_is_slow_reads_on_in_the_store_and_nothing_is_held_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "MOST_ENTRIES", 5)
    records = placed([0] * 300)
    async with instance(tmp_path) as one:
        pieces = one.listener()
        await anext(pieces)
        await one.reads(records)
        assert one.tail.end - one.tail.first == 5
        assert len(await hear(pieces, 1_000)) == 300


async def test_the_tail_holds_so_many_bytes_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "MOST_BYTES", 4_000)
    async with instance(tmp_path) as one:
        await one.reads(placed([0] * 50))
        assert 0 < one.tail.end - one.tail.first < 10
        assert len(await hear(one.listener(position=START), 1_000)) == 50


async def test_streams_end_when_the_tail_does(tmp_path: Path) -> None:
    async with instance(tmp_path) as one:
        pieces = one.listener()
        await anext(pieces)
        ending = asyncio.get_running_loop().call_later(0.05, one.tail.close)
        async with asyncio.timeout(1):
            assert [piece async for piece in pieces] == []
        assert not ending.cancelled()
