"""What waits for hours, digests, cooldowns, groups and limits: sentences of CONTRIBUTING.md by their numbers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import Held, Reason, SourceIncident
from schemas.ids import alert_id, incident_id
from services.alerting.holding.coverage import Incidents
from tests.alerting.holding.desk import DAY, HOUR, MINUTE, NOON, SECOND, Desk, stories_in, watch

WORK: dict[str, Any] = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"}
EVENING = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def test_h8_what_came_outside_of_the_hours_is_told_when_they_begin() -> None:
    desk = Desk(hours=WORK, at=EVENING)
    assert [desk.ring(story).held for story in ("one", "two")] == [Held.OUTSIDE_HOURS] * 2
    assert desk.until(MORNING - SECOND) == []
    [told] = desk.until(MORNING)
    assert (told.reason, stories_in(told)) == (Reason.HOURS_BEGIN, ["one", "two"])
    assert desk.ring("three").tells


@pytest.mark.parametrize(
    ("severity", "through", "told"),
    [("critical", None, True), ("high", None, False), ("high", "high", True), ("critical", "high", True),
     ("normal", "high", False), ("low", "low", True)],
)  # fmt: skip
def test_h8_what_is_severe_enough_is_told_at_any_time(severity: str, through: str | None, told: bool) -> None:
    hours = {**WORK, **({"through": through} if through else {})}
    assert Desk(at=EVENING, severity=severity, hours=hours).ring().tells is told


def test_h9_a_digest_tells_all_since_the_last_and_nothing_twice() -> None:
    desk = Desk(digest="hourly", at=NOON + MINUTE)
    desk.ring("one")
    desk.ring("two")
    [first] = desk.wait(HOUR)
    desk.ring("three")
    desk.ring("four")
    [second] = desk.wait(HOUR)
    assert (first.reason, stories_in(first), first.stands_for) == (Reason.DIGEST, ["one", "two"], 2)
    assert stories_in(second) == ["three", "four"]
    assert first.id != second.id


def test_h9_an_empty_digest_says_so_with_its_coverage() -> None:
    desk = Desk(digest="hourly", at=NOON)
    desk.ring("one", source="example-news")
    desk.ring("two", source="other-news")
    desk.wait(HOUR)
    known = desk.memory.watch("kabul-desk")
    assert known is not None
    carried = {"example-news": NOON, "other-news": NOON}
    names = {"example-news": "Example News", "other-news": "Other News"}
    desk.memory.put_watch("kabul-desk", known.model_copy(update={"sources": carried, "names": names}), desk.now)
    desk.incidents = Incidents([incident("other-news", NOON + 90 * MINUTE)])
    [empty] = desk.wait(HOUR)
    assert (empty.article, empty.items, empty.stands_for, empty.tells) == (None, (), 0, True)
    assert empty.coverage is not None
    assert (empty.coverage.since, empty.coverage.until) == (NOON + HOUR, NOON + 2 * HOUR)
    assert (empty.coverage.carried, empty.coverage.heard) == (2, 1)
    assert [(blind.name, blind.trouble) for blind in empty.coverage.blind] == [("Other News", "failing")]


def test_h9_a_digest_with_something_has_its_coverage_too() -> None:
    desk = Desk(digest="hourly")
    desk.ring("one")
    [one] = desk.wait(HOUR)
    desk.ring("two")
    desk.ring("three")
    [two] = desk.wait(HOUR)
    assert one.coverage is not None
    assert two.coverage is not None
    assert (two.coverage.since, two.coverage.until) == (NOON + HOUR, NOON + 2 * HOUR)


@pytest.mark.parametrize("night", [datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)])
def test_h9_on_the_nights_when_clocks_change_a_digest_comes_once_and_repeats_nothing(night: datetime) -> None:
    desk = Desk(at=night, digest={"cron": "30 2 * * *", "zone": "Europe/Berlin"})
    for number in range(150):
        desk.ring(f"story-{number}")
        desk.wait(10 * MINUTE)
        desk.restart()
    assert len(desk.told) == 1
    waiting = desk.memory.queue("kabul-desk", Held.DIGEST)
    assert waiting is not None
    told = stories_in(desk.told[0])
    assert [*told, *(item.url.rpartition("/")[2] for item in waiting.items)] == [f"story-{n}" for n in range(150)]


def test_h9_very_many_digests_of_one_time_are_told_by_and_by() -> None:
    desk = Desk()
    desk.watches = {f"watch-{number}": watch(id=f"watch-{number}", digest="hourly") for number in range(1_200)}
    desk.restart()
    calls = [len(desk.until(NOON + HOUR)), *(len(desk.wait(SECOND)) for _ in range(3))]
    assert calls == [500, 500, 200, 0]


def test_h10_a_digest_whose_time_has_passed_is_told_at_once_and_once() -> None:
    desk = Desk(digest="daily")
    desk.ring("one")
    desk.ring("two")
    desk.now += 3 * DAY
    desk.restart()
    [told] = desk.wait(SECOND)
    assert stories_in(told) == ["one", "two"]
    [empty] = desk.until(datetime(2026, 11, 28, 7, 0, tzinfo=UTC), tick=HOUR)
    assert empty.stands_for == 0


def test_h11_a_cooldown_begins_when_people_are_told() -> None:
    desk = Desk(cooldown="1h")
    assert desk.ring("one").tells
    desk.wait(50 * MINUTE)
    assert [desk.ring(story).held for story in ("two", "three")] == [Held.COOLDOWN] * 2
    [told] = desk.wait(10 * MINUTE)
    assert (told.reason, stories_in(told)) == (Reason.COOLDOWN_OVER, ["two", "three"])
    desk.wait(HOUR - SECOND)
    assert desk.ring("four").held is Held.COOLDOWN, "being told of two and three began another"
    [told] = desk.wait(SECOND)
    assert told.id == alert_id("kabul-desk", "four")
    assert desk.wait(HOUR) == []
    assert desk.ring("five").tells


def test_h11_what_comes_before_the_tick_joins_what_is_due_and_a_cooldown_that_is_over_holds_nothing() -> None:
    desk = Desk(cooldown="1h")
    desk.ring("one")
    assert desk.ring("two").held is Held.COOLDOWN
    desk.now += HOUR
    assert desk.ring("three").held is Held.COOLDOWN
    assert stories_in(*desk.wait(SECOND)) == ["two", "three"]
    desk.now += HOUR
    assert desk.ring("four").tells
    assert desk.wait(SECOND) == []
    assert desk.ring("five").held is Held.COOLDOWN, "four began another"


def test_h11_an_alert_waits_while_all_that_it_is_about_is_cooling() -> None:
    desk = Desk(cooldown="1h")
    assert desk.ring("one", ["ttp"]).tells
    desk.wait(MINUTE)
    assert desk.ring("two", ["ttp", "iskp"]).tells, "the other one is new"
    desk.wait(MINUTE)
    assert desk.ring("three", ["ttp", "iskp"]).held is Held.COOLDOWN
    assert stories_in(*desk.wait(58 * MINUTE)) == ["three"], "told when the first of them is over"


@pytest.mark.parametrize(
    ("by", "held"),
    [("country", [Held.COOLDOWN, None]), ("watch", [Held.COOLDOWN, Held.COOLDOWN]), ("entity", [None, None])],
)
def test_h11_a_cooldown_may_be_of_the_watch_or_of_a_country(by: str, held: list[Held | None]) -> None:
    desk = Desk(cooldown={"time": "1h", "by": by})
    desk.ring("one", ["ttp"], country="AF")
    assert [desk.ring("two", ["iskp"], country="AF").held, desk.ring("three", ["aq"], country="PK").held] == held


def test_h11_what_a_country_was_told_of_later_begins_its_cooldown_too() -> None:
    desk = Desk(cooldown={"time": "1h", "by": "country"})
    for story in ("one", "two", "three"):
        desk.ring(story)
    assert [stories_in(told) for told in desk.wait(HOUR)] == [["two", "three"]]
    assert desk.ring("four").held is Held.COOLDOWN


def test_h12_a_group_is_told_after_wait_and_then_every_interval() -> None:
    desk = Desk(group={"by": "watch", "wait": "30s", "interval": "5m"})
    desk.ring("one")
    desk.wait(20 * SECOND)
    assert desk.ring("two").held is Held.GROUPED
    assert desk.wait(9 * SECOND) == []
    [first] = desk.wait(SECOND)
    assert (first.reason, stories_in(first)) == (Reason.GROUP, ["one", "two"])
    desk.wait(MINUTE)
    assert desk.ring("three").held is Held.GROUPED
    assert desk.wait(4 * MINUTE - SECOND) == [], "the interval runs from when the group was told"
    assert stories_in(*desk.wait(SECOND)) == ["three"]
    assert desk.wait(5 * MINUTE) == [], "nothing came"
    desk.ring("four")
    assert stories_in(*desk.wait(30 * SECOND)) == ["four"], "another group, which waits as the first"


def test_h12_what_comes_before_the_tick_joins_the_group() -> None:
    desk = Desk(group={"by": "watch", "wait": "30s"})
    desk.ring("one")
    desk.now += MINUTE
    desk.ring("two")
    assert stories_in(*desk.wait(SECOND)) == ["one", "two"]
    desk.now += HOUR
    desk.ring("three")
    assert desk.wait(29 * SECOND) == [], "the group before is over, though no tick came"
    assert stories_in(*desk.wait(SECOND)) == ["three"]


def test_h12_without_a_wait_the_first_is_told_itself() -> None:
    desk = Desk(group={"by": "watch", "wait": "0s", "interval": "5m"})
    assert desk.ring("one").tells
    assert [desk.ring(story).held for story in ("two", "three")] == [Held.GROUPED] * 2
    assert [stories_in(told) for told in desk.wait(5 * MINUTE)] == [["two", "three"]]


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("story", [["one"], ["two"], ["three"]]),
        ("entity", [["one", "two"], ["three"]]),
        ("country", [["one"], ["two", "three"]]),
        ("watch", [["one", "two", "three"]]),
    ],
)
def test_h12_a_group_has_one_thing_in_common(by: str, groups: list[list[str]]) -> None:
    desk = Desk(group={"by": by})
    desk.ring("one", ["ttp"], country="AF")
    desk.ring("two", ["iskp", "ttp"], country="PK")
    desk.ring("three", ["aq"], country="PK")
    assert sorted(stories_in(told) for told in desk.wait(30 * SECOND)) == sorted(groups)


def test_h13_a_flood_is_one_summary_that_says_how_many_it_stands_for() -> None:
    desk = Desk(limit={"alerts": 3, "per": "1h"})
    for number in range(250):
        told = desk.ring(f"story-{number}")
        assert told.held is (None if number < 3 else Held.LIMITED)
        desk.wait(SECOND)
    assert desk.until(NOON + HOUR - SECOND) == []
    [summary] = desk.until(NOON + HOUR)
    assert (summary.reason, summary.stands_for, len(summary.items)) == (Reason.FLOOD, 247, 100)
    assert desk.ring("next").held is Held.LIMITED, "the summary counts: the second ring is forgotten in a second"
    desk.wait(2 * SECOND)
    assert desk.ring("later").tells


def test_h13_a_lower_limit_holds_at_once() -> None:
    desk = Desk(limit={"alerts": 5, "per": "1h"})
    for number in range(5):
        desk.ring(f"told-{number}")
        desk.wait(MINUTE)
    assert desk.ring("held").held is Held.LIMITED
    desk.reload(watch(limit={"alerts": 2, "per": "1h"}))
    assert desk.until(NOON + HOUR + 3 * MINUTE - SECOND) == [], "told-3 and told-4 are two"
    assert stories_in(*desk.wait(SECOND)) == ["held"]


def incident(source: str, since: datetime) -> SourceIncident:
    return SourceIncident(
        id=incident_id(source, "failing", since),
        source_id=source,
        source_name=source,
        kind="failing",
        state="raised",
        since=since,
        at=since + MINUTE,
        reason="it does not answer",
    )
