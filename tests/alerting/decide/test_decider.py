"""Mentions as records become alerts and state as records."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from schemas import Alert, ArticleRevised, Event, Held, Reason
from schemas.remembered import Remembered
from services.alerting.decide.decider import LOOK, AlertDecider
from services.alerting.decide.memory import KEPT
from services.alerting.decide.policies import Policies
from services.alerting.holding.coverage import Incidents
from services.alerting.holding.silences import Silences
from services.alerting.watching.watch import Watch
from services.backbone.keyed_state import partition_of
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, encode
from services.backbone.topics import ALERTING_STATE, ALERTS, DEAD_LETTERS, MENTIONS
from tests.alerting.examples import NOON, mention

PARTITION = partition_of("ttp", MENTIONS.partitions)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> Any:
        return self.now


@pytest.fixture
def provided() -> list[str]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


def policies(**more: Any) -> Policies:
    return Policies({"ttp": Watch.model_validate({"id": "ttp", "any": [{"actor": "ttp"}], **more})}, Silences())


def decides(clock: Clock, provided: list[str], state: Iterable[OutgoingRecord] = (), **policy: Any) -> AlertDecider:
    in_force = policies(**policy)
    decider = AlertDecider("decide", lambda: in_force, Incidents, provided.append, lambda _: None, clock)
    decider.restore(PARTITION, ((each.key, each.value, offset) for offset, each in enumerate(state)))
    return decider


@pytest.fixture
def decider(clock: Clock, provided: list[str]) -> AlertDecider:
    return decides(clock, provided)


def record(topic: str, event: Event, partition: int = PARTITION) -> ReadRecord:
    sent = encode(topic, event, "match")
    return ReadRecord(topic, partition, 7, sent.key, sent.value, sent.headers)


def mentioned(**more: Any) -> ReadRecord:
    return record(MENTIONS.name, mention(**more))


def topics(outputs: Sequence[OutgoingRecord]) -> list[str]:
    return [output.topic for output in outputs]


def alert_of(output: OutgoingRecord) -> Alert:
    assert output.value is not None
    return Alert.read(output.value)


def test_a_first_mention_gives_its_alert_and_what_is_remembered_in_the_partition_of_the_mention(
    decider: AlertDecider,
) -> None:
    (alert,) = decider.decide(mentioned())
    changes = decider.changes()

    assert (alert.topic, alert.key, alert.partition) == (ALERTS.name, b"ttp", None)
    assert {(change.topic, change.partition) for change in changes} == {(ALERTING_STATE.name, PARTITION)}
    remembered = [Remembered.read(change.value) for change in changes if change.value is not None]
    assert [each.key.encode() for each in remembered] == [change.key for change in changes]
    assert {each.name.split("/")[0] for each in remembered} == {"article", "story", "entity", "watch"}
    assert decider.changes() == [], "each change is written once"


def test_the_alert_carries_the_trace_of_its_mention(decider: AlertDecider) -> None:
    given = mentioned()
    (alert,) = decider.decide(given)
    one, other = (dict(headers)["traceparent"].split(b"-")[1] for headers in (given.headers or (), alert.headers))

    assert one == other


def test_a_watch_with_a_topic_of_its_own_rings_there_too_once_it_exists(
    decider: AlertDecider, provided: list[str]
) -> None:
    outputs = decider.decide(mentioned(topic="kabul-desk")) + decider.decide(mentioned(topic="kabul-desk", slug="two"))

    assert topics(outputs) == 2 * [ALERTS.name, "alerts.kabul-desk"]
    assert outputs[0].value == outputs[1].value
    assert provided == ["kabul-desk"]


def test_what_is_mentioned_again_gives_nothing(decider: AlertDecider) -> None:
    decider.decide(mentioned())
    decider.changes()

    assert decider.decide(mentioned()) == []
    assert decider.changes() == []


def test_what_was_restored_is_remembered_and_what_is_not_ours_is_passed_over(
    decider: AlertDecider, clock: Clock, provided: list[str]
) -> None:
    decider.decide(mentioned(slug="one"))
    strangers = [OutgoingRecord(ALERTING_STATE.name, key, b"not ours", []) for key in (b"someone/else", b"\xff")]
    again = decides(clock, provided, [*decider.changes(), *strangers])

    assert again.decide(mentioned(slug="one")) == []
    assert topics(again.decide(mentioned(slug="two"))) == [ALERTS.name]


def test_what_is_old_is_forgotten_by_the_clock(decider: AlertDecider, clock: Clock, provided: list[str]) -> None:
    decider.decide(mentioned())
    before = decider.changes()
    clock.now += KEPT + timedelta(days=2)

    tombstones: list[OutgoingRecord] = []
    for _ in range(10):
        assert decider.tick(clock.now) == []
        tombstones += decider.changes()
        clock.now += LOOK

    assert {each.key for each in tombstones} == {each.key for each in before}
    assert {(each.value, each.partition) for each in tombstones} == {(None, PARTITION)}


@pytest.mark.parametrize("value", [None, b"not JSON", b"{}", b"\xff"])
def test_a_record_that_is_no_mention_is_set_aside_and_changes_nothing(
    decider: AlertDecider, value: bytes | None
) -> None:
    outputs = decider.decide(ReadRecord(MENTIONS.name, PARTITION, 3, b"ttp", value, None))

    assert topics(outputs) == [DEAD_LETTERS.name]
    assert decider.changes() == []
    assert topics(decider.decide(mentioned())) == [ALERTS.name]


def test_a_mention_from_the_future_is_set_aside_with_what_to_do(decider: AlertDecider) -> None:
    (letter,) = decider.decide(mentioned(met_at=NOON + timedelta(hours=2)))

    assert letter.topic == DEAD_LETTERS.name
    assert letter.value is not None
    assert b"ahead of the clock" in letter.value
    assert b"set the clock of the machine" in letter.value
    assert decider.changes() == []
    assert topics(decider.decide(mentioned(met_at=NOON + timedelta(minutes=59)))) == [ALERTS.name]


def test_a_mention_of_a_watch_that_is_not_in_force_is_on_the_topic_and_held(decider: AlertDecider) -> None:
    (output,) = decider.decide(mentioned(watch="gone"))

    assert alert_of(output).held is Held.NO_WATCH


def test_a_watch_that_only_match_has_read_yet_is_read_before_it_is_decided_and_one_that_is_gone_only_once(
    clock: Clock,
) -> None:
    in_force, asked = [Policies({}, Silences())], list[str]()

    def catch_up(watch: str) -> None:
        asked.append(watch)
        in_force[:] = [policies()]

    decider = AlertDecider("decide", lambda: in_force[0], Incidents, list[str]().append, catch_up, clock)
    decider.restore(PARTITION, [])

    assert [alert_of(each).held for each in decider.decide(mentioned())] == [None]
    for slug in ("two", "three"):
        assert [alert_of(each).held for each in decider.decide(mentioned(watch="gone", slug=slug))] == [Held.NO_WATCH]
    assert asked == ["ttp"], "all three were met by one configuration"


def test_what_is_due_is_told_once_at_a_tick(clock: Clock, provided: list[str]) -> None:
    decider = decides(clock, provided, group={"by": "watch", "wait": "30s", "interval": "5m"})
    held = [alert_of(output) for slug in ("one", "two") for output in decider.decide(mentioned(slug=slug))]
    assert [alert.held for alert in held] == 2 * [Held.GROUPED]
    assert decider.tick(clock.now) == []

    clock.now += timedelta(seconds=31)
    assert decider.due(clock.now)
    (told,) = map(alert_of, decider.tick(clock.now))

    assert (told.reason, told.stands_for, told.tells) == (Reason.GROUP, 2, True)
    assert {item.alert_id for item in told.items} == {alert.id for alert in held}
    assert not decider.due(clock.now)
    assert decider.tick(clock.now + LOOK) == []


def test_a_revision_without_the_passage_is_told_to_those_who_were_told(decider: AlertDecider) -> None:
    (rang,) = map(alert_of, decider.decide(mentioned()))
    assert rang.article is not None
    article = rang.article.model_copy(update={"revision": "another", "seen_at": NOON + timedelta(hours=1)})
    revised = ArticleRevised(
        article=article, replaces=rang.article.revision, withdrawn=False, met=(), revised_at=article.seen_at
    )

    (gone,) = map(alert_of, decider.decide(record(MENTIONS.name, revised)))

    assert (gone.id, gone.sequence, gone.action, gone.reason) == (rang.id, 1, "update", Reason.WITHDRAWN)
    assert decider.decide(record(MENTIONS.name, revised)) == [], "once"


def test_a_partition_without_its_memory_is_not_decided_on(decider: AlertDecider) -> None:
    with pytest.raises(KeyError):
        decider.decide(record(MENTIONS.name, mention(), partition=PARTITION + 1))
    decider.forget()
    with pytest.raises(KeyError):
        decider.decide(mentioned())
