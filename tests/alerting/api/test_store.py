"""What the store takes over, keeps, and removes."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas import Acknowledgement, Feedback, Handling
from services.alerting.api import queries, schema
from services.alerting.api.positions import Position
from services.alerting.api.queries import Overtaken
from services.alerting.api.schema import StoreFull
from services.alerting.api.selection import ACKNOWLEDGED, OPEN, Filters, Selection
from services.alerting.api.store import Store, StoreTaken
from services.alerting.api.tokens import Reach
from services.alerting.handling.steps import step, word
from services.backbone.topics import ACKNOWLEDGEMENTS, ALERTS, FEEDBACK
from tests.alerting.api.records import NOON_MS, PARTITIONS, alert, alerts, opened, record, take
from tests.alerting.examples import NOON

EVERY = Reach(everything=True)
EVERYTHING = Selection.of(EVERY, Filters(all=True))
START = Position((0,) * PARTITIONS)


def places(records: Sequence[object]) -> list[tuple[int, int]]:
    """Partition and offset of each."""
    return [(each.partition, each.offset) for each in records]  # type: ignore[attr-defined]


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
        found = await store.alert(rang.id, EVERY)
        assert found is not None
        assert [each.text for each in found.handling.notes] == ["call"]
        assert found.feedback == (second,)


async def test_an_alert_that_is_not_there_is_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        assert await store.alert("alr-0", EVERY) is None
        await take(store, [record(ALERTS.name, rang := alert("a"), 0, 0)])
        known = await store.known(rang.id, EVERY)
        assert known is not None
        assert (known.alert, known.handling) == (rang, Handling())


async def test_of_an_alert_that_may_not_be_seen_nothing_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    north, south = (alert("a", number, owner=owner) for number, owner in enumerate(["north", "south"]))
    reach = {owner: Reach(owners=frozenset([owner])) for owner in ("north", "south")}
    others = [Reach(watches=frozenset([name])) for name in ("not-known", "kabul")]
    async with opened(tmp_path) as store:
        records = [north, south, alert("b", watch="kabul")]
        await take(store, [record(ALERTS.name, each, 0, offset) for offset, each in enumerate(records)])
        for owner, record_ in [("north", north), ("south", south)]:
            found = await store.alert(north.id, reach[owner])
            assert found is not None
            assert [each.alert() for each in found.records] == [record_]
        newest = await store.known(north.id, reach["south"])
        assert newest is not None
        assert newest.alert == south
        monkeypatch.setattr(queries, "decompressed", None)  # whatever reads a body fails
        assert await store.known(north.id, reach["north"]) is None
        for other in others:
            assert await store.alert(north.id, other) is None
            assert await store.known(north.id, other) is None


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
