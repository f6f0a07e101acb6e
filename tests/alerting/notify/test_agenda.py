"""What a channel does next, in a time of our own."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Delivery, Notification, Outcome
from services.alerting.notify.agenda import Agenda
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import ChannelConfig
from services.alerting.notify.errand import Errand
from services.alerting.notify.journal import Journal
from services.alerting.notify.steps import Attempt, Conditions, together
from tests.alerting.examples import NOON
from tests.alerting.notify.desk import GONE, LATER, NEVER, TAKEN, notification

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NEVER_MIND = Answer(Verdict.LATER, "HTTP 413", is_the_channel=False)
ASKS_FOR_REST = Answer(Verdict.LATER, "HTTP 429", 30)


class Channel:
    """An agenda with a clock that the test moves, and all that was said."""

    def __init__(self, **config: Any) -> None:
        self.config = ChannelConfig(id="box", **{"retry_seconds": (60, 600), **config})
        self.agenda = Agenda(self.config, lambda: 0.5)
        self.now = NOON
        self.acknowledged: dict[str, str] = {}
        self.refuses: str | None = None
        self.has_caught_up = True
        self.said: list[Delivery] = []
        self.under_way: list[Attempt] = []
        self.sent: list[tuple[str, list[str]]] = []
        """Message and alerts, in the order in which attempts began."""
        self.taken_at: list[datetime] = []
        self._offset = 0

    def comes(self, *notifications: Notification, journal: Journal | None = None) -> None:
        """These are read."""
        for each in notifications:
            errand = Errand.of(each, (0, self._offset))
            self._offset += 1
            past = journal.past(errand.id) if journal else None
            self.said += [said.delivery for said in self.agenda.add(errand, past, self.now)]

    def begins(self) -> list[Attempt]:
        """What is begun now."""
        conditions = Conditions(self.has_caught_up, self.refuses, self.acknowledged.get)
        steps = self.agenda.next(self.now, conditions)
        self._assert_below_ceiling(steps.attempts)
        wakes_at = self.agenda.wakes_at(self.now, conditions)
        assert wakes_at is None or wakes_at > self.now, "it would turn without end"
        self.said += [said.delivery for said in steps.said]
        self.under_way += steps.attempts
        for each in steps.attempts:
            if each.parcel.reason is not None and each.number == 1:
                self.said += [said.delivery for said in together(self.config.id, each)]
        self.sent += [
            (each.parcel.message_id, [errand.alert_id for errand in each.parcel.errands]) for each in steps.attempts
        ]
        return steps.attempts

    def answers(self, attempt: Attempt, answer: Answer) -> None:
        """An attempt comes to this."""
        self.under_way.remove(attempt)
        if answer.verdict is Verdict.TAKEN:
            self.taken_at.append(self.now)
        self.said += [said.delivery for said in self.agenda.answered(attempt, answer, self.now)]

    def works(self, answer: Answer | Callable[[Attempt], Answer] = TAKEN) -> None:
        """All that can begin now begins and is answered so."""
        while self.begins():
            for attempt in list(self.under_way):
                self.answers(attempt, answer if isinstance(answer, Answer) else answer(attempt))

    def waits(self, time: timedelta) -> None:
        """The clock goes on."""
        self.now += time

    def started_anew(self, come: Sequence[Notification], written: Sequence[Delivery]) -> "Channel":
        """Another process that knows what was written, and reads again what has not ended."""
        journal = Journal()
        for delivery in written:
            journal.take(delivery)
        anew = Channel(**self.config.model_dump(exclude={"id"}))
        anew.now, anew.acknowledged = self.now, self.acknowledged
        anew.agenda.window.restore(journal.taken())
        anew.comes(*(each for each in come if not journal.has_ended(each.event_id)), journal=journal)
        return anew

    def _assert_below_ceiling(self, attempts: list[Attempt]) -> None:
        """What is not severe begins only where there is room, all that is under way counted as if it were taken."""
        if (ceiling := self.config.ceiling) is None:
            return
        taken = sum(1 for at in self.taken_at if self.now - at < ceiling.per)
        for place, attempt in enumerate(attempts, taken + len(self.under_way)):
            assert place < ceiling.alerts or any(each.is_above_ceiling for each in attempt.parcel.errands)

    @property
    def outcomes(self) -> list[tuple[str, Outcome]]:
        return [(each.alert_id, each.outcome) for each in self.said]


def test_what_fails_is_tried_again_when_its_time_has_come_and_not_before() -> None:
    channel = Channel()
    channel.comes(notification("one", routed_at=NOON))
    channel.works(NEVER_MIND)
    assert channel.said[-1].next_attempt_at == NOON + MINUTE

    channel.waits(MINUTE - SECOND)
    assert channel.begins() == []
    channel.waits(SECOND)
    channel.works()
    assert [(each.attempt, each.outcome) for each in channel.said] == [(1, Outcome.RETRYING), (2, Outcome.DELIVERED)]
    assert channel.said[-1].first_attempt_at == NOON


def test_per_watch_one_goes_after_the_other_and_other_watches_go_on() -> None:
    channel = Channel(order="watch")
    channel.comes(*(notification(slug, watch=slug[0], routed_at=NOON) for slug in ("a1", "a2", "b1", "a3")))
    channel.works(lambda attempt: NEVER_MIND if attempt.parcel.message_id == "alr-a1" else TAKEN)
    assert [name for name, _ in channel.sent] == ["alr-a1", "alr-b1"]

    channel.waits(MINUTE)
    channel.works()
    assert [name for name, _ in channel.sent] == ["alr-a1", "alr-b1", "alr-a1", "alr-a2", "alr-a3"]


def test_what_waits_for_hours_goes_out_in_one_message_when_they_begin() -> None:
    channel, morning = Channel(), NOON + 8 * HOUR
    channel.comes(*(notification(slug, waits_for="hours", due_at=morning, routed_at=NOON) for slug in "abc"))
    channel.works()
    assert [(each.outcome, each.next_attempt_at) for each in channel.said] == [(Outcome.HELD, morning)] * 3

    channel.waits(8 * HOUR)
    channel.works()
    ((message, alerts),) = channel.sent
    assert sorted(alerts) == ["alr-a", "alr-b", "alr-c"]
    assert {each.message_id for each in channel.said[3:]} == {message}
    assert [each.outcome for each in channel.said[3:]] == [Outcome.HELD] * 3 + [Outcome.DELIVERED] * 3


def test_one_alone_that_waited_goes_out_as_itself() -> None:
    channel = Channel()
    channel.comes(notification("a", waits_for="hours", due_at=NOON + HOUR, routed_at=NOON))
    channel.waits(HOUR)
    channel.works()
    assert channel.sent == [("alr-a", ["alr-a"])]


def test_what_was_acknowledged_is_not_told_further_on_and_the_rest_is() -> None:
    channel = Channel()
    due = NOON + 15 * MINUTE
    channel.comes(*(notification(slug, waits_for="acknowledgement", due_at=due, routed_at=NOON) for slug in "ab"))
    channel.acknowledged["alr-a"] = "Zarmina"
    channel.waits(15 * MINUTE)
    channel.works()

    assert channel.outcomes[2:] == [("alr-a", Outcome.NOT_NEEDED), ("alr-b", Outcome.DELIVERED)]
    assert "Zarmina" in channel.said[2].detail


def test_beyond_the_ceiling_alerts_are_held_and_told_once_when_there_is_room() -> None:
    channel = Channel(ceiling={"alerts": 2, "per": "1h"})
    channel.comes(*(notification(slug, routed_at=NOON) for slug in "abcd"))
    channel.works()
    held = {each.alert_id: each.next_attempt_at for each in channel.said if each.outcome is Outcome.HELD}
    assert held == {"alr-c": NOON + HOUR, "alr-d": NOON + HOUR}

    channel.comes(notification("severe", severity="critical", routed_at=NOON))
    channel.works()
    assert channel.sent[-1] == ("alr-severe", ["alr-severe"])

    channel.waits(HOUR - SECOND)
    channel.comes(notification("late", routed_at=channel.now))
    channel.works()
    assert len(channel.sent) == 3

    channel.waits(SECOND)
    channel.works()
    assert channel.sent[3][1] == ["alr-c", "alr-d", "alr-late"]


def test_what_comes_when_there_is_room_again_does_not_overtake_what_is_held() -> None:
    channel = Channel(ceiling={"alerts": 1, "per": "1h"}, order="watch")
    channel.comes(*(notification(slug, routed_at=NOON) for slug in "abc"))
    channel.works()
    channel.waits(HOUR)
    channel.comes(notification("d", routed_at=channel.now))
    channel.works()
    assert [alerts for _, alerts in channel.sent] == [["alr-a"], ["alr-b", "alr-c", "alr-d"]]


def test_what_waits_for_a_moment_holds_up_nothing_of_its_watch() -> None:
    channel = Channel(order="watch")
    channel.comes(
        notification("later", waits_for="acknowledgement", due_at=NOON + HOUR, routed_at=NOON),
        notification("now", routed_at=NOON),
    )
    channel.works()
    assert channel.sent == [("alr-now", ["alr-now"])]


def test_a_channel_that_takes_nothing_is_left_alone_but_for_one_probe() -> None:
    channel = Channel(concurrency=5)
    channel.comes(*(notification(f"{number}", routed_at=NOON) for number in range(20)))
    first = channel.begins()
    for attempt in first:
        channel.answers(attempt, LATER)
    assert (len(first), channel.begins()) == (5, [])

    channel.waits(5 * SECOND)
    (probe,) = channel.begins()
    assert channel.begins() == []
    channel.answers(probe, TAKEN)
    channel.works()
    assert Counter(outcome for _, outcome in channel.outcomes) == {Outcome.RETRYING: 5, Outcome.DELIVERED: 15}


def test_what_was_tried_fails_when_the_channel_is_away_for_longer_than_the_schedule_and_what_was_not_stays() -> None:
    channel = Channel(concurrency=5)
    channel.comes(*(notification(f"{number}", routed_at=NOON) for number in range(7)))
    for attempt in channel.begins():
        channel.answers(attempt, ASKS_FOR_REST)
    channel.waits(1.1 * 660 * SECOND + SECOND)
    channel.agenda.circuit.begin()  # somebody else's probe, so that nothing else begins
    channel.begins()

    assert Counter(outcome for _, outcome in channel.outcomes) == {Outcome.RETRYING: 5, Outcome.FAILED: 5}
    assert channel.agenda.begun == 2


def test_a_channel_that_wants_nothing_any_more_gets_nothing_and_each_alert_is_said_to_have_failed() -> None:
    channel = Channel(concurrency=1)
    channel.comes(*(notification(slug, routed_at=NOON) for slug in "ab"))
    (attempt,) = channel.begins()
    channel.answers(attempt, GONE)
    channel.refuses = "disabled since noon"
    channel.works()

    assert channel.outcomes == [("alr-a", Outcome.FAILED), ("alr-b", Outcome.FAILED)]
    assert len(channel.sent) == 1


def test_after_a_restart_a_schedule_goes_on_and_a_held_alert_is_not_said_to_be_held_again() -> None:
    before, journal = Channel(), Journal()
    given = [
        notification("tried", routed_at=NOON),
        notification("held", waits_for="hours", due_at=NOON + HOUR, routed_at=NOON),
    ]
    before.comes(*given)
    before.works(NEVER_MIND)
    for delivery in before.said:
        journal.take(delivery)

    after = Channel()
    after.comes(*given, journal=journal)
    after.works()
    assert (after.said, after.sent) == ([], [])
    after.waits(MINUTE)
    after.works()
    assert [(each.attempt, each.outcome) for each in after.said] == [(2, Outcome.DELIVERED)]


def test_a_group_that_went_out_before_comes_back_whole_under_its_id() -> None:
    before, journal = Channel(), Journal()
    given = [notification(slug, waits_for="hours", due_at=NOON, routed_at=NOON) for slug in "abc"]
    before.comes(*given)
    before.works(NEVER_MIND)
    for delivery in before.said:
        journal.take(delivery)

    after = Channel()
    after.has_caught_up = False
    after.comes(*given[:2], journal=journal)
    after.waits(MINUTE)
    assert after.begins() == []
    after.comes(given[2], journal=journal)
    after.has_caught_up = True
    after.works()
    assert after.sent == before.sent


def test_a_group_that_was_told_and_not_said_to_be_comes_again_under_its_id_whoever_came_since() -> None:
    channel = Channel(ceiling={"alerts": 1, "per": "1m"})
    given = [notification(slug, routed_at=NOON) for slug in "abcd"]
    channel.comes(*given[:3])
    channel.works()
    channel.waits(MINUTE)
    [attempt] = channel.begins()
    assert [errand.alert_id for errand in attempt.parcel.errands] == ["alr-b", "alr-c"]

    anew = channel.started_anew(given, channel.said)  # killed while the channel answers
    for _ in range(2):
        anew.waits(MINUTE)
        anew.works()

    assert channel.sent[-1] in anew.sent
    assert sorted(alert for _, alerts in anew.sent for alert in alerts) == ["alr-b", "alr-c", "alr-d"]


def test_what_people_ask_for_once_more_waits_for_nothing() -> None:
    channel = Channel(ceiling={"alerts": 1, "per": "1h"})
    channel.comes(notification("a", routed_at=NOON))
    channel.works()
    channel.comes(notification("b", waits_for="hours", due_at=NOON + HOUR, routed_at=NOON, again=1))
    channel.works()
    assert [name for name, _ in channel.sent] == ["alr-a", "alr-b"]


def test_what_another_instance_has_now_is_left_to_it_and_the_rest_goes_on() -> None:
    channel = Channel(order="watch", concurrency=1)
    channel.comes(*(notification(slug, routed_at=NOON) for slug in ("lost", "lost-too", "kept")))
    channel.comes(notification("held", waits_for="hours", due_at=NOON + HOUR, routed_at=NOON))
    (attempt,) = channel.begins()
    channel.agenda.drop(lambda errand: errand.place[1] in (0, 1, 3))
    assert channel.begins() == [], "what is under way keeps its place until it has ended"

    channel.answers(attempt, NEVER_MIND)
    channel.waits(HOUR)
    channel.works()
    assert [name for name, _ in channel.sent] == ["alr-lost", "alr-kept"]
    assert [name for name, outcome in channel.outcomes if outcome.ends] == ["alr-kept"]
    assert (channel.agenda.begun, channel.agenda.held) == (0, 0)


def test_what_is_given_up_is_said_to_have_failed_once_though_an_answer_comes_late() -> None:
    channel = Channel(concurrency=1)
    channel.comes(*(notification(slug, routed_at=NOON) for slug in "ab"))
    (attempt,) = channel.begins()
    channel.said += [said.delivery for said in channel.agenda.give_up("removed", NOON)]
    channel.answers(attempt, TAKEN)
    assert sorted(channel.outcomes) == [("alr-a", Outcome.FAILED), ("alr-b", Outcome.FAILED)]


def test_what_a_channel_refuses_because_of_itself_does_not_count_as_begun_nor_what_waits_behind_it() -> None:
    channel = Channel(order="watch")
    channel.comes(*(notification(slug, watch=slug[0], routed_at=NOON) for slug in ("a1", "a2", "b1")))
    channel.works(lambda attempt: NEVER_MIND if attempt.parcel.message_id == "alr-a1" else TAKEN)
    channel.comes(notification("a3", watch="a", routed_at=NOON))
    assert (channel.agenda.begun, channel.agenda.put_off) == (0, 3)

    channel.waits(MINUTE)
    channel.works()
    assert [name for name, _ in channel.sent][2:] == ["alr-a1", "alr-a2", "alr-a3"]
    assert (channel.agenda.begun, channel.agenda.put_off) == (0, 0)


def test_what_a_channel_is_too_ill_to_take_counts_as_begun() -> None:
    channel = Channel()
    channel.comes(notification("a", routed_at=NOON))
    channel.works(LATER)
    assert (channel.agenda.begun, channel.agenda.put_off) == (1, 0)


def test_what_was_refused_counts_as_little_after_a_restart() -> None:
    before, given = Channel(), [notification(slug, routed_at=NOON) for slug in "ab"]
    before.comes(*given)
    before.works(NEVER_MIND)
    after = before.started_anew(given, before.said)
    assert (after.agenda.begun, after.agenda.put_off) == (0, 2)


def test_of_more_than_a_hundred_that_waited_each_is_named_and_the_first_message_says_how_many() -> None:
    channel = Channel()
    channel.comes(*(notification(f"{n}", waits_for="hours", due_at=NOON + HOUR, routed_at=NOON) for n in range(250)))
    channel.waits(HOUR)
    first = channel.begins()
    assert [(len(each.parcel.errands), each.parcel.in_all) for each in first] == [(100, 250), (100, 0), (50, 0)]
    assert len({each.parcel.message_id for each in first}) == 3
    assert {name for _, alerts in channel.sent for name in alerts} == {f"alr-{n}" for n in range(250)}


def test_of_more_than_a_hundred_above_the_ceiling_each_is_named_as_soon_as_there_is_room() -> None:
    channel = Channel(ceiling={"alerts": 2, "per": "1h"})
    channel.comes(*(notification(f"{n}", routed_at=NOON) for n in range(2 + 250)))
    channel.works()
    told = []
    for _ in range(2):
        channel.waits(HOUR)
        told += channel.begins()
        for attempt in list(channel.under_way):
            channel.answers(attempt, TAKEN)
    assert [(len(each.parcel.errands), each.parcel.in_all) for each in told] == [(100, 250), (100, 0), (50, 0)]


answers = st.sampled_from([TAKEN, TAKEN, LATER, NEVER, NEVER_MIND, ASKS_FOR_REST])
arrivals = st.fixed_dictionaries(
    {
        "watch": st.sampled_from(["a", "b"]),
        "severity": st.sampled_from(["low", "critical"]),
        "waits_for": st.sampled_from([None, None, "hours", "acknowledgement"]),
    }
)
events = st.one_of(
    st.tuples(st.just("comes"), arrivals),
    st.tuples(st.just("answers"), answers),
    st.tuples(st.just("waits"), st.sampled_from([SECOND, MINUTE, HOUR])),
    st.tuples(st.just("acknowledges"), st.integers(0, 20)),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(events, max_size=60),
    st.sampled_from([None, {"alerts": 2, "per": "1h"}]),
    st.sampled_from(["none", "watch"]),
    st.integers(1, 3),
)
def test_each_notification_ends_once_in_order_and_within_the_bounds(
    happens: list[tuple[str, Any]], ceiling: dict[str, Any] | None, order: str, concurrency: int
) -> None:
    channel = Channel(ceiling=ceiling, order=order, concurrency=concurrency)
    come: list[Notification] = []
    for what, value in happens:
        if what == "comes":
            due_at = channel.now + HOUR if value["waits_for"] else None
            come.append(notification(f"{len(come)}", due_at=due_at, routed_at=channel.now, **value))
            channel.comes(come[-1])
        elif what == "answers" and channel.under_way:
            channel.answers(channel.under_way[0], value)
        elif what == "waits":
            channel.waits(value)
        elif what == "acknowledges":
            channel.acknowledged[f"alr-{value}"] = "Zarmina"
        channel.begins()
        assert len(channel.under_way) <= concurrency
    for _ in range(60):  # long enough for every schedule, window and pause
        for attempt in list(channel.under_way):
            channel.answers(attempt, TAKEN)
        channel.waits(HOUR)
        channel.begins()

    ended = Counter(each.notification_id for each in channel.said if each.outcome.ends)
    assert ended == Counter(each.id for each in come)
    assert (channel.agenda.begun, channel.agenda.put_off, channel.agenda.held, channel.under_way) == (0, 0, 0, [])
    if order == "watch":
        _assert_in_order(channel, come)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(events, st.tuples(st.just("dies"), st.none())), max_size=60),
    st.sampled_from([None, {"alerts": 2, "per": "1h"}]),
)
def test_whenever_it_is_killed_each_notification_ends_once_and_no_schedule_begins_anew(
    happens: list[tuple[str, Any]], ceiling: dict[str, Any] | None
) -> None:
    channel, come, written = Channel(ceiling=ceiling), list[Notification](), list[Delivery]()
    for what, value in [*happens, ("dies", None)]:
        if what == "comes":
            due_at = channel.now + HOUR if value["waits_for"] else None
            come.append(notification(f"{len(come)}", due_at=due_at, routed_at=channel.now, **value))
            channel.comes(come[-1])
        elif what == "answers" and channel.under_way:
            channel.answers(channel.under_way[0], value)
        elif what == "waits":
            channel.waits(value)
        elif what == "dies":
            written += channel.said
            channel = channel.started_anew(come, written)
        channel.begins()
    for _ in range(60):
        for attempt in list(channel.under_way):
            channel.answers(attempt, TAKEN)
        channel.waits(HOUR)
        channel.begins()
    written += channel.said

    ended = Counter(each.notification_id for each in written if each.outcome.ends)
    assert ended == Counter(each.id for each in come)
    held = Counter(
        each.notification_id
        for each in written
        if each.outcome is Outcome.HELD and not re.search("ceiling|with others", each.detail)
    )
    assert max(held.values(), default=1) == 1
    attempts: dict[str, list[int]] = defaultdict(list)
    for each in written:
        if each.outcome in (Outcome.RETRYING, Outcome.DELIVERED):
            attempts[each.notification_id].append(each.attempt)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in attempts.values())


def _assert_in_order(channel: Channel, come: list[Notification]) -> None:
    """Of those of a watch that were told at once, the first attempts began in the order in which they came."""
    first: dict[str, list[str]] = defaultdict(list)
    at_once = {each.id: each for each in come if each.waits_for is None}
    held = {each.notification_id for each in channel.said if each.outcome is Outcome.HELD}
    names = {f"alr-{number}": each for number, each in enumerate(come)}
    for _, alerts in channel.sent:
        for name in alerts:
            told = names[name]
            watch = told.alert.watch.id if told.alert else ""
            if told.id in at_once and told.id not in held and name not in first[watch]:
                first[watch].append(name)
    for told_names in first.values():
        assert told_names == sorted(told_names, key=lambda name: int(name.removeprefix("alr-")))
