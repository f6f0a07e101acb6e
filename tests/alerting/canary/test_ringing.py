"""What `decide` and the router make of the canary: it rings each time, beside what people are told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from schemas import Alert, Notification
from services.alerting.canary.watches import canary_watches
from services.alerting.decide.decider import AlertDecider
from services.alerting.decide.policies import Policies
from services.alerting.holding.coverage import Incidents
from services.alerting.holding.silences import Silences
from services.alerting.match.meet import match_watches
from services.alerting.notify.addressed import is_addressed_to
from services.alerting.routing.router import Router
from services.alerting.watching.known import Known
from services.backbone.canary import CANARY as CHANNEL
from services.backbone.canary import SCRIPTS
from services.backbone.keyed_state import partition_of
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, encode
from services.backbone.telemetry import DECISIONS
from services.backbone.topics import ALERTING_STATE, CANARY, MENTIONS, NOTIFICATIONS
from services.ingestion.canary.texts import canaries
from tests.alerting.examples import NOON, tagged

WATCHES = canary_watches(Known({"actor": frozenset(), "kind": frozenset(), "topic": frozenset()}, {}))


def refuse(*_: object) -> None:
    raise AssertionError("the canary asks for nothing")


@pytest.fixture
def decider() -> AlertDecider:
    in_force = Policies({}, Silences())
    decider = AlertDecider("decide", lambda: in_force, Incidents, refuse, refuse, lambda: NOON + timedelta(days=1))
    for number in range(MENTIONS.partitions):
        decider.restore(number, ())
    return decider


def mentions(slot: int, at: datetime = NOON) -> list[ReadRecord]:
    met = [mention for article in canaries(slot, at) for mention in match_watches(tagged(article), WATCHES, at)]
    return [
        ReadRecord(MENTIONS.name, partition_of(sent.watch.id, MENTIONS.partitions), slot, record.key, record.value, [])
        for sent in met
        for record in [encode(MENTIONS.name, sent, "match")]
    ]


def alerts(outputs: Sequence[OutgoingRecord]) -> list[Alert]:
    return [Alert.read(output.value or b"") for output in outputs]


def counted() -> float:
    return sum(sample.value for metric in DECISIONS.collect() for sample in metric.samples)


def test_each_rings_on_a_topic_of_its_own_and_is_counted_nowhere_else(decider: AlertDecider) -> None:
    before = counted()
    outputs = [output for record in mentions(1) for output in decider.decide(record)]
    assert [output.topic for output in outputs] == [CANARY.name] * len(SCRIPTS)
    assert all(alert.tells and alert.action == "ring" for alert in alerts(outputs))
    assert counted() == before


def test_what_is_remembered_of_it_does_not_grow(decider: AlertDecider) -> None:
    for slot in range(100):
        outputs = [output for record in mentions(slot) for output in decider.decide(record)]
        assert len(alerts(outputs)) == len(SCRIPTS)
        changes = decider.changes()
        assert {change.topic for change in changes} == {ALERTING_STATE.name}
        assert sorted(change.key or b"" for change in changes) == sorted(
            f"tocsin-canary-{script}/watch".encode() for script in SCRIPTS
        )


def test_the_same_comes_out_of_it_again_after_a_kill(decider: AlertDecider) -> None:
    first, again = (decider.decide(mentions(1)[0]) for _ in range(2))
    assert alerts(first)[0].event_id == alerts(again)[0].event_id


async def test_it_goes_to_its_own_channel_whatever_the_routes_say(decider: AlertDecider) -> None:
    router = Router("notify", refuse, refuse, lambda: NOON)  # type: ignore[arg-type]
    for record in mentions(1):
        (output,) = decider.decide(record)
        for _ in range(2):
            (sent,) = await router.handle(ReadRecord(CANARY.name, 2, 7, output.key, output.value, output.headers))
        notification = Notification.read(sent.value or b"")
        assert (sent.topic, notification.channel, notification.due_at) == (NOTIFICATIONS.name, CHANNEL, None)
        assert is_addressed_to(ReadRecord(sent.topic, 0, 0, sent.key, sent.value, sent.headers), CHANNEL)
        assert not is_addressed_to(ReadRecord(sent.topic, 0, 0, sent.key, sent.value, sent.headers), "desk")
