"""What people are told now: sentences of CONTRIBUTING.md by their numbers; the others stand in the files beside."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import Held, Reason
from tests.alerting.holding.desk import DAY, HOUR, MINUTE, NOON, SECOND, Desk, silence, stories_in, watch

WORK: dict[str, Any] = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"}
EVENING = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
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
