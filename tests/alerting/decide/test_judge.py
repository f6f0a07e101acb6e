from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Alert, Mention, Reason
from services.alerting.decide.judge import decide, ring, rung
from services.alerting.decide.memory import KEPT, MOST_FORGOTTEN, Memory
from tests.alerting.examples import NOON, mention

WATCHES, ARTICLES = ("ttp", "iskp"), ("one", "two", "three")
EVERY = [mention(watch, slug) for watch in WATCHES for slug in ARTICLES]
SECOND = timedelta(seconds=1)


def decided(mentions: list[Mention], memory: Memory) -> list[Alert]:
    """Decide one after the other, as the process does."""
    alerts = []
    for each in mentions:
        reason = decide(each, memory)
        if reason is Reason.FIRST_MENTION:
            alerts.append(ring(each, reason))
            memory.remember(rung(each).key, each.met_at)
        memory.forget(each.met_at)
    return alerts


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        pytest.param(mention(), Reason.SAME_ARTICLE, id="delivered again, it is silent"),
        pytest.param(mention(met_at=NOON + KEPT), Reason.SAME_ARTICLE, id="met again much later, it is silent"),
        pytest.param(
            mention().model_copy(update={"matches": (), "id": "men-other"}),
            Reason.SAME_ARTICLE,
            id="an edited article that meets the watch in another way is silent",
        ),
        pytest.param(mention(slug="two"), Reason.FIRST_MENTION, id="another article rings"),
        pytest.param(mention("iskp"), Reason.FIRST_MENTION, id="another watch rings for the same article"),
    ],
)
def test_what_rings_after_a_first_mention(second: Mention, reason: Reason) -> None:
    memory = Memory()
    assert len(decided([mention()], memory)) == 1

    assert decide(second, memory) is reason


def test_an_alert_takes_everything_from_its_mention() -> None:
    first = mention()
    alert = ring(first, Reason.FIRST_MENTION)

    assert alert.rang_at == first.met_at
    assert alert.reason is Reason.FIRST_MENTION
    shared = set(Mention.model_fields) & set(Alert.model_fields) - {"id"}
    assert {name: getattr(alert, name) for name in shared} == {name: getattr(first, name) for name in shared}
    assert rung(first).alert_id == alert.id


@given(st.lists(st.sampled_from(EVERY), max_size=40), st.permutations(EVERY))
def test_any_order_and_repetition_gives_each_alert_once(repeated: list[Mention], order: list[Mention]) -> None:
    rang = decided([*repeated, *order, *repeated], Memory())

    assert sorted(alert.id for alert in rang) == sorted(ring(each, Reason.FIRST_MENTION).id for each in EVERY)


def test_an_entry_is_forgotten_after_its_time_and_not_before() -> None:
    memory = Memory([("ttp/one", NOON)])

    assert memory.forget(NOON + KEPT) == []
    assert "ttp/one" in memory
    assert memory.forget(NOON + KEPT + SECOND) == ["ttp/one"]
    assert "ttp/one" not in memory


def test_the_oldest_are_forgotten_first_and_not_all_at_once() -> None:
    memory = Memory((f"ttp/{age}", NOON - age * SECOND) for age in range(25))

    assert memory.forget(NOON + 2 * KEPT) == [f"ttp/{24 - n}" for n in range(MOST_FORGOTTEN)]
    assert len(memory) == 25 - MOST_FORGOTTEN


def test_a_mention_from_the_future_does_not_empty_the_memory() -> None:
    memory = Memory((f"ttp/{n}", NOON) for n in range(100))
    future = datetime(2099, 1, 1, tzinfo=NOON.tzinfo)
    decided([mention(slug="odd", met_at=future), *(mention(slug=f"new-{n}") for n in range(50))], memory)

    assert len(memory) == 100 + 1 + 50 - MOST_FORGOTTEN


@given(st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=60))
def test_what_is_remembered_is_what_rang_less_what_was_forgotten(steps: list[tuple[int, bool]]) -> None:
    memory, rang, forgotten = Memory(), set[str](), set[str]()
    for number, (days, rings) in enumerate(steps):
        now = NOON + timedelta(days=days)
        if rings:
            memory.remember(f"ttp/{number}", now)
            rang.add(f"ttp/{number}")
        gone = memory.forget(now)
        assert len(gone) <= MOST_FORGOTTEN
        forgotten.update(gone)

    assert {key for key in rang if key in memory} == rang - forgotten
    assert len(memory) == len(rang - forgotten)
