"""What the store answers: pages, positions and selections."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.alerting.api.positions import Cursor, Position
from services.alerting.api.schema import discard
from services.alerting.api.selection import Filters, Selection, stored_labels
from services.alerting.api.tokens import Reach
from services.backbone.topics import ALERTS
from tests.alerting.api.records import NOON_MS, PARTITIONS, Record, alert, alerts, opened, record, take
from tests.alerting.examples import NOON

EVERY = Reach(everything=True)
EVERYTHING = Selection.of(EVERY, Filters(all=True))
START = Position((0,) * PARTITIONS)

moments = st.integers(NOON_MS, NOON_MS + 5)
"""Few, so that many records are of the same one."""
written = st.lists(st.tuples(st.integers(0, PARTITIONS - 1), moments), min_size=1, max_size=30)
examples = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def placed(written: Sequence[tuple[int, int]]) -> list[Record]:
    """Records at these times, each at the end of its partition."""
    ends, records = [0] * PARTITIONS, list[Record]()
    for partition, time in written:
        rang = alert(len(records), severity=["low", "high"][time % 2], watch=f"watch-{partition}")
        records.append(record(ALERTS.name, rang, partition, ends[partition], time))
        ends[partition] += 1
    return records


def places(records: Sequence[object]) -> list[tuple[int, int]]:
    """Partition and offset of each."""
    return [(each.partition, each.offset) for each in records]  # type: ignore[attr-defined]


@examples
@given(written, st.lists(st.integers(1, 4), min_size=1), st.data())
def test_pages_by_position_give_every_record_once_whatever_is_written_meanwhile(
    tmp_path: Path, written: list[tuple[int, int]], limits: list[int], data: st.DataObject
) -> None:
    records = placed(written)
    first = data.draw(st.integers(0, len(records)))

    async def read() -> list[tuple[int, int]]:
        async with opened(tmp_path) as store:
            await take(store, records[:first])
            given_, position, number = list[tuple[int, int]](), START, 0
            while True:
                page = await store.oldest(EVERYTHING, limits[number % len(limits)], position)
                given_ += places(page.records)
                position, number = page.position, number + 1
                if number == 2:
                    await take(store, records[first:])
                elif page.next is None and number > 2:
                    return given_

    discard(tmp_path / "one.sqlite")
    given_ = asyncio.run(read())
    assert sorted(given_) == sorted(places(records))
    for number in range(PARTITIONS):
        offsets = [offset for partition, offset in given_ if partition == number]
        assert offsets == sorted(offsets)


@examples
@given(written, st.sampled_from(["low", "high"]), st.integers(0, 30))
def test_going_on_in_another_store_that_read_in_another_order_misses_nothing_and_repeats_nothing(
    tmp_path: Path, written: list[tuple[int, int]], severity: str, turn: int
) -> None:
    records = placed(written)
    selection = Selection.of(Reach(everything=True), Filters.model_validate({"severity": (severity,)}))

    async def read() -> list[tuple[int, int]]:
        async with opened(tmp_path, "one") as one, opened(tmp_path, "two") as two:
            await take(one, records)
            for number in reversed(range(PARTITIONS)):
                await take(two, [each for each in records if each.partition == number])
            given_, position = list[tuple[int, int]](), START
            for number in range(len(records) + 2):
                page = await (one if number < turn else two).oldest(selection, 1, position)
                given_ += places(page.records)
                position = page.position
            return given_

    for name in ("one", "two"):
        discard(tmp_path / f"{name}.sqlite")
    wanted = [each for each in records if f'"{severity}"'.encode() in (each.value or b"")]
    assert sorted(asyncio.run(read())) == sorted(places(wanted))


@examples
@given(written, st.integers(1, 4))
def test_pages_of_the_newest_stay_as_they_are_while_alerts_come_in(
    tmp_path: Path, written: list[tuple[int, int]], limit: int
) -> None:
    records = placed(written)

    async def read() -> list[tuple[int, int]]:
        async with opened(tmp_path) as store:
            await take(store, records)
            given_, cursor = list[tuple[int, int]](), None
            for number in range(len(records) + 1):
                page = await store.newest(EVERYTHING, limit, before=cursor)
                given_ += places(page.records)
                later = record(ALERTS.name, alert(f"later {number}"), 0, 100 + number, NOON_MS + 10_000)
                await take(store, [later])
                if page.next is None:
                    break
                assert isinstance(page.next, Cursor)
                cursor = page.next
            return given_

    discard(tmp_path / "one.sqlite")
    given_ = asyncio.run(read())
    assert sorted(given_) == sorted(places(records))


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    some = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2).map(tuple)
    filters = Filters.model_validate(
        {
            "watch": draw(some),
            "owner": draw(some),
            "severity": draw(st.lists(st.sampled_from(["low", "high"]), max_size=2).map(tuple)),
            "language": draw(st.lists(st.sampled_from(["en", "UR"]), max_size=1).map(tuple)),
            "country": draw(st.lists(st.sampled_from(["af", "PK"]), max_size=1).map(tuple)),
            "reason": draw(st.lists(st.sampled_from(["copy", "first-mention"]), max_size=1).map(tuple)),
            "all": draw(st.booleans()),
        }
    )
    reach = Reach(draw(st.booleans()), frozenset(draw(some)), frozenset(draw(some)))
    return Selection.of(reach, filters)


rung = st.builds(
    alert,
    st.integers(0, 5),
    st.integers(0, 3),
    watch=st.sampled_from(["a", "b", "c"]),
    owner=st.sampled_from([None, "a", "b"]),
    severity=st.sampled_from(["low", "high"]),
    language=st.sampled_from(["en-GB", "ur"]),
    country=st.sampled_from([None, "AF", "PK"]),
    reason=st.sampled_from(["copy", "first-mention"]),
)


@examples
@given(st.lists(rung, min_size=1, max_size=15), st.lists(selections(), min_size=1, max_size=5))
def test_the_store_selects_what_the_stream_selects(tmp_path: Path, rung: list[object], asked: list[Selection]) -> None:
    records = [record(ALERTS.name, each, 0, number) for number, each in enumerate(rung)]  # type: ignore[arg-type]

    async def found() -> list[list[int]]:
        async with opened(tmp_path) as store:
            await take(store, records)
            return [[each.offset for each in (await store.newest(one, 100)).records] for one in asked]

    discard(tmp_path / "one.sqlite")
    labels = [stored_labels(each) for each in rung]  # type: ignore[arg-type]
    wanted = [[n for n in reversed(range(len(rung))) if one.takes(labels[n])] for one in asked]
    assert asyncio.run(found()) == wanted


async def test_of_each_alert_only_the_newest_record_that_tells_is_shown_where_one_is_wanted(tmp_path: Path) -> None:
    told = Selection.of(Reach(everything=True), one_each=True)
    every = Selection.of(Reach(everything=True), Filters(all=True), one_each=True)
    async with opened(tmp_path) as store:
        for offset, (what, sequence, reason) in enumerate(
            [("a", 0, "first-mention"), ("b", 0, "first-mention"), ("a", 1, "corrected"), ("a", 2, "copy")]
        ):
            rang = alert(what, sequence, reason=reason)
            await take(store, [record(ALERTS.name, rang, 0, offset, NOON_MS + offset)])
        assert [each.offset for each in (await store.newest(told, 10)).records] == [2, 1]
        assert [each.offset for each in (await store.newest(every, 10)).records] == [3, 1]


async def test_a_time_has_a_position_in_every_partition(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await take(store, alerts((0, 5), (1, 7), (0, 6), (0, 9)))
        for seconds, lacking in [(0, 4), (1, 3), (2, 2), (3, 1), (4, 0)]:
            position = await store.position_at(NOON + timedelta(seconds=seconds))
            assert len((await store.oldest(EVERYTHING, 10, position)).records) == lacking
        page = await store.oldest(EVERYTHING, 10, START, until=NOON + timedelta(seconds=2))
        assert places(page.records) == [(0, 5), (1, 7)]
        later = await store.oldest(EVERYTHING, 10, page.position)
        assert places(later.records) == [(0, 6), (0, 9)]
