"""What became of an alert at its channels: by what the router really wrote, and what channels and people said."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas import Acknowledgement, Alert, Delivery, Notification, Outcome
from services.alerting.handling.steps import step
from services.cli.why.delivering import MOST_STEPS, OVERDUE, delivered
from services.cli.why.sent import Sent
from services.cli.why.step import Outcome as Came
from services.cli.why.step import Step
from tests.cli.past import TTP, Past, article, attempt, desk

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATER = NOON + MINUTE
CHANNELS = [{"id": name, "type": "terminal"} for name in ("hook", "mail", "pager")]
PAGER = {"escalate": {"after": "15m", "channels": ["pager"]}}


class Story:
    """A watch rang at noon and was routed; a test says what came of that."""

    def __init__(self, folder: Path, *routes: dict[str, Any], default: Sequence[str] = ("hook",)) -> None:
        installation = {"channels": CHANNELS, "default_channels": list(default), "routes": list(routes)}
        self.past = Past(desk(folder, TTP, settings=installation))
        self.past.reads(article("The TTP claims an attack", "The TTP is named.", at=NOON))
        [self.ring] = self.past.alerts
        self.notifications = self.past.routes(self.ring)
        self.deliveries: list[Delivery] = []
        self.people: list[Acknowledgement] = []

    def to(self, channel: str) -> Notification:
        [notification] = [one for one in self.notifications if one.channel == channel]
        return notification

    def says(self, channel: str, outcome: Outcome, detail: str = "HTTP 503", next_at: datetime | None = None) -> None:
        self.deliveries.append(attempt(self.to(channel), outcome, NOON + SECOND, detail, next_at))

    def acknowledges(self, by: str = "Sana", action: Any = "acknowledge", at: datetime = LATER, **more: Any) -> None:
        self.people.append(step(self.ring.id, "ttp", action, by, at, "cli", **more))

    def step(self, now: datetime = LATER, of: Alert | None = None) -> Step:
        return delivered(of or self.ring, Sent(self.notifications, self.deliveries, self.people), [], now)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """It goes to a hook and to mail."""
    return Story(tmp_path, {"name": "afghan", "match": {"watch": "ttp"}, "channels": ["hook", "mail"]})


def test_each_channel_says_by_which_route_it_got_it(story: Story) -> None:
    story.says("hook", Outcome.DELIVERED)
    story.says("mail", Outcome.DELIVERED)

    step = story.step()
    assert (step.outcome, step.what) == (Came.PASSED, "delivered by hook, mail")
    assert step.evidence == (
        "hook by default > afghan, at once: delivered at 2026-11-24 12:00:01 UTC, attempt 1",
        "mail by default > afghan, at once: delivered at 2026-11-24 12:00:01 UTC, attempt 1",
    )


@pytest.mark.parametrize(
    ("outcome", "next_at", "came", "what", "fix"),
    [
        (Outcome.FAILED, None, Came.STOPPED, "gave up after 1 attempt: HTTP 503", "retry --channel mail"),
        (Outcome.RETRYING, NOON + HOUR, Came.HELD, "tries again at 2026-11-24 13:00:00 UTC: HTTP 503", ""),
        (
            Outcome.HELD,
            NOON + HOUR,
            Came.HELD,
            "waits for room under the channel's ceiling, until 2026-11-24 13:00:00 UTC",
            "",
        ),
        (None, None, Came.NOT_YET, "has not taken it up; it was due at 2026-11-24 12:00:00 UTC", "tocsin run notify"),
    ],
    ids=["failed", "retrying", "above the ceiling", "nothing said"],
)
def test_the_channel_that_lacks_tells_how_it_stands_though_another_took_it(
    story: Story, outcome: Outcome | None, next_at: datetime | None, came: Came, what: str, fix: str
) -> None:
    story.says("hook", Outcome.DELIVERED)
    if outcome is not None:
        detail = "waits for room under the channel's ceiling" if outcome is Outcome.HELD else "HTTP 503"
        story.says("mail", outcome, detail, next_at)

    step = story.step()
    assert (step.outcome, step.what) == (came, f"channel mail {what}; delivered by hook")
    assert fix in step.fix
    assert bool(step.fix) == bool(fix)


def test_a_channel_that_refuses_without_an_attempt_gave_up_without_one(story: Story) -> None:
    refusal = attempt(story.to("mail"), Outcome.NOT_NEEDED, NOON, "disabled since noon")
    story.deliveries.append(refusal.model_copy(update={"outcome": Outcome.FAILED}))
    assert story.step().what.startswith("channel mail gave up without an attempt: disabled since noon; channel hook ")


def test_what_was_tried_and_is_overdue_is_told_with_what_the_channel_said(story: Story) -> None:
    story.says("hook", Outcome.DELIVERED)
    story.says("mail", Outcome.RETRYING, next_at=NOON + HOUR)
    assert story.step(NOON + HOUR + OVERDUE).outcome is Came.HELD

    step = story.step(NOON + HOUR + OVERDUE + SECOND)
    assert step.outcome is Came.NOT_YET
    assert step.what.startswith("channel mail has not gone on; it was due at 2026-11-24 13:00:00 UTC (HTTP 503); ")
    assert "tocsin channel list" in step.fix


def test_what_waits_for_the_hours_of_its_route_says_until_when(tmp_path: Path) -> None:
    story = Story(tmp_path, {"name": "day", "match": {"watch": "ttp"}, "hours": {"from": "14:00", "to": "18:00"}})
    waits = "channel hook waits for the hours of its route, until 2026-11-24 14:00:00 UTC"
    assert (story.step().outcome, story.step().what) == (Came.HELD, waits), "before its channel has seen it"
    story.says("hook", Outcome.HELD, "waits for the hours of its route", story.to("hook").due_at)

    step = story.step()
    assert (step.outcome, step.what) == (Came.HELD, waits)
    assert step.evidence[0].startswith(
        "hook by default > day, in the hours of its route, from 2026-11-24 14:00:00 UTC:"
    )

    story.says("hook", Outcome.DELIVERED)
    story.deliveries[-1] = story.deliveries[-1].model_copy(update={"message_id": "grp-1"})
    step = story.step()
    assert (step.outcome, step.what) == (Came.PASSED, "delivered by hook")
    assert step.evidence[0].endswith(", attempt 1, with others in message grp-1")


def test_a_pager_is_told_unless_somebody_acknowledges(tmp_path: Path) -> None:
    story = Story(tmp_path, {"name": "night", "match": {"watch": "ttp"}, **PAGER})
    story.says("hook", Outcome.DELIVERED)
    story.says("pager", Outcome.HELD, "waits for somebody to acknowledge it", story.to("pager").due_at)

    step = story.step()
    called = "channel pager is told at 2026-11-24 12:15:00 UTC unless somebody acknowledges it before"
    assert (step.outcome, step.what) == (Came.PASSED, f"delivered by hook; {called}"), "people were told"
    assert step.evidence[1].startswith(
        "pager by default > night, at 2026-11-24 12:15:00 UTC unless somebody acknowledges it before: held at "
    )

    story.acknowledges()
    assert story.step().what == "delivered by hook; channel pager is not needed: acknowledged by Sana"
    story.acknowledges(action="release", at=LATER + SECOND)
    assert story.step().what == f"delivered by hook; {called}"

    story.says("pager", Outcome.NOT_NEEDED, "acknowledged by Farid")
    step = story.step()
    assert step.what == "delivered by hook; channel pager is not needed: acknowledged by Farid", "that is what happened"
    assert step.evidence[1].endswith("before: not-needed at 2026-11-24 12:00:01 UTC (acknowledged by Farid)")


def test_where_only_a_pager_may_be_told_the_alert_waits(tmp_path: Path) -> None:
    story = Story(tmp_path, {"name": "night", "match": {"watch": "ttp"}, "channels": [], **PAGER})
    step = story.step()
    assert step.outcome is Came.HELD
    assert step.what == "channel pager is told at 2026-11-24 12:15:00 UTC unless somebody acknowledges it before"


def test_what_people_did_is_told_step_by_step(story: Story) -> None:
    story.says("hook", Outcome.DELIVERED)
    story.says("mail", Outcome.DELIVERED)
    story.acknowledges(note="on it")
    story.people.append(story.people[0].model_copy())
    story.acknowledges(action="assign", to="Farid")
    story.people.append(step("alr-another", "ttp", "note", "Zarmina", LATER, "cli", note="elsewhere"))

    said = story.step()
    assert said.what == "delivered by hook, mail; acknowledged by Sana"
    assert said.evidence[2:] == (
        "Sana acknowledged it at 2026-11-24 12:01:00 UTC: on it",
        "Sana assigned it to Farid at 2026-11-24 12:01:00 UTC",
    )
    for number in range(MOST_STEPS):
        story.acknowledges(f"Visitor {number}", "note", note="seen")
    assert story.step().evidence[2].startswith("Visitor 0 left a note at "), "the newest are shown"


def test_what_was_sent_again_stands_for_what_had_failed(story: Story) -> None:
    story.says("hook", Outcome.DELIVERED)
    story.says("mail", Outcome.FAILED)
    again = story.to("mail").model_copy(update={"again": 1})
    story.notifications.append(again)
    assert story.step().outcome is Came.NOT_YET

    story.deliveries.append(attempt(again, Outcome.DELIVERED, LATER))
    step = story.step()
    assert (step.outcome, step.what) == (Came.PASSED, "delivered by hook, mail")
    assert step.evidence[1].startswith(
        "mail by default > afghan, at once, sent again (1): delivered at 2026-11-24 12:01"
    )


def test_attempts_speak_for_a_notification_that_is_no_longer_stored(story: Story) -> None:
    story.says("hook", Outcome.DELIVERED)
    story.notifications.clear()
    step = story.step()
    assert step.what == "delivered by hook"
    assert step.evidence == ("hook: delivered at 2026-11-24 12:00:01 UTC, attempt 1",)


def test_what_went_to_channels_for_another_record_does_not_count(story: Story) -> None:
    story.says("hook", Outcome.DELIVERED)
    later = story.ring.model_copy(update={"sequence": 1})
    assert story.step(of=later).what == "routed to nobody: the route that took it has no channels"


def test_what_goes_to_nobody_says_why(tmp_path: Path) -> None:
    story = Story(tmp_path, {"name": "mute", "match": {"watch": "ttp"}, "channels": []})
    assert story.notifications == []
    ring, known = story.ring, Sent(written={story.ring.event_id: NOON})

    step = story.step()
    assert (step.outcome, step.what) == (Came.STOPPED, "routed to nobody: the route that took it has no channels")
    assert step.fix.endswith(f"tocsin route test {ring.id}")

    step = delivered(ring, Sent(not_read=frozenset({ring.event_id})), [], LATER)
    assert (step.outcome, step.what) == (Came.NOT_YET, f"alert {ring.id} is not routed yet")
    step = delivered(ring, known, ["1048577 bytes long"], LATER)
    assert (step.outcome, step.what) == (Came.STOPPED, "the router set it aside: 1048577 bytes long")
    assert delivered(ring, known, [], NOON + 30 * DAY - SECOND).outcome is Came.STOPPED
    step = delivered(ring, known, [], NOON + 30 * DAY)
    gone = "to which channels it went is no longer stored: that is kept for 30 days"
    assert (step.outcome, step.what) == (Came.PASSED, gone)
    assert delivered(None, known, [], LATER).what == "told", "in a summary that does not list it"
