from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Held
from schemas.remembered import EntityMemory, QueueMemory, Remembered, WatchMemory
from services.alerting.decide.alike import fingerprint
from services.alerting.decide.judge import judge
from services.alerting.decide.memory import KEPT, STORY_WINDOW, Memory, QueueKey
from services.alerting.decide.store import MOST_FORGOTTEN, Row
from services.alerting.decide.stories import MOST_SKETCHES
from tests.alerting.decide.reports import DAY, HOUR, MINUTE, decided, report, text_about
from tests.alerting.examples import NOON

DESK = "kabul-desk"
ENTITY = EntityMemory(last_at=NOON, since=NOON)


def queue(kind: Held = Held.SILENCED, group: str = "eid", due_at: datetime = NOON) -> QueueMemory:
    return QueueMemory(kind=kind, group=group, opened_at=NOON, due_at=due_at)


def rows(changes: Iterable[tuple[bytes, bytes | None]]) -> list[Row]:
    return [(key, value, offset) for offset, (key, value) in enumerate(changes)]


def restored(memory: Memory) -> Memory:
    """What a process knows that takes over from one with this memory."""
    successor = Memory()
    assert successor.restore(rows(memory.dirty())) == []
    return successor


def test_each_thing_that_changed_is_written_once_as_it_is_now() -> None:
    memory = Memory()
    for number in range(3):
        memory.put_watch(DESK, WatchMemory(began_at=NOON, names={"herald": f"Herald {number}"}), NOON)
    memory.put_entities(DESK, {"phrase/Bagram/Airfield": ENTITY}, NOON)
    written = {key: Remembered.read(value or b"") for key, value in memory.dirty()}

    assert list(written) == [b"kabul-desk/watch", b"kabul-desk/entity/phrase/Bagram/Airfield"]
    assert [one.key.encode() for one in written.values()] == list(written)
    assert written[b"kabul-desk/watch"].watch == memory.watch(DESK)
    assert {one.forget_at for one in written.values()} == {NOON + KEPT}
    assert memory.dirty() == []


def test_a_successor_remembers_the_same_and_decides_the_same() -> None:
    memory = Memory()
    decided(report("one"), report("two", names=["actor/iskp"], at=NOON + HOUR), memory=memory)
    successor, later = restored(memory), NOON + 2 * HOUR
    copy = report("three", "mirror", text=None, at=later).model_copy(
        update={"article": report("one").article.model_copy(update={"id": "art-copy"})}
    )

    for mention in (report("two", names=["actor/iskp"], at=NOON + HOUR), copy, report("new", at=later)):
        assert judge(mention, successor) == judge(mention, memory)
    assert successor.dirty() == memory.dirty()


def test_a_queue_is_due_at_its_time_and_stays_until_it_is_dropped() -> None:
    memory = Memory()
    memory.put_queue(DESK, queue(group="late", due_at=NOON + 2 * HOUR))
    memory.put_queue(DESK, queue(group="soon", due_at=NOON + HOUR))
    late, soon = QueueKey(DESK, Held.SILENCED, "late"), QueueKey(DESK, Held.SILENCED, "soon")

    assert memory.queues() == [late, soon]
    for known in (memory, restored(memory)):
        assert known.queues_due(NOON) == []
        assert [known.queues_due(NOON + 2 * HOUR) for _ in range(2)] == 2 * [[soon, late]]
        known.put_queue(DESK, queue(group="soon", due_at=NOON + DAY))
        known.drop_queue(DESK, Held.SILENCED, "late")
        assert known.queues_due(NOON + 2 * HOUR) == []
        assert known.queues_due(NOON + DAY) == [soon]


def test_a_queue_is_not_forgotten_by_time() -> None:
    memory = Memory()
    memory.put_queue(DESK, queue())
    memory.forget(NOON + 10 * KEPT)

    assert memory.queue(DESK, Held.SILENCED, "eid") == queue()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (None, b"{}"),
        (b"no-kind", b"{}"),
        (b"kabul-desk/art-1", b'{"watch_id":"kabul-desk","article_id":"art-1"}'),
        (b"kabul-desk/watch", b"\xff"),
    ],
)
def test_a_record_that_is_not_ours_is_told_of_and_passed_over(key: bytes | None, value: bytes) -> None:
    memory = Memory()
    good = rows([(b"kabul-desk/watch", _watch().write())])

    assert [offset for offset, _ in memory.restore([*good, (key, value, 9)])] == [9]
    assert memory.watch(DESK) == _watch().watch


@pytest.mark.parametrize(
    "value",
    [
        b'{"forget_at":"2027-02-22T12:00:00Z","watch_id":"kabul-desk","name":"watch","watch":{}}',
        b'{"forget_at":"2027-02-22T12:00:00Z","watch_id":"kabul-desk","name":"watch"}',
        b'{"forget_at":"some day"}',
        b'{"forget_at":"2027-02-22T12:00:00Z"',
    ],
)
def test_a_record_that_is_wrong_inside_is_told_of_once_it_is_used_and_may_be_put_anew(value: bytes) -> None:
    memory = Memory()
    assert (
        memory.restore([(b"kabul-desk/watch", value, 0), (b"other-desk/watch", _watch("other-desk").write(), 1)]) == []
    )

    assert memory.watch(DESK) is None
    assert [key for key, _ in memory.unreadable()] == ["kabul-desk/watch"]
    assert memory.unreadable() == []
    assert memory.watch("other-desk") is not None
    memory.put_watch(DESK, WatchMemory(began_at=NOON), NOON)
    assert memory.watch(DESK) is not None


def test_a_record_under_the_key_of_another_thing_is_not_taken_for_it() -> None:
    source, memory = Memory(), Memory()
    source.put_entities(DESK, {"actor/iskp": ENTITY}, NOON)
    ((_, other),) = source.dirty()
    memory.restore([(b"kabul-desk/entity/actor/ttp", _watch().write(), 0), (b"kabul-desk/entity/actor/aq", other, 1)])

    assert memory.entity(DESK, "actor/ttp") is None
    assert memory.entity(DESK, "actor/aq") is None
    assert len(memory.unreadable()) == 2


def test_what_was_forgotten_before_is_not_restored() -> None:
    memory = Memory()
    memory.restore([*rows([(b"kabul-desk/watch", _watch().write())]), (b"kabul-desk/watch", None, 1)])

    assert memory.watch(DESK) is None
    assert len(memory) == 0


@pytest.mark.parametrize("is_restored", [False, True])
def test_a_thing_is_forgotten_90_days_after_it_was_last_put_and_not_before(is_restored: bool) -> None:
    memory = Memory()
    memory.put_entities(DESK, {"actor/ttp": ENTITY}, NOON)
    memory.put_entities(DESK, {"actor/iskp": ENTITY}, NOON)
    memory.put_entities(DESK, {"actor/iskp": ENTITY.model_copy(update={"last_at": NOON + 3 * DAY})}, NOON + 3 * DAY)
    memory = restored(memory) if is_restored else memory
    memory.dirty()
    memory.forget(NOON + KEPT)
    assert memory.dirty() == []

    assert memory.has_old(NOON + KEPT + DAY)
    memory.forget(NOON + KEPT + DAY)
    assert memory.dirty() == [(b"kabul-desk/entity/actor/ttp", None)]
    assert memory.entity(DESK, "actor/ttp") is None
    assert memory.entity(DESK, "actor/iskp") is not None
    assert not memory.has_old(NOON + KEPT + DAY)


def test_the_earliest_are_forgotten_first_and_not_all_at_once() -> None:
    memory = Memory()
    for number in range(2 * MOST_FORGOTTEN):
        memory.put_entities(DESK, {f"actor/{number}": ENTITY}, NOON + DAY * (number >= MOST_FORGOTTEN))
    memory.dirty()
    memory.forget(NOON + 2 * KEPT)

    assert len(memory) == MOST_FORGOTTEN == len(memory.dirty())
    assert memory.entity(DESK, "actor/0") is None
    assert memory.entity(DESK, f"actor/{MOST_FORGOTTEN}") is not None


def test_only_stories_that_are_open_are_found_by_their_text() -> None:
    memory = Memory()
    one = report("one")
    decided(one, memory=memory)
    text = fingerprint(one.article)

    for known in (memory, restored(memory)):
        assert [story.id for story in known.open_stories(DESK, text, NOON + STORY_WINDOW)] == [one.article.id]
        assert known.open_stories(DESK, text, NOON + STORY_WINDOW + MINUTE) == []
        assert known.open_stories("other-desk", text, NOON) == []


def test_a_text_that_a_story_no_longer_keeps_finds_it_neither_before_nor_after_a_restart() -> None:
    wire = text_about("the wire")
    texts = [f"{' '.join(wire.split()[:60])} {text_about(f'own {number}', 50)}" for number in range(MOST_SKETCHES + 2)]
    memory = Memory()
    decided(*(report(f"{n}", f"source-{n}", text=text) for n, text in enumerate(texts)), memory=memory)
    successor = restored(memory)

    for text in texts:
        found = memory.open_stories(DESK, fingerprint(report(text=text).article), NOON)
        assert [story.id for story in found] == [report("0").article.id]
        assert found == successor.open_stories(DESK, fingerprint(report(text=text).article), NOON)


def test_the_watches_of_an_article_are_those_that_remember_it() -> None:
    memory = Memory()
    decided(*(report("one", watch=watch) for watch in ("one-desk", "other-desk")), report("two"), memory=memory)
    known = restored(memory)

    assert known.watches_of(report("one").article.id) == ["one-desk", "other-desk"]
    assert known.watches_of("art-unknown") == []
    known.forget(NOON + 2 * KEPT)
    assert known.watches_of(report("one").article.id) == []
    assert len(known._carriers) == 0


def test_what_one_record_changed_is_taken_back_and_what_was_before_stays() -> None:
    memory = Memory()
    memory.put_queue(DESK, queue(group="before"))
    before = judge(report("one"), memory)
    memory.begin()
    undone = judge(report("two", at=NOON + HOUR), memory)
    memory.put_queue(DESK, queue(group="new"))
    memory.drop_queue(DESK, Held.SILENCED, "before")
    memory.undo()

    assert memory.queues_due(NOON) == [QueueKey(DESK, Held.SILENCED, "before")]
    assert memory.open_stories(DESK, fingerprint(report("two").article), NOON + HOUR) == []
    assert judge(report("two", at=NOON + HOUR), memory) == undone
    assert judge(report("one"), memory).alert is None
    assert before.alert is not None


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 300), st.sampled_from(["put", "forget", "write", "take over"]))
    )
)
def test_what_is_remembered_is_what_was_put_less_what_was_forgotten(steps: list[tuple[str, int, str]]) -> None:
    memory, put, log = Memory(), dict[str, datetime](), list[tuple[bytes, bytes | None]]()
    for name, day, what in steps:
        now = NOON + day * DAY
        if what == "put":
            memory.put_entities(DESK, {name: ENTITY.model_copy(update={"last_at": now})}, now)
            put[name] = now
        elif what == "forget":
            memory.forget(now)
            put = {one: at for one, at in put.items() if (at + KEPT).date() >= now.date()}
        elif what == "write":
            log += memory.dirty()
        else:
            log += memory.dirty()
            memory = Memory()
            memory.restore(rows(log))
        known = {one: entity.last_at for one in "abc" if (entity := memory.entity(DESK, one)) is not None}
        assert known == put
        assert len(memory) == len(put)


def _watch(watch: str = DESK) -> Remembered:
    return Remembered(
        forget_at=NOON + timedelta(days=90), watch_id=watch, name="watch", watch=WatchMemory(began_at=NOON)
    )
