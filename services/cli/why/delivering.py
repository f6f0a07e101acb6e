"""What became of an alert at the channels that it was routed to, and what people did about it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from schemas import Acknowledgement, Alert, Delivery, Notification
from schemas import Outcome as Became
from schemas.handling import handling
from services.backbone.topics import NOTIFICATIONS
from services.cli.why.sent import Sent
from services.cli.why.step import Outcome, Stage, Step, not_yet, passed, stopped

MOST_STEPS: Final = 5
"""Of what people did, shown."""
OVERDUE: Final = timedelta(minutes=6)
"""A channel is left alone for five minutes at most, then probed: what is later does not run, or is taken by nobody."""
_DONE: Final = {"acknowledge": "acknowledged it", "release": "released it", "note": "left a note"}


class _State(IntEnum):
    """How it stands at one channel; of several channels the first of these is how it stands with the alert."""

    FAILED = 0
    TRYING = 1
    NOT_TAKEN_UP = 2
    WAITING = 3
    TOOK = 4
    CALLED_LATER = 5
    """It is told if nobody acknowledges the alert. Where others took it, the alert waits for nothing."""
    NOT_NEEDED = 6


_OUTCOMES: Final = {
    _State.FAILED: Outcome.STOPPED,
    _State.TRYING: Outcome.HELD,
    _State.NOT_TAKEN_UP: Outcome.NOT_YET,
    _State.WAITING: Outcome.HELD,
    _State.TOOK: Outcome.PASSED,
    _State.CALLED_LATER: Outcome.HELD,
    _State.NOT_NEEDED: Outcome.PASSED,
}
_FIXES: Final = {
    _State.FAILED: "mend the channel in tocsin.yaml or at its other end, then: tocsin deliveries retry --channel {}",
    _State.NOT_TAKEN_UP: "look whether it runs: tocsin run notify; how the channel fares: tocsin channel list",
}
_STATES: Final = {
    Became.DELIVERED: _State.TOOK,
    Became.RETRYING: _State.TRYING,
    Became.FAILED: _State.FAILED,
    Became.NOT_NEEDED: _State.NOT_NEEDED,
}


@dataclass(frozen=True, slots=True)
class _Going:
    """An alert on its way to one channel, and what was said of it last."""

    channel: str
    routed: Notification | None
    """None where that is no longer stored."""
    last: Delivery | None

    @property
    def has_ended(self) -> bool:
        return self.last is not None and self.last.outcome.ends

    @property
    def waits_for_people(self) -> bool:
        return self.routed is not None and self.routed.waits_for == "acknowledgement"

    @property
    def due_at(self) -> datetime | None:
        """When something is to be done next."""
        if self.last is not None:
            return self.last.next_attempt_at
        return (self.routed.due_at or self.routed.routed_at) if self.routed is not None else None

    def state(self, acknowledged_by: str | None, now: datetime) -> _State:
        """How it stands here."""
        if self.last is not None and self.last.outcome.ends:
            return _STATES[self.last.outcome]
        if self.due_at is not None and self.due_at + OVERDUE < now:
            return _State.NOT_TAKEN_UP
        if self.last is not None and self.last.outcome is Became.RETRYING:
            return _State.TRYING
        if self.waits_for_people:
            return _State.CALLED_LATER if acknowledged_by is None else _State.NOT_NEEDED
        is_held = self.last is not None or (self.routed is not None and self.routed.waits_for is not None)
        return _State.WAITING if is_held else _State.NOT_TAKEN_UP


def delivered(alert: Alert | None, sent: Sent, letters: Sequence[str], now: datetime) -> Step:
    """What the channels did with what people are told.

    Args:
        alert: the ring by which they are told; None where it is not known which.
        sent: what is stored of its way, and of others'.
        letters: why the router set it aside.
        now: the time of the answer.
    """
    if alert is None:
        return passed(Stage.DELIVERY, "told")
    going = [*_going(alert, sent)]
    if not going:
        return _nowhere(alert, sent, letters, now)
    done = list({step.id: step for step in sent.steps if step.alert_id == alert.id}.values())
    by = handling(done).acknowledged_by
    states = [(one.state(by, now), one) for one in going]
    first = min(state for state, _ in states)
    took = ", ".join(dict.fromkeys(one.channel for state, one in states if state is _State.TOOK))
    words = [
        f"delivered by {took}" if state is _State.TOOK else _word(state, one, by)
        for state, one in sorted(states, key=lambda each: each[0])
    ]
    if by is not None and all(state is not _State.NOT_NEEDED for state, _ in states):
        words.append(f"acknowledged by {by}")
    evidence = (*(_line(one) for one in going), *_people(done))
    channel = next(one.channel for state, one in states if state is first)
    return Step(
        Stage.DELIVERY,
        _OUTCOMES[first],
        "; ".join(dict.fromkeys(words)),
        evidence,
        _FIXES.get(first, "").format(channel),
    )


def ways(update: Alert, sent: Sent, letters: Sequence[str], now: datetime) -> tuple[str, ...]:
    """To which channels an update went and how that ended, line by line; the arguments are those of `delivered`."""
    lines = tuple(_line(one) for one in _going(update, sent))
    return lines or (_nowhere(update, sent, letters, now).what,)


def _going(alert: Alert, sent: Sent) -> Iterator[_Going]:
    """To each channel where it goes; what was sent there once more stands for what was before."""
    last = {
        one.notification_id or one.channel: one
        for one in sent.deliveries
        if (one.alert_id, one.sequence) == (alert.id, alert.sequence)
    }
    routed: dict[str, Notification] = {}
    for one in sent.notifications:
        if one.message_id == alert.event_id and one.again >= (routed[one.id].again if one.id in routed else 0):
            routed[one.id] = one
    for one in routed.values():
        yield _Going(one.channel, one, last.get(one.event_id))
    for name, attempt in last.items():
        if name.partition(".")[0] not in routed:
            yield _Going(attempt.channel, None, attempt)


def _nowhere(alert: Alert, sent: Sent, letters: Sequence[str], now: datetime) -> Step:
    """Why it goes to no channel."""
    if letters:
        what = f"the router set it aside: {letters[-1]}"
        return stopped(Stage.DELIVERY, what, fix="mend that, then: tocsin dead-letters replay")
    if alert.event_id in sent.not_read:
        what = f"alert {alert.id} is not routed yet"
        return not_yet(Stage.DELIVERY, what, fix="look whether it runs: tocsin run notify")
    age, kept = now - sent.written.get(alert.event_id, alert.rang_at), NOTIFICATIONS.retention
    if kept is not None and age >= kept:
        return passed(
            Stage.DELIVERY, f"to which channels it went is no longer stored: that is kept for {kept.days} days"
        )
    return stopped(
        Stage.DELIVERY,
        "routed to nobody: the route that took it has no channels",
        "or it was over an hour old when the router ran for the first time",
        f"alert {alert.id} is on the topic",
        fix=f"look which route takes it, and give it channels: tocsin route test {alert.id}",
    )


def _word(state: _State, one: _Going, by: str | None) -> str:
    """How it stands at a channel that did not take it, in a few words; `by` cares for the alert."""
    last, at = one.last, _at(one.due_at)
    detail = last.detail if last is not None else ""
    match state:
        case _State.FAILED:
            attempts = last.attempt if last is not None else 0
            how = {0: "without an attempt", 1: "after 1 attempt"}.get(attempts, f"after {attempts} attempts")
            return f"channel {one.channel} gave up {how}: {detail}"
        case _State.TRYING:
            return f"channel {one.channel} tries again at {at}: {detail}"
        case _State.WAITING:
            return f"channel {one.channel} {detail or 'waits for the hours of its route'}, until {at}"
        case _State.CALLED_LATER:
            return f"channel {one.channel} is told at {at} unless somebody acknowledges it before"
        case _State.NOT_NEEDED:
            return f"channel {one.channel} is not needed: {detail if one.has_ended else f'acknowledged by {by}'}"
    if last is None:
        return f"channel {one.channel} has not taken it up; it was due at {at}"
    return f"channel {one.channel} has not gone on; it was due at {at} ({detail})"


def _line(one: _Going) -> str:
    """By which route it goes to a channel, what it waits for there, and how it ended."""
    routed, last = one.routed, one.last
    way = [one.channel]
    if routed is not None:
        way[0] += f" by {' > '.join(routed.route)}" if routed.route else ""
        way.append(_when(routed))
        way += [f"sent again ({routed.again})"] if routed.again else []
    if last is None:
        return f"{', '.join(way)}: nothing done yet"
    said = [f"{last.outcome.value} at {_at(last.attempted_at)}"]
    said += [f"attempt {last.attempt}"] if last.attempt else []
    said += [f"next at {_at(last.next_attempt_at)}"] if last.next_attempt_at is not None else []
    said += [f"with others in message {last.message_id}"] if last.message_id.startswith("grp-") else []
    return f"{', '.join(way)}: {', '.join(said)}" + (f" ({last.detail})" if last.detail else "")


def _when(routed: Notification) -> str:
    """When it is told there."""
    match routed.waits_for:
        case "hours":
            return f"in the hours of its route, from {_at(routed.due_at)}"
        case "acknowledgement":
            return f"at {_at(routed.due_at)} unless somebody acknowledges it before"
    return "at once"


def _people(steps: Sequence[Acknowledgement]) -> Iterator[str]:
    """What people did about it."""
    for step in steps[-MOST_STEPS:]:
        did = _DONE.get(step.action, f"assigned it to {step.to or 'nobody'}")
        yield f"{step.by} {did} at {_at(step.at)}" + (f": {step.note}" if step.note else "")


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment is not None else "some time"
