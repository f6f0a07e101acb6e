import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import Acknowledgement, Feedback, Handling
from services.alerting.api import schema
from services.alerting.api.positions import Cursor, Position
from services.alerting.api.queries import Overtaken
from services.alerting.api.schema import StoreFull, discard
from services.alerting.api.selection import ACKNOWLEDGED, OPEN, Filters, Selection, stored_labels
from services.alerting.api.store import Store, StoreTaken
from services.alerting.api.tokens import Reach
from services.alerting.handling.steps import step, word
from services.backbone.topics import ACKNOWLEDGEMENTS, ALERTS, FEEDBACK
from tests.alerting.api.records import NOON_MS, PARTITIONS, Record, alert, alerts, opened, record, take
from tests.alerting.examples import NOON

EVERYTHING = Selection.of(Reach(everything=True), Filters(all=True))
START = Position((0,) * PARTITIONS)

moments = st.integers(NOON_MS, NOON_MS + 5)
"""Few, so that many records are of the same one."""
written = st.lists(st.tuples(st.integers(0, PARTITIONS - 1), moments), min_size=1, max_size=30)
examples = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


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


async def test_a_body_is_given_as_it_stands_on_the_topic_but_on_one_line(tmp_path: Path) -> None:
    rang = record(ALERTS.name, alert("ٹی ٹی پی"), 0, 0)
    spread = (rang.value or b"").replace(b',"sequence"', b',\r\n  "sequence"').replace(b"{", b'{"of_tomorrow": 1,', 1)
    async with opened(tmp_path) as store:
        await take(store, [replace(rang, value=spread)])
        (stored,) = (await store.newest(EVERYTHING, 1)).records
        assert stored.body == spread.replace(b"\r\n", b"  ")
        assert stored.alert() == alert("ٹی ٹی پی")
        assert stored.at == NOON


async def test_what_cannot_be_read_is_passed_over_and_the_rest_is_taken(tmp_path: Path) -> None:
    good = alerts((0, 0), (0, 1), (0, 2))
    async with opened(tmp_path) as store:
        await take(store, [good[0], replace(good[1], value=b"{"), good[2]])
        page = await store.oldest(EVERYTHING, 10, START)
        assert places(page.records) == [(0, 0), (0, 2)]
        assert page.position == Position((3, 0, 0))


async def test_what_was_taken_over_already_is_not_taken_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await take(store, alerts((0, 0), (0, 1)))
        assert await take(store, alerts((0, 1), (0, 2)))
        assert places((await store.newest(EVERYTHING, 10)).records) == [(0, 2), (0, 1), (0, 0)]


async def test_a_record_of_tomorrow_does_not_hold_later_ones_back(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    tomorrow = int((now + timedelta(days=1)).timestamp() * 1000)
    async with opened(tmp_path) as store:
        await take(store, [replace(alerts((0, 0))[0], timestamp=tomorrow)])
        (stored,) = (await store.newest(EVERYTHING, 1)).records
        assert stored.at < now + timedelta(minutes=1)


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


STEP = step("alr-1", "ttp", "acknowledge", "Zarmina", NOON, "api")


async def handled(store: Store, *events: Acknowledgement | Feedback) -> None:
    for event in events:
        topic = ACKNOWLEDGEMENTS.name if isinstance(event, Acknowledgement) else FEEDBACK.name
        offset = next(mark.next for log, mark in store.marks.items() if log.topic == topic and log.number == 0)
        await take(store, [record(topic, event, 0, offset)])


async def test_who_cares_for_an_alert_is_found_by_all_its_records_in_either_order(tmp_path: Path) -> None:
    rang, later = alert("a"), alert("a", 1)
    cared, open_ = EVERYTHING.also(ACKNOWLEDGED), EVERYTHING.also(OPEN)
    steps = [step(rang.id, "ttp", "acknowledge", "Zarmina", NOON, "api", note="mine")]
    async with opened(tmp_path) as store:
        await take(store, [record(ALERTS.name, rang, 0, 0)])
        await handled(store, *steps)
        await take(store, [record(ALERTS.name, later, 0, 1)])
        assert [len((await store.newest(one, 10)).records) for one in (cared, open_)] == [2, 0]
        await handled(store, step(rang.id, "ttp", "release", "Zarmina", NOON, "api"))
        assert [len((await store.newest(one, 10)).records) for one in (cared, open_)] == [0, 2]


async def test_what_is_sent_twice_counts_once(tmp_path: Path) -> None:
    rang = alert("a")
    note = step(rang.id, "ttp", "note", "Zarmina", NOON, "api", note="call")
    first = word(rang.id, "ttp", "false", "Zarmina", NOON, "api")  # type: ignore[arg-type]
    second = word(rang.id, "ttp", "useful", "Zarmina", NOON + timedelta(minutes=1), "api")  # type: ignore[arg-type]
    async with opened(tmp_path) as store:
        await take(store, [record(ALERTS.name, rang, 0, 0)])
        await handled(store, note, note, first, second, first)
        found = await store.alert(rang.id)
        assert found is not None
        assert [each.text for each in found.handling.notes] == ["call"]
        assert found.feedback == (second,)


async def test_an_alert_that_is_not_there_is_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        assert await store.alert("alr-0") is None
        await take(store, [record(ALERTS.name, rang := alert("a"), 0, 0)])
        known = await store.known(rang.id)
        assert known is not None
        assert (known.alert, known.handling) == (rang, Handling())


async def test_what_is_too_old_goes_and_whoever_was_there_is_told(tmp_path: Path) -> None:
    day = 24 * 3_600_000
    records = [
        replace(each, timestamp=NOON_MS + (n - 10) * day) for n, each in enumerate(alerts(*[(0, n) for n in range(6)]))
    ]
    async with opened(tmp_path) as store:
        await take(store, records)
        cut = NOON - timedelta(days=7, hours=23)
        while await store.cut(cut):
            pass
        assert [each.offset for each in (await store.newest(EVERYTHING, 10)).records] == [5, 4, 3]
        with pytest.raises(Overtaken):
            await store.oldest(EVERYTHING, 10, Position((2, 0, 0)))
        assert len((await store.oldest(EVERYTHING, 10, Position((3, 0, 0)))).records) == 3
        counted = sqlite3.connect(tmp_path / "one.sqlite")
        differences = counted.execute(
            "SELECT count(*) FROM labels WHERE postings <> (SELECT count(*) FROM postings WHERE label = labels.id)"
        ).fetchone()[0]
        counted.close()
        assert differences == 0


async def test_a_store_goes_on_where_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await take(store, alerts((0, 0), (1, 0)))
    async with opened(tmp_path) as store:
        await take(store, alerts((0, 0), (0, 1)))
        assert len((await store.newest(EVERYTHING, 10)).records) == 3


async def test_a_full_disk_takes_nothing_and_leaves_all_that_is_there_readable(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await take(store, alerts((0, 0)))
        writer = store._writer
        pages = writer.execute("PRAGMA page_count").fetchone()[0]
        writer.execute(f"PRAGMA max_page_count = {pages}")
        many = alerts(*[(0, offset) for offset in range(1, 2_000)])
        with pytest.raises(StoreFull, match="make room"):
            await take(store, many)
        assert places((await store.newest(EVERYTHING, 10)).records) == [(0, 0)]
        writer.execute("PRAGMA max_page_count = 1000000")
        await take(store, many)
        page = await store.newest(EVERYTHING, 10)
        assert (page.records[0].offset, page.position) == (1_999, Position((2_000, 0, 0)))


@pytest.mark.parametrize("broken", [b"this is no database" * 100, b""], ids=["another file", "an empty file"])
async def test_a_file_that_is_of_no_use_is_made_anew(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "one.sqlite").write_bytes(broken)
    async with opened(tmp_path) as store:
        assert (await store.span()).head == START


async def test_a_file_of_another_release_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path) as store:
        await take(store, alerts((0, 0)))
    monkeypatch.setattr(schema, "_VERSION", 7)
    async with opened(tmp_path) as store:
        assert (await store.span()).head == START


async def test_two_processes_cannot_have_one_file(tmp_path: Path) -> None:
    async with opened(tmp_path):
        with pytest.raises(StoreTaken, match="TOCSIN_INSTANCE"):
            Store(tmp_path / "one.sqlite")
