from collections.abc import Sequence

import pytest

from schemas import Event
from schemas.state import RungState
from services.alerting.decide.decider import AlertDecider
from services.alerting.decide.judge import rung
from services.alerting.decide.memory import KEPT
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, encode
from services.backbone.topics import ALERTING_STATE, ALERTS, DEAD_LETTERS, MENTIONS
from tests.alerting.examples import NOON, mention

PARTITION = 2


@pytest.fixture
def provided() -> list[str]:
    return []


@pytest.fixture
def decider(provided: list[str]) -> AlertDecider:
    decider = AlertDecider("decide", provided.append)
    decider.restore(PARTITION, [])
    return decider


def record(topic: str, event: Event, partition: int = PARTITION) -> ReadRecord:
    sent = encode(topic, event, "match")
    return ReadRecord(topic, partition, 7, sent.key, sent.value, sent.headers)


def mentioned(**more: object) -> ReadRecord:
    return record(MENTIONS.name, mention(**more))  # type: ignore[arg-type]


def topics(outputs: Sequence[OutgoingRecord]) -> list[str]:
    return [output.topic for output in outputs]


def test_a_first_mention_gives_its_alert_and_its_state_in_the_partition_of_the_mention(decider: AlertDecider) -> None:
    alert, state = decider.decide(mentioned())

    assert (alert.topic, alert.key, alert.partition) == (ALERTS.name, b"ttp", None)
    assert (state.topic, state.partition) == (ALERTING_STATE.name, PARTITION)
    assert state.value is not None
    assert RungState.read(state.value) == rung(mention())
    assert state.key == rung(mention()).key.encode()


def test_the_alert_carries_the_trace_of_its_mention(decider: AlertDecider) -> None:
    given = mentioned()
    headers = [given.headers or (), *(output.headers for output in decider.decide(given))]
    traces = [dict(each)["traceparent"].split(b"-")[1] for each in headers]

    assert traces == 3 * traces[:1]


def test_a_watch_with_a_topic_of_its_own_rings_there_too_once_it_exists(
    decider: AlertDecider, provided: list[str]
) -> None:
    outputs = decider.decide(mentioned(topic="kabul-desk")) + decider.decide(mentioned(topic="kabul-desk", slug="two"))

    assert topics(outputs) == 2 * [ALERTS.name, "alerts.kabul-desk", ALERTING_STATE.name]
    assert outputs[0].value == outputs[1].value
    assert provided == ["kabul-desk"]


def test_what_is_mentioned_again_gives_nothing(decider: AlertDecider) -> None:
    decider.decide(mentioned())

    assert decider.decide(mentioned()) == []


def test_what_was_restored_is_remembered_and_what_was_forgotten_is_not(decider: AlertDecider) -> None:
    first, second = mention(slug="one"), mention(slug="two")
    state = [record(ALERTING_STATE.name, rung(each)) for each in (first, second)]
    tombstone = ReadRecord(ALERTING_STATE.name, PARTITION, 9, rung(second).key.encode(), None, None)
    stranger = ReadRecord(ALERTING_STATE.name, PARTITION, 10, b"someone/else", b"not ours", None)
    decider.forget()
    decider.restore(PARTITION, [*state, tombstone, stranger])

    assert decider.decide(mentioned(slug="one")) == []
    assert topics(decider.decide(mentioned(slug="two"))) == [ALERTS.name, ALERTING_STATE.name]


def test_a_mention_of_later_drops_what_is_old_from_the_state(decider: AlertDecider) -> None:
    decider.decide(mentioned())
    *_, tombstone = decider.decide(mentioned(slug="two", met_at=NOON + 2 * KEPT))

    assert (tombstone.topic, tombstone.key, tombstone.value, tombstone.partition) == (
        ALERTING_STATE.name,
        rung(mention()).key.encode(),
        None,
        PARTITION,
    )


@pytest.mark.parametrize("value", [None, b"not JSON", b"{}", b"\xff"])
def test_a_record_that_is_no_mention_is_set_aside_and_changes_nothing(
    decider: AlertDecider, value: bytes | None
) -> None:
    outputs = decider.decide(ReadRecord(MENTIONS.name, PARTITION, 3, b"ttp", value, None))

    assert topics(outputs) == [DEAD_LETTERS.name]
    assert topics(decider.decide(mentioned())) == [ALERTS.name, ALERTING_STATE.name]


def test_a_partition_without_its_memory_is_not_decided_on(decider: AlertDecider) -> None:
    with pytest.raises(KeyError):
        decider.decide(record(MENTIONS.name, mention(), partition=PARTITION + 1))
    decider.forget()
    with pytest.raises(KeyError):
        decider.decide(mentioned())
