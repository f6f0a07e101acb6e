"""What people are told now, and what later: each sentence of CONTRIBUTING.md by its number."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import Held, Reason, SourceIncident
from schemas.ids import alert_id, incident_id
from services.alerting.holding.coverage import Incidents
from tests.alerting.holding.desk import DAY, HOUR, MINUTE, NOON, SECOND, Desk, silence, stories_in, watch

WORK: dict[str, Any] = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"}
EVENING = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
ORDER = [
    Held.FIRST_PASS, Held.TOO_OLD, Held.SILENCED, Held.INHIBITED, Held.OUTSIDE_HOURS, Held.DIGEST, Held.COOLDOWN,
    Held.GROUPED, Held.LIMITED,
]  # fmt: skip
ALL_POLICIES: dict[str, Any] = {
    "hours": {**WORK, "days": ["sat"]},
    "digest": "daily",
    "cooldown": "1h",
    "group": {"by": "watch"},
    "limit": {"alerts": 1},
}
WEEK_OLD: dict[str, Any] = {"published_at": NOON - 8 * DAY}


def test_h1_what_people_are_not_told_is_marked_and_stays_as_it_is_otherwise() -> None:
    desk = Desk(hours=WORK, at=EVENING)
    held = desk.ring()
    plain = Desk(at=EVENING).ring()
    assert held.held is Held.OUTSIDE_HOURS
    assert plain.held is None
    assert held.model_copy(update={"held": None}) == plain


@pytest.mark.parametrize(
    ("reason", "held_by"),
    [(reason, {Held.SILENCED: "quiet", Held.INHIBITED: "other"}.get(reason)) for reason in ORDER],
)
def test_h2_the_first_reason_that_applies_holds_a_ring(reason: Held, held_by: str | None) -> None:
    applies = ORDER[ORDER.index(reason) :]
    policies = {Held.OUTSIDE_HOURS: "hours", Held.GROUPED: "group", Held.LIMITED: "limit"}
    written = {policies.get(each, each.value) for each in applies}
    desk = Desk(cooldown="1h", limit={"alerts": 1})
    assert desk.ring("before").tells, "from now on the cooldown runs and the limit is reached"
    desk.reload(
        watch(**{key: value for key, value in ALL_POLICIES.items() if key in written}),
        [silence()] if Held.SILENCED in applies else [],
    )
    held = desk.ring(
        "now",
        mention={
            "first_pass": Held.FIRST_PASS in applies,
            "outranked_by": "other" if Held.INHIBITED in applies else None,
        },
        **(WEEK_OLD if Held.TOO_OLD in applies else {}),
    )
    assert (held.held, held.held_by) == (reason, held_by)


def test_h2_before_all_of_these_the_watch_must_be_in_force() -> None:
    desk = Desk()
    desk.reload(None)
    assert desk.ring(mention={"first_pass": True}).held is Held.NO_WATCH


@pytest.mark.parametrize(
    "ring",
    [
        {"mention": {"first_pass": True}},
        {"marks": ("first-pass",)},
        WEEK_OLD,
        {"mention": {"outranked_by": "other"}},
    ],
)
def test_h3_some_is_held_for_good(ring: dict[str, Any]) -> None:
    desk = Desk()
    assert not desk.ring(**ring).tells
    assert desk.wait(365 * DAY) == []
    assert not desk.update().tells


def test_h3_exactly_max_age_is_not_too_old() -> None:
    assert Desk(max_age="8d").ring(**WEEK_OLD).tells
    assert Desk(max_age="8d").ring(published_at=NOON - 8 * DAY - SECOND).held is Held.TOO_OLD
    assert Desk().ring(published_at=None).tells


@pytest.mark.parametrize("quiet", [{"mention": {"first_pass": True}}, {"marks": ("first-pass",)}])
def test_h4_what_was_published_within_ring_last_rings(quiet: dict[str, Any]) -> None:
    desk = Desk(ring_last="6h")
    assert desk.ring("recent", published_at=NOON - 6 * HOUR, **quiet).tells
    assert desk.ring("old", published_at=NOON - 6 * HOUR - SECOND, **quiet).held is Held.FIRST_PASS
    assert desk.ring("undated", published_at=None, **quiet).held is Held.FIRST_PASS


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({"watch": "kabul-desk"}, True),
        ({"watch": ["other", "kabul-desk"]}, True),
        ({"watch": "other"}, False),
        ({"owner": "kabul", "severity": "high"}, True),
        ({"owner": "kabul", "severity": ["low", "critical"]}, False),
        ({"topic": "safe-havens"}, True),
        ({"topic": "sport"}, False),
        ({"source": "example-news", "country": "AF", "language": "en"}, True),
        ({"source": "other"}, False),
        ({"country": "PK"}, False),
        ({"language": ["ps", "ur"]}, False),
        ({"entity": "ttp", "topic": "sport"}, False),
    ],
)
def test_h5_a_silence_holds_what_fits_every_key(match: dict[str, Any], fits: bool) -> None:
    desk = Desk(owner="kabul", severity="high")
    desk.reload(desk.watches["kabul-desk"], [silence(**match)])
    ring = desk.ring(topics=("safe-havens", "talks"), language="en-GB")
    assert (ring.held, ring.held_by) == ((Held.SILENCED, "quiet") if fits else (None, None))


def test_h5_a_silence_holds_from_its_first_second_to_the_one_before_its_last() -> None:
    desk = Desk(silences=[silence(since=NOON + MINUTE, hours=1)])
    assert desk.ring("before").tells
    desk.wait(MINUTE)
    assert desk.ring("first").held is Held.SILENCED
    desk.wait(HOUR - SECOND)
    assert desk.ring("last").held is Held.SILENCED
    desk.wait(SECOND)
    assert desk.ring("after").tells


def test_h5_of_several_silences_the_one_that_ends_last_holds() -> None:
    desk = Desk(silences=[silence("short", 1), silence("long", 3), silence("middle", 2)])
    assert desk.ring().held_by == "long"
    assert desk.wait(3 * HOUR - SECOND) == []
    assert [told.note for told in desk.wait(SECOND)] == ["planned exercise (Sana)"]


@pytest.mark.parametrize(
    ("silenced", "names", "new", "held"),
    [
        (["ttp"], ["ttp"], [], True),
        (["actor/ttp"], ["ttp"], [], True),
        (["phrase/ttp"], ["ttp"], [], False),
        (["ttp"], ["ttp", "iskp"], [], False),
        (["ttp", "iskp"], ["ttp", "iskp"], [], True),
        (["iskp"], ["ttp", "iskp"], ["iskp"], True),
        (["ttp"], ["ttp", "iskp"], ["iskp"], False),
    ],
)
def test_h6_an_alert_that_also_names_someone_else_rings(
    silenced: list[str], names: list[str], new: list[str], held: bool
) -> None:
    desk = Desk(silences=[silence(entity=silenced)])
    assert (desk.ring(names=names, new=new).held is Held.SILENCED) is held


def test_h7_when_a_silence_ends_what_it_held_is_told() -> None:
    desk = Desk(silences=[silence(hours=2)])
    desk.ring("one")
    desk.wait(HOUR)
    desk.ring("two")
    [told] = desk.wait(HOUR)
    assert (told.reason, told.stands_for, stories_in(told)) == (Reason.SILENCE_OVER, 2, ["one", "two"])
    assert (told.held_by, told.note) == ("quiet", "planned exercise (Sana)"), "the silence that is over"


@pytest.mark.parametrize("after", [[], [silence(hours=1)], [silence("other")], [silence(since=NOON + 9 * HOUR)]])
def test_h7_a_silence_that_is_taken_out_or_ends_earlier_now_tells_at_the_next_tick(after: list[Any]) -> None:
    desk = Desk(silences=[silence(hours=6)], owner="kabul")
    desk.ring("one")
    desk.ring("two")
    desk.wait(HOUR)
    desk.reload(desk.watches["kabul-desk"], [each for each in after if each.id == "quiet"])
    [told] = desk.wait(SECOND)
    assert told.stands_for == 2
    assert desk.wait(DAY) == []


def test_h7_a_silence_that_ends_later_now_waits() -> None:
    desk = Desk(silences=[silence(hours=1)])
    desk.ring()
    desk.reload(desk.watches["kabul-desk"], [silence(hours=3)])
    assert desk.wait(3 * HOUR - SECOND) == []
    assert len(desk.wait(SECOND)) == 1


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


def test_h14_a_queue_of_one_is_told_as_the_next_record_of_its_alert() -> None:
    desk = Desk(silences=[silence(hours=1)])
    held = desk.ring()
    desk.update()
    desk.update(reason=Reason.COPY)
    [told] = desk.wait(HOUR)
    assert (told.id, told.sequence, told.action, told.reason) == (held.id, 3, "ring", Reason.FIRST_MENTION)
    assert (told.held, told.held_by, told.rang_at) == (None, None, held.rang_at)
    assert desk.update().sequence == 4


def test_h14_it_goes_where_its_watch_sends_it_now() -> None:
    desk = Desk(digest="hourly", topic="kabul")
    desk.ring()
    desk.reload(watch(digest="hourly", topic="south", severity="high"))
    assert [(told.watch.topic, told.watch.severity) for told in desk.wait(HOUR)] == [("south", "high")]


def test_h14_an_alert_of_its_own_in_a_story_is_told_under_its_own_id() -> None:
    desk = Desk(digest="hourly")
    desk.ring("one")
    desk.wait(HOUR)
    desk.update("one")
    held = desk.ring("one", ["ttp", "iskp"], new=["iskp"])
    [told] = desk.wait(HOUR)
    assert (told.id, told.sequence, told.reason, told.thread) == (held.id, 1, Reason.NEW_ENTITY, held.thread)
    assert told.id != told.thread


def test_h15_a_collective_alert_shows_the_most_severe_and_newest() -> None:
    desk = Desk(digest="hourly", severity="low")
    desk.ring("one")
    desk.reload(watch(digest="hourly", severity="high"))
    desk.ring("two")
    desk.ring("three")
    desk.reload(watch(digest="hourly", severity="normal"))
    desk.ring("four")
    [told] = desk.wait(HOUR)
    assert told.article is not None
    assert (told.article.title, told.watch.severity) == ("Title three", "high")
    assert (told.thread, told.sequence, told.sources, told.source_count) == (told.id, 0, (), 0)


def test_h15_the_same_queue_gives_the_same_id() -> None:
    ids = set()
    for _ in range(2):
        desk = Desk(digest="hourly")
        desk.ring("one")
        desk.ring("two")
        ids |= {told.id for told in desk.wait(HOUR)}
    assert len(ids) == 1


def test_h16_an_update_of_a_story_that_was_told_is_held_by_a_silence_only() -> None:
    desk = Desk(**{**ALL_POLICIES, "limit": {"alerts": 1}})
    desk.reload(watch())
    desk.ring()
    desk.reload(watch(**ALL_POLICIES))
    assert desk.update().tells
    desk.reload(watch(**ALL_POLICIES), [silence(hours=1)])
    assert desk.update(reason=Reason.FIGURE_CHANGED).held is Held.SILENCED
    held = desk.update(reason=Reason.CORRECTED)
    desk.reload(watch(), [silence(hours=1)])
    [told] = desk.wait(HOUR)
    assert (told.id, told.action, told.reason, told.sequence) == (held.id, "update", Reason.CORRECTED, 4)


def test_h16_a_silence_of_an_entity_holds_that_its_article_was_withdrawn() -> None:
    desk = Desk()
    desk.ring(names=["ttp"])
    desk.reload(watch(), [silence(entity="iskp")])
    assert desk.update(reason=Reason.WITHDRAWN, names=()).tells
    desk.reload(watch(), [silence(entity="ttp")])
    assert desk.update(reason=Reason.WITHDRAWN, names=()).held is Held.SILENCED


def test_h16_an_update_of_a_story_that_was_not_told_is_held_as_the_story_is() -> None:
    desk = Desk(silences=[silence(hours=1)])
    desk.ring()
    assert (desk.update().held, desk.update().held_by) == (Held.SILENCED, "quiet")
    desk.wait(HOUR)
    assert desk.update().tells


def test_h16_of_a_watch_that_is_not_in_force_no_update_is_told() -> None:
    desk = Desk()
    assert desk.ring().tells
    desk.reload(None)
    assert desk.update(reason=Reason.WITHDRAWN).held is Held.NO_WATCH


@pytest.mark.parametrize(
    "policy",
    [
        {"digest": "hourly"},
        {"group": {"by": "story", "wait": "1h"}},
        {"group": {"by": "entity", "wait": "1h"}},
        {"group": {"by": "country", "wait": "1h"}},
        {"hours": {"from": "13:00", "to": "14:00"}},
        {"silences": [silence(hours=1)]},
    ],
)
def test_h17_what_waits_is_brought_up_to_date(policy: dict[str, Any]) -> None:
    desk = Desk(**policy)
    held = desk.ring()
    desk.update(title="A better title", source_count=5)
    [told] = desk.wait(HOUR)
    assert told.article is not None
    assert (told.article.title, told.source_count) == ("A better title", 5)
    assert (told.action, told.reason, told.rang_at) == ("ring", Reason.FIRST_MENTION, held.rang_at)


@pytest.mark.parametrize("stories", [["one"], ["one", "two"]])
def test_h17_what_was_withdrawn_while_it_waited_is_told_as_withdrawn_with_what_there_was(stories: list[str]) -> None:
    desk = Desk(digest="hourly")
    for story in stories:
        desk.ring(story)
    outlets = (desk.outlet("example-news", "one", withdrawn=True),)
    desk.update("one", Reason.WITHDRAWN, names=(), title="Page not found", sources=outlets)
    [told] = desk.wait(HOUR)
    if told.items:
        item = told.items[0]
        assert (item.reason, item.title, item.names) == (Reason.WITHDRAWN, "Title one", ("TTP",))
    else:
        assert told.article is not None
        assert (told.action, told.reason, told.article.title) == ("ring", Reason.WITHDRAWN, "Title one")
        assert (len(told.matches), told.sources) == (1, outlets)


def test_h17_what_came_back_rings_as_it_would_have() -> None:
    desk = Desk(digest="hourly")
    desk.ring()
    desk.update("one", Reason.WITHDRAWN, names=(), sources=(desk.outlet("example-news", "one", withdrawn=True),))
    desk.update("one", Reason.CORRECTED, title="It is back")
    [told] = desk.wait(HOUR)
    assert told.article is not None
    assert (told.reason, told.article.title) == (Reason.FIRST_MENTION, "It is back")


def test_h17_what_one_of_two_outlets_withdrew_still_stands() -> None:
    desk = Desk(digest="hourly")
    desk.ring()
    outlets = (desk.outlet("example-news", "one", withdrawn=True), desk.outlet("other-news", "one"))
    desk.update("one", Reason.WITHDRAWN, sources=outlets, source_count=2)
    assert [told.reason for told in desk.wait(HOUR)] == [Reason.FIRST_MENTION]


def test_h18_once_a_story_was_told_with_others_its_updates_are_told() -> None:
    desk = Desk(silences=[silence(hours=1)])
    desk.ring("one")
    desk.ring("two")
    assert not desk.update("one").tells
    desk.wait(HOUR)
    assert [desk.update(story).tells for story in ("one", "two")] == [True, True]


def test_h9_very_many_digests_of_one_time_are_told_by_and_by() -> None:
    desk = Desk()
    desk.watches = {f"watch-{number}": watch(id=f"watch-{number}", digest="hourly") for number in range(1_200)}
    desk.restart()
    calls = [len(desk.until(NOON + HOUR)), *(len(desk.wait(SECOND)) for _ in range(3))]
    assert calls == [500, 500, 200, 0]


def test_h19_what_is_due_is_held_again_by_a_silence_of_all_of_it() -> None:
    desk = Desk(group={"by": "entity", "wait": "1m"})
    desk.ring("one", ["ttp"])
    desk.ring("two", ["iskp"])
    desk.reload(desk.watches["kabul-desk"], [silence(hours=1, entity="ttp")])
    assert [stories_in(told) for told in desk.wait(MINUTE)] == [["two"]]
    assert [stories_in(told) for told in desk.wait(HOUR)] == [["one"]]


def test_h19_a_silence_that_ends_at_night_is_told_in_the_morning_with_what_came_since() -> None:
    desk = Desk(at=EVENING - 4 * HOUR, hours=WORK, silences=[silence(hours=10)])
    desk.ring("one")
    desk.until(datetime(2026, 11, 24, 23, 0, tzinfo=UTC), tick=MINUTE)
    desk.ring("two")
    [told] = desk.until(MORNING, tick=HOUR)
    assert (told.reason, stories_in(told)) == (Reason.HOURS_BEGIN, ["one", "two"])


def test_h19_a_digest_keeps_its_time_and_has_what_came_at_night() -> None:
    desk = Desk(at=EVENING, hours=WORK, digest={"cron": "0 8 * * *"})
    assert desk.ring("one").held is Held.OUTSIDE_HOURS
    desk.reload(watch(hours=WORK, digest={"cron": "0 7,8 * * *"}))
    assert [told.stands_for for told in desk.until(MORNING - HOUR)] == [0], "at seven, outside of the hours"
    [told] = desk.until(MORNING)
    assert told.coverage is not None
    assert stories_in(told) == ["one"]


def test_h19_without_its_digest_what_it_held_keeps_to_the_hours() -> None:
    hours = {"from": "08:00", "to": "12:30"}
    desk = Desk(digest="hourly", hours=hours)
    desk.ring("one")
    desk.reload(watch(hours=hours))
    assert desk.wait(HOUR) == [], "the tick came late, after the hours"
    assert stories_in(*desk.until(MORNING)) == ["one"]


def test_h19_a_silenced_digest_is_not_told_and_the_next_covers_its_time_too() -> None:
    desk = Desk(digest="hourly", silences=[silence(since=NOON + MINUTE, hours=1)])
    desk.ring("one")
    desk.wait(2 * MINUTE)
    assert desk.until(NOON + HOUR) == []
    assert stories_in(*desk.until(NOON + HOUR + MINUTE)) == ["one"]
    [empty] = desk.until(NOON + 2 * HOUR)
    assert empty.coverage is not None
    assert empty.coverage.since == NOON


def test_h19_what_a_cooldown_held_counts_for_the_limit() -> None:
    desk = Desk(cooldown="10m", limit={"alerts": 1, "per": "1h"})
    desk.ring("one")
    assert desk.ring("two").held is Held.COOLDOWN
    assert desk.wait(HOUR - SECOND) == []
    assert stories_in(*desk.wait(SECOND)) == ["two"]


@pytest.mark.parametrize(
    "policy",
    [
        {"digest": "weekly"},
        {"hours": {**WORK, "days": ["sat"]}},
        {"group": {"by": "watch", "wait": "1d"}},
        {"cooldown": "1d"},
        {"limit": {"alerts": 1, "per": "1d"}},
    ],
)
def test_h20_what_no_policy_asks_for_any_more_is_told_at_the_next_tick(policy: dict[str, Any]) -> None:
    desk = Desk(**policy)
    first = desk.ring("one")
    held = [story for story in ("one", "two", "three") if not (first if story == "one" else desk.ring(story)).tells]
    desk.wait(MINUTE)
    desk.reload(watch())
    [told] = desk.wait(SECOND)
    assert stories_in(told) == held
    assert desk.wait(30 * DAY) == []


def test_h20_a_shorter_cooldown_and_other_hours_hold_at_once() -> None:
    desk = Desk(cooldown="1d")
    desk.ring("one")
    desk.ring("two")
    desk.reload(watch(cooldown="10m"))
    assert stories_in(*desk.wait(10 * MINUTE)) == ["two"]
    late = Desk(hours=WORK, at=EVENING)
    late.ring("one")
    late.reload(watch(hours={**WORK, "to": "22:00"}))
    assert stories_in(*late.wait(SECOND)) == ["one"]


def test_h20_what_a_removed_watch_held_is_told_when_it_is_due() -> None:
    desk = Desk(digest="daily")
    desk.ring("one")
    desk.ring("two")
    desk.reload(None)
    assert desk.until(datetime(2026, 11, 25, 6, 59, tzinfo=UTC)) == []
    [told] = desk.wait(MINUTE)
    assert (told.reason, told.watch.name, stories_in(told)) == (Reason.DIGEST, "kabul-desk", ["one", "two"])
    assert desk.wait(30 * DAY) == [], "and no digests any more"


def test_h21_after_an_outage_nobody_is_told_at_night() -> None:
    desk = Desk(at=EVENING, hours=WORK)
    met_at = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    assert desk.ring(published_at=met_at, seen_at=met_at).held is Held.OUTSIDE_HOURS


def test_h24_a_copy_waits_for_nothing() -> None:
    desk = Desk()
    desk.ring()
    desk.reload(watch(), [silence(hours=1)])
    copy = desk.update(reason=Reason.COPY)
    assert (copy.held, copy.tells) == (None, False)
    assert desk.wait(HOUR) == []


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
