"""Whatever comes in whatever order: every ring is told once, or held for good, or waits; a restart changes nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Alert, Held, Reason
from services.alerting.holding.hours import is_open
from services.alerting.watching.policy import Limit
from tests.alerting.holding.desk import DAY, HOUR, MINUTE, SECOND, Desk, silence, stories_in, watch

RINGS = {Reason.FIRST_MENTION, Reason.NEW_ENTITY}
FOR_GOOD = {Held.FIRST_PASS, Held.TOO_OLD, Held.INHIBITED, Held.NO_WATCH}
NAMES = ["ttp", "iskp", "aq"]

policies = st.fixed_dictionaries(
    {},
    optional={
        "hours": st.sampled_from(
            [{"from": "08:00", "to": "12:30"}, {"from": "22:00", "to": "12:10", "zone": "Asia/Kabul"}]
        ),
        "digest": st.sampled_from(["hourly", "daily", {"cron": "*/20 * * * *", "zone": "Europe/Berlin"}]),
        "cooldown": st.sampled_from(["10m", {"time": "1h", "by": "watch"}, {"time": "20m", "by": "country"}]),
        "group": st.fixed_dictionaries(
            {
                "by": st.sampled_from(["story", "entity", "country", "watch"]),
                "wait": st.sampled_from(["0s", "30s", "1h"]),
                "interval": st.sampled_from(["1m", "30m"]),
            }
        ),
        "limit": st.fixed_dictionaries({"alerts": st.integers(1, 3), "per": st.sampled_from(["5m", "2h"])}),
        "severity": st.sampled_from(["low", "high", "critical"]),
    },
)
silences = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.sampled_from([0.01, 1, 5]),
        st.sampled_from([{}, {"entity": ["ttp"]}, {"country": "PK"}, {"topic": "talks"}, {"severity": "high"}]),
    ),
    max_size=2,
    unique_by=lambda one: one[0],
)
names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)
steps = st.one_of(
    st.tuples(st.just("ring"), names, st.sampled_from(["AF", "PK"]), st.sampled_from([(), ("talks",)])),
    st.tuples(st.just("ring"), names, st.sampled_from(["AF", "PK"]), st.just(())),
    st.tuples(st.just("first pass"), names),
    st.tuples(st.just("names more"), st.integers(0, 30)),
    st.tuples(
        st.just("update"),
        st.integers(0, 30),
        st.sampled_from([Reason.FURTHER_SOURCE, Reason.COPY, Reason.FIGURE_CHANGED]),
    ),
    st.tuples(st.just("wait"), st.sampled_from([SECOND, 40 * SECOND, 7 * MINUTE, HOUR, 9 * HOUR, 2 * DAY])),
    st.tuples(st.just("late tick"), st.sampled_from([SECOND, MINUTE, HOUR])),
    st.tuples(st.just("reload"), policies, silences),
    st.just(("watch is removed",)),
)


@dataclass
class Run:
    """A desk through which steps go, and all alerts that came of it."""

    desk: Desk = field(default_factory=Desk)
    alerts: list[Alert] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    owed: dict[str, int] = field(default_factory=dict)
    """Ids of the alerts of which a silence held an update that would have been told, and how many alerts there were."""
    numbers: Any = field(default_factory=count)

    def take(self, step: tuple[Any, ...]) -> None:
        """One step."""
        desk = self.desk
        match step:
            case ("ring", named, country, topics):
                self.stories.append(f"story-{len(self.stories)}")
                self.alerts.append(desk.ring(self.stories[-1], named, country=country, topics=topics))
            case ("first pass", named):
                self.stories.append(f"story-{len(self.stories)}")
                self.alerts.append(desk.ring(self.stories[-1], named, mention={"first_pass": True}))
            case ("names more", number) if self.stories:
                story = self.stories[number % len(self.stories)]
                new = f"group-{next(self.numbers)}"
                self.alerts.append(desk.ring(story, ["ttp", new], new=[new]))
            case ("update", number, reason) if self.stories:
                story = self.stories[number % len(self.stories)]
                self.alerts.append(desk.update(story, reason))
                known = desk.memory.story("kabul-desk", story)
                if known is not None and known.told and self.alerts[-1].held is Held.SILENCED:
                    self.owed[self.alerts[-1].id] = len(self.alerts)
            case ("wait", span):
                self.alerts += desk.wait(span)
            case ("late tick", span):
                desk.now += span
            case ("reload", policy, held):
                since = [silence(id_, hours, desk.now, **match) for id_, hours, match in held]
                desk.reload(watch(**policy), since)
            case ("watch is removed",):
                desk.reload(None)

    def waiting(self) -> list[str]:
        """Ids of the rings that are in a queue."""
        queues = [desk_queue for key in self.desk.memory.queues() if (desk_queue := self.desk.memory.queue(*key))]
        return [item.alert_id for queue in queues for item in queue.items if item.reason in RINGS]

    def told(self) -> list[str]:
        """Ids of the rings that people were told of, as often as they were."""
        told = [alert for alert in self.alerts if alert.tells]
        alone = [alert.id for alert in told if alert.action == "ring" and alert.reason in RINGS]
        return alone + [item.alert_id for alert in told for item in alert.items if item.reason in RINGS]

    def check(self) -> None:
        """Every ring is in one place."""
        rang = [alert for alert in self.alerts if alert.reason in RINGS and alert.sequence == 0]
        for_good = [alert.id for alert in rang if alert.held in FOR_GOOD]
        places = Counter([*for_good, *self.waiting(), *self.told()])
        assert places == Counter(alert.id for alert in rang)
        names_of_records = [alert.event_id for alert in self.alerts]
        assert len(set(names_of_records)) == len(names_of_records), "no two records have one name"


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=25))
def test_h22_every_ring_is_told_once_or_held_for_good_or_waits(taken: Sequence[tuple[Any, ...]]) -> None:
    run = Run()
    for step in taken:
        run.take(step)
        run.check()
    for step in [("reload", {}, []), ("wait", SECOND), ("wait", 9 * DAY)]:
        run.take(step)
    run.check()
    assert run.desk.memory.queues() == [], "and nothing waits for ever"
    for id_, number in run.owed.items():
        later = [alert for alert in run.alerts[number:] if alert.tells]
        assert any(id_ in {alert.id, *(item.alert_id for item in alert.items)} for alert in later), "an update was lost"


@settings(max_examples=100, deadline=None)
@given(st.lists(steps, max_size=20), st.sets(st.integers(0, 19)))
def test_h23_a_restart_changes_nothing(taken: Sequence[tuple[Any, ...]], killed: set[int]) -> None:
    quiet, restarted = Run(), Run()
    for number, step in enumerate(taken):
        quiet.take(step)
        restarted.take(step)
        if number in killed:
            restarted.desk.restart()
    assert restarted.alerts == quiet.alerts


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), names), max_size=40),
    st.sampled_from(["limit", "cooldown", "group"]),
    st.integers(1, 4),
)
def test_h13_never_more_than_the_limit_in_any_stretch_of_time(
    rings: Sequence[tuple[int, list[str]]], with_: str, alerts: int
) -> None:
    limit = Limit.model_validate({"alerts": alerts, "per": "10m"})
    more: dict[str, Any] = {"cooldown": {"cooldown": "2m"}, "group": {"group": {"by": "entity", "wait": "10s"}}}
    desk = Desk(limit=limit, **more.get(with_, {}))
    times: list[Any] = []
    for number, (seconds, named) in enumerate(rings):
        for _ in range(seconds):
            times += [desk.now for _ in desk.wait(SECOND)]
        times += [desk.now for _ in [desk.ring(f"story-{number}", named)] if _.tells]
    assert all(sum(begin <= at < begin + limit.per for at in times) <= limit.alerts for begin in times), (
        "more were told than may be"
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(steps, max_size=20))
def test_h8_no_ring_is_told_outside_of_the_hours(taken: Sequence[tuple[Any, ...]]) -> None:
    run, hours = Run(), {"from": "08:00", "to": "12:30"}
    run.take(("reload", {"hours": hours}, []))
    for step in taken:
        before = len(run.alerts)
        match step:
            case ("reload", policy, held):
                run.take(("reload", {**policy, "hours": hours, "severity": "low"}, held))
            case ("watch is removed",):
                continue
            case _:
                run.take(step)
        in_force = run.desk.watches["kabul-desk"]
        assert in_force.hours is not None
        for alert in run.alerts[before:]:
            rings = alert.tells and alert.action == "ring" and alert.coverage is None
            assert not rings or is_open(in_force.hours, run.desk.now), stories_in(alert)


def test_h22_more_than_a_hundred_wait_and_are_all_counted() -> None:
    desk = Desk(digest="hourly")
    for number in range(1_234):
        desk.ring(f"story-{number}")
    [told] = desk.wait(timedelta(hours=1))
    assert (told.stands_for, len(told.items)) == (1_234, 100)
    assert desk.update("story-999").tells
    assert desk.update("story-1000").held is Held.DIGEST, "the bound that the definition states"
