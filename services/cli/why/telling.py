"""Whether people were to be told of an alert, and what held it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from schemas import Alert, Held
from schemas.remembered import QueueMemory
from services.alerting.holding.silence import Silence
from services.alerting.watching.watch import Watch
from services.backbone.durations import show_duration
from services.cli.why.step import Stage, Step, held, passed, stopped

FOR_GOOD: Final = frozenset({Held.FIRST_PASS, Held.TOO_OLD, Held.NO_WATCH, Held.INHIBITED})
"""What is never told."""


class Told(NamedTuple):
    """How it stands with telling people."""

    step: Step
    by: Alert | None
    """The alert by which they were told, its own or one that stands for it; None where there is none, or it is not
    known which."""


def told(
    ring: Alert,
    alerts: Sequence[Alert],
    watch: Watch,
    silences: Mapping[str, Silence],
    queues: Sequence[QueueMemory],
    written: Mapping[str, datetime],
    *,
    is_told: bool,
) -> Told:
    """Whether people were told of a ring.

    Args:
        ring: its first record.
        alerts: all that has to do with it, in the order of time.
        watch: that rang, as it is in force.
        silences: in force or over, by id.
        queues: what is held of the watch.
        written: when each record of these alerts was written, by its event id.
        is_told: `decide` remembers that its story was told.
    """
    own = [alert for alert in alerts if alert.id == ring.id and alert.action == "ring"]
    if ring.held is None:
        return Told(passed(Stage.HOLDING, "told at once"), ring)
    why, fix = _why(ring, watch, silences)
    later = [alert for alert in own if alert.held is None]
    inside = [alert for alert in alerts if any(item.alert_id == ring.id for item in alert.items)]
    for alert in (*later, *(alert for alert in inside if alert.held is None)):
        by = "by itself" if alert.id == ring.id else f"in alert {alert.id}, which stands for {alert.stands_for}"
        at = written.get(alert.event_id, alert.rang_at)
        what = f"told at {at:%Y-%m-%d %H:%M} UTC, {by} ({alert.reason.value}); held before: {why}"
        return Told(passed(Stage.HOLDING, what), alert)
    if is_told and ring.held not in FOR_GOOD:
        return Told(passed(Stage.HOLDING, f"told in a summary that does not list it; held before: {why}"), None)
    if ring.held in FOR_GOOD:
        return Told(stopped(Stage.HOLDING, f"held for good: {why}", f"alert {ring.id} is on the topic", fix=fix), None)
    due = [queue.due_at for queue in queues if queue.kind == ring.held and _is_in(queue, ring)]
    when = f"; it is told at {min(due):%Y-%m-%d %H:%M} UTC" if due else ""
    return Told(held(Stage.HOLDING, f"{why}{when}", f"alert {ring.id} is on the topic", fix=fix), None)


def _is_in(queue: QueueMemory, ring: Alert) -> bool:
    """Whether a queue holds an alert; one that lists only the first hundred may."""
    listed = [item.alert_id for item in queue.items]
    return ring.id in listed or queue.count > len(listed)


def _why(ring: Alert, watch: Watch, silences: Mapping[str, Silence]) -> tuple[str, str]:
    """Why an alert is held, in words, and what a person can do."""
    by = ring.held_by or ""
    match ring.held:
        case Held.FIRST_PASS:
            return (
                "it was there already when its source or its watch was new, and that first pass is quiet",
                "ring_last: 6h in a new source or watch rings for what is younger than that",
            )
        case Held.TOO_OLD:
            published = ring.article.published_at if ring.article is not None else None
            date = f"published {published:%Y-%m-%d %H:%M} UTC, " if published is not None else ""
            allowed = show_duration(watch.max_age)
            return f"{date}which was longer than max_age ({allowed}) before it was read", "raise max_age of the watch"
        case Held.NO_WATCH:
            return "the watch was not in force when it was decided", "look at it: tocsin watch list"
        case Held.INHIBITED:
            return (
                f"inhibited: watch {by} rings for the same article",
                f"look there: tocsin why {by} with the same article; inhibitions stand in tocsin.yaml",
            )
        case Held.SILENCED:
            return _silenced(by, silences.get(by))
        case Held.OUTSIDE_HOURS:
            return "it came outside of the watch's hours", "through: in hours says what may break through"
        case Held.DIGEST:
            cron = f" ({watch.digest.cron}, {watch.digest.zone})" if watch.digest is not None else ""
            return f"it waits for the digest{cron}", "take digest: out of the watch to be told at once"
        case Held.GROUPED:
            return "it waits for its group", "group: in the watch says how long"
        case Held.COOLDOWN:
            time = f" ({show_duration(watch.cooldown.time)}, by {watch.cooldown.by})" if watch.cooldown else ""
            return f"it came within the cooldown{time}", "shorten cooldown: of the watch to be told sooner"
        case Held.LIMITED:
            limit = f" ({watch.limit.alerts} per {show_duration(watch.limit.per)})" if watch.limit else ""
            return f"it was more than the watch's limit{limit}", "raise limit: of the watch, or narrow the watch"
    return "nothing holds it", ""


def _silenced(id_: str, silence: Silence | None) -> tuple[str, str]:
    if silence is None:
        return f"silenced by {id_}, which is no longer there", "it is told when decide takes note of that"
    until = f"{silence.until:%Y-%m-%d %H:%M} UTC"
    what = f"silenced by {id_} of {silence.by} until {until}: {silence.why}"
    return what, f"take {id_} out of silences/, or wait until it ends"
