"""What is told later, and how: sentences of CONTRIBUTING.md by their numbers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import Held, Reason
from services.alerting.holding.silences import Silences
from tests.alerting.holding.desk import HOUR, MINUTE, NOON, SECOND, Desk, silence, stories_in, watch

WORK: dict[str, Any] = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"}
EVENING = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def test_h14_a_queue_of_one_is_told_as_the_next_record_of_its_alert() -> None:
    desk = Desk(silences=[silence(hours=1)])
    held = desk.ring()
    desk.update()
    desk.update(reason=Reason.COPY)
    [told] = desk.wait(HOUR)
    assert (told.id, told.sequence, told.action, told.reason) == (held.id, 3, "ring", Reason.FIRST_MENTION)
    assert (told.held, told.held_by, told.rang_at) == (None, None, held.rang_at)
    assert desk.update().sequence == 4


def test_h14_it_comes_after_what_was_written_while_its_silence_was_taken_out() -> None:
    desk = Desk(silences=[silence(hours=1)])
    desk.ring()
    desk.silences = Silences()
    assert desk.update().sequence == 1
    desk.reload(watch())
    assert [told.sequence for told in desk.wait(SECOND)] == [2]


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


def test_h19_an_empty_digest_leaves_nothing_with_the_silence_that_holds_it() -> None:
    desk = Desk(digest="hourly", silences=[silence(hours=3)])
    assert desk.until(NOON + 3 * HOUR - SECOND, tick=MINUTE) == []
    assert [key.kind for key in desk.memory.queues()] == [Held.DIGEST]
    assert [told.stands_for for told in desk.wait(SECOND)] == [0]


def test_h19_what_a_cooldown_held_counts_for_the_limit() -> None:
    desk = Desk(cooldown="10m", limit={"alerts": 1, "per": "1h"})
    desk.ring("one")
    assert desk.ring("two").held is Held.COOLDOWN
    assert desk.wait(HOUR - SECOND) == []
    assert stories_in(*desk.wait(SECOND)) == ["two"]
