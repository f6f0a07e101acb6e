from schemas.remembered import EntityMemory
from services.alerting.decide.store import MOST_DECODED, Store
from tests.alerting.decide.reports import DAY, MINUTE
from tests.alerting.examples import NOON

ENTITY = EntityMemory(last_at=NOON, since=NOON)


def test_a_key_that_is_put_all_day_stands_once_among_what_is_forgotten_that_day() -> None:
    store = Store()
    for minutes in range(0, 600, 10):
        store.put(b"desk/entity/actor/ttp", ENTITY, NOON + minutes * MINUTE)
        store.changes()
    store.put(b"desk/entity/actor/ttp", ENTITY, NOON + DAY)

    assert [(day, len(keys)) for day, keys in store.by_day()] == [(b"2026-11-25", 1), (b"2026-11-24", 1)]


def test_what_is_kept_decoded_is_bounded_and_the_rest_is_still_there() -> None:
    store = Store()
    for number in range(MOST_DECODED + 10):
        store.put(b"desk/entity/actor/%d" % number, ENTITY, NOON)
    store.changes()

    assert len(store._decoded) == MOST_DECODED
    assert store.get(b"desk/entity/actor/0") == ENTITY


def test_what_changed_several_times_is_taken_back_to_what_it_was() -> None:
    store, key = Store(), b"desk/entity/actor/ttp"
    store.put(key, ENTITY, NOON)
    for changed in (False, True):
        store.begin()
        store.put(key, ENTITY.model_copy(update={"weight": 2.0}), NOON + DAY)
        store.put(key, ENTITY.model_copy(update={"weight": 3.0}), NOON + 2 * DAY)
        store.drop(key)
        assert store.undo() == [key]
        assert store.get(key) == ENTITY
        assert len(store.changes()) == (not changed)
