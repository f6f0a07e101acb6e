"""What people wait for, as the queue that waits: a silence, a watch's hours, its digest, a cooldown, a group, a limit.

Each function gives the queue that an alert must join, as it is or newly opened (the caller puts it back), or None where
it need not wait.

Cooldown. It begins when people are told, for each entity (or country, or for the watch) of what they were told. An
alert waits while the cooldown runs of all that it is about; it is told itself where one is not cooling. What waited is
told when the cooldown is over, and that begins the next.

Group. As `group_wait` and `group_interval` of Alertmanager: the first alert of a group waits for `wait`; from then on
the group is told every `interval` of what came to it. What differs: an alert here does not end, so a group is told of
what is new in it only, and is over when an interval passes with nothing; grouping by entity puts an alert that has
several into a group that is open for one of them, else under the most prominent; the wait begins when an alert is
decided, however old it is; with `wait: 0s` the first is told as itself.
"""

from collections.abc import Iterable
from datetime import datetime

from schemas import Alert, Held
from schemas.remembered import QueueMemory
from services.alerting.decide.memory import Memory
from services.alerting.holding.digests import next_digest
from services.alerting.holding.hours import is_open, next_opening
from services.alerting.holding.limits import free_at
from services.alerting.holding.queues import SEVERITIES
from services.alerting.holding.silence import Silence
from services.alerting.holding.subjects import entities_of
from services.alerting.watching.policy import Cooldown, Group
from services.alerting.watching.watch import Watch


def for_silence(silence: Silence, watch: str, memory: Memory, now: datetime) -> QueueMemory:
    """What this silence holds of a watch."""
    queue = memory.queue(watch, Held.SILENCED, silence.id)
    return queue or opened(Held.SILENCED, silence.id, now, silence.until, f"{silence.why} ({silence.by})")


def for_hours(watch: Watch, memory: Memory, now: datetime) -> QueueMemory | None:
    """Outside of the watch's hours, unless it is severe enough."""
    hours = watch.hours
    if hours is None or SEVERITIES.index(watch.severity) >= SEVERITIES.index(hours.through) or is_open(hours, now):
        return None
    queue = memory.queue(watch.id, Held.OUTSIDE_HOURS)
    return queue or opened(Held.OUTSIDE_HOURS, "", now, next_opening(hours, now))


def for_digest(watch: Watch, memory: Memory, now: datetime) -> QueueMemory | None:
    """Where people are told by a digest."""
    if watch.digest is None:
        return None
    return memory.queue(watch.id, Held.DIGEST) or opened(Held.DIGEST, "", now, next_digest(watch.digest, now))


def for_cooldown(alert: Alert, watch: Watch, memory: Memory, now: datetime) -> QueueMemory | None:
    """While all that the alert is about is cooling: the queue that is told first."""
    if watch.cooldown is None:
        return None
    keys = cooldown_keys(watch.cooldown, entities_of(alert), [country_of(alert)])
    queues = [memory.queue(watch.id, Held.COOLDOWN, key) for key in keys]
    running = [queue for queue in queues if queue is not None and _is_running(queue, now)]
    return min(running, key=lambda queue: (queue.due_at, queue.group)) if len(running) == len(keys) else None


def for_group(alert: Alert, watch: Watch, memory: Memory, now: datetime) -> QueueMemory | None:
    """Where alerts are told in groups, but for the first of one that does not wait."""
    if watch.group is None:
        return None
    keys = group_keys(watch.group, alert)
    for key in keys:
        queue = memory.queue(watch.id, Held.GROUPED, key)
        if queue is not None and _is_running(queue, now):
            return queue
    return opened(Held.GROUPED, keys[0], now, now + watch.group.wait) if watch.group.wait else None


def for_limit(watch: Watch, memory: Memory, now: datetime) -> QueueMemory | None:
    """Where people were told as often as they want to be."""
    if watch.limit is None:
        return None
    queue, known = memory.queue(watch.id, Held.LIMITED), memory.watch(watch.id)
    free = free_at(known.rings if known is not None else (), watch.limit, now)
    return queue or (opened(Held.LIMITED, "", now, free) if free > now else None)


def opened(kind: Held, group: str, now: datetime, due_at: datetime, title: str = "") -> QueueMemory:
    """A queue with nothing in it."""
    return QueueMemory(kind=kind, group=group, opened_at=now, due_at=due_at, title=title)


def cooldown_keys(cooldown: Cooldown, labels: Iterable[str], countries: Iterable[str]) -> tuple[str, ...]:
    """The groups of the cooldown's queues: one for each thing that cools."""
    return {"entity": tuple(labels) or ("",), "country": tuple(dict.fromkeys(countries)), "watch": ("",)}[cooldown.by]


def group_keys(group: Group, alert: Alert) -> tuple[str, ...]:
    """The groups that an alert may join, the one that it opens in front."""
    return {
        "story": (alert.thread or alert.id,),
        "entity": entities_of(alert) or ("",),
        "country": (country_of(alert),),
        "watch": ("",),
    }[group.by]


def country_of(alert: Alert) -> str:
    """The source's; empty where it has none."""
    return (alert.article.source.country or "") if alert.article is not None else ""


def _is_running(queue: QueueMemory, now: datetime) -> bool:
    """With something in it a queue takes more until it is told."""
    return queue.count > 0 or queue.due_at > now
