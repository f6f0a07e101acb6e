"""What was held and is told now: each queue whose time has come, in one alert.

Before it is told, what may hold it again is looked at: a silence of all of it; the watch's hours (of a digest not: the
desk wrote down its time), after which it comes into a digest if the watch has one; after a cooldown or in a group, the
limit. Then it waits with what waits there already.

What no policy asks for any more is told at the next tick; what a watch held that is not in force any more is told when
it is due. A silence is known by its id: if it is taken out, or ends earlier now, what it held is told; if it ends later
now, it waits; if it is written to hold other alerts, it still holds what it has.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas import Alert, Held, WatchSummary
from schemas.remembered import QueueMemory, WatchMemory
from services.alerting.decide.memory import Memory
from services.alerting.holding.coverage import Incidents, coverage
from services.alerting.holding.digests import next_digest
from services.alerting.holding.hours import is_open, next_opening
from services.alerting.holding.limits import free_at
from services.alerting.holding.queues import REASONS, as_itself, collective, empty_digest, merged
from services.alerting.holding.silences import Silences
from services.alerting.holding.subjects import subject_of_queue
from services.alerting.holding.telling import begin, note_ring, note_stories
from services.alerting.holding.waiting import for_digest, for_hours, for_limit, for_silence, opened
from services.alerting.watching.watch import Watch

MOST_AT_ONCE: Final = 500
"""Queues that end in one call; the rest does in the next: ten thousand digests of seven o'clock are no transaction."""
_ORDER = list(REASONS)


def due(
    memory: Memory,
    watches: Mapping[str, Watch],
    silences: Silences,
    incidents: Incidents,
    now: datetime,
    read: Collection[str] | None = None,
) -> list[Alert]:
    """Tell what is due, once; where it is very much, the rest at the next call.

    Args:
        memory: of one partition; what is told is taken out of it.
        watches: in force.
        silences: all that are known.
        incidents: of the sources, for the coverage of digests.
        now: by the clock.
        read: ids of the sources that are in the configuration, for the coverage too; None where that is not known.

    Returns:
        The alerts, collective ones and those of queues of one, and empty digests.
    """
    ending = _Ending(memory, silences, incidents, now, read)
    told = []
    for key in sorted(memory.queues_due(now), key=lambda key: _ORDER.index(key.kind))[:MOST_AT_ONCE]:
        queue = memory.queue(*key)
        if queue is None or queue.due_at > now:
            continue  # another one was added to it, or it was moved
        if (alert := ending.end(key.watch, queue, watches.get(key.watch))) is not None:
            told.append(alert)
    return told


@dataclass(frozen=True, slots=True)
class _Ending:
    """What the end of a queue depends on."""

    memory: Memory
    silences: Silences
    incidents: Incidents
    now: datetime
    read: Collection[str] | None

    def end(self, watch_id: str, queue: QueueMemory, watch: Watch | None) -> Alert | None:
        """The time of a queue has come: it is told, or waits elsewhere, or had nothing in it."""
        memory = self.memory
        memory.drop_queue(watch_id, queue.kind, queue.group)
        digest = watch.digest if watch is not None and queue.kind is Held.DIGEST else None
        if queue.count == 0 and digest is None:
            return None
        elsewhere = self._elsewhere(queue, watch) if watch is not None else None
        if elsewhere is None:
            alert, begins_at = self._tell(watch_id, queue, watch), self.now
        else:
            alert, begins_at = None, queue.opened_at
            if queue.count:
                memory.put_queue(watch_id, merged(elsewhere, queue))
        if digest is not None:
            memory.put_queue(watch_id, opened(Held.DIGEST, "", begins_at, next_digest(digest, self.now)))
        return alert

    def _elsewhere(self, queue: QueueMemory, watch: Watch) -> QueueMemory | None:
        """Where it must wait further."""
        memory, now = self.memory, self.now
        if (silence := self.silences.holding(subject_of_queue(queue, watch.summary()), now)) is not None:
            return for_silence(silence, watch.id, memory, now)
        is_digest = queue.kind is Held.DIGEST and watch.digest is not None
        if not is_digest and (waiting := for_hours(watch, memory, now)) is not None:
            return waiting
        if queue.kind is Held.OUTSIDE_HOURS:
            return for_digest(watch, memory, now)
        return for_limit(watch, memory, now) if queue.kind in (Held.COOLDOWN, Held.GROUPED) else None

    def _tell(self, watch_id: str, queue: QueueMemory, watch: Watch | None) -> Alert | None:
        memory, now = self.memory, self.now
        alert = None
        if queue.shown is not None:
            summary = watch.summary() if watch is not None else queue.shown.watch
            if queue.count == 1:
                alert = self._itself(queue, queue.shown, summary)
            else:
                alert = collective(queue, queue.shown, summary, now)
        if watch is not None and queue.kind is Held.DIGEST:
            known = memory.watch(watch_id) or WatchMemory(began_at=queue.opened_at)
            memory.put_watch(watch_id, known.model_copy(update={"digest_at": now}), now)
            covered = coverage(known, self.incidents, queue.opened_at, now, self.read)
            if alert is None:
                return empty_digest(queue, watch.summary(), covered, known.config_digest, now)
            alert = alert.model_copy(update={"coverage": covered})
        note_stories(queue.stories, watch_id, memory, now)
        if watch is not None:
            note_ring(watch, queue.labels, [item.source.country or "" for item in queue.items], memory, now)
            if watch.group is not None and queue.kind is Held.GROUPED:
                begin(Held.GROUPED, queue.group, watch, memory, now, now + watch.group.interval)
        return alert

    def _itself(self, queue: QueueMemory, shown: Alert, watch: WatchSummary) -> Alert:
        """A queue of one: the next record of that alert, whichever records its story had in between."""
        memory = self.memory
        sequence = shown.sequence + 1
        for story_id in queue.stories:
            story = memory.story(watch.id, story_id)
            if story is not None and story.alert_id == shown.id:
                sequence = max(sequence, story.sequence + 1)
                memory.put_story(watch.id, story_id, story.model_copy(update={"sequence": sequence}), self.now)
        return as_itself(shown, watch, sequence, queue.title)


def reschedule(
    memory: Memory,
    watches: Mapping[str, Watch],
    silences: Silences,
    now: datetime,
    owns: Callable[[str], bool] = lambda watch: True,
) -> None:
    """Bring the times of all queues in line with what is in force: after a start, a take-over and each reload. Digests
    of watches that have none yet begin.

    Args:
        memory: of one partition.
        watches: in force.
        silences: all that are known.
        now: by the clock.
        owns: whether a watch is of this partition.
    """
    for key in memory.queues():
        queue = memory.queue(*key)
        if queue is None:
            continue
        due_at = _due_at(queue, watches.get(key.watch), silences, memory, now)
        if due_at != queue.due_at:
            memory.put_queue(key.watch, queue.model_copy(update={"due_at": due_at}))
    for watch in watches.values():
        if watch.digest is not None and owns(watch.id) and memory.queue(watch.id, Held.DIGEST) is None:
            memory.put_queue(watch.id, opened(Held.DIGEST, "", now, next_digest(watch.digest, now)))


def _due_at(queue: QueueMemory, watch: Watch | None, silences: Silences, memory: Memory, now: datetime) -> datetime:
    if queue.kind is Held.SILENCED:
        silence = silences.by_id(queue.group)
        return silence.until if silence is not None and silence.in_force(now) else min(queue.due_at, now)
    if watch is None:
        return queue.due_at
    if queue.kind is Held.OUTSIDE_HOURS and watch.hours is not None and not is_open(watch.hours, now):
        return next_opening(watch.hours, now)
    if queue.kind is Held.DIGEST and watch.digest is not None:
        return next_digest(watch.digest, queue.opened_at)
    if queue.kind is Held.COOLDOWN and watch.cooldown is not None:
        return queue.opened_at + watch.cooldown.time
    if queue.kind is Held.GROUPED and watch.group is not None:
        return min(queue.due_at, now + max(watch.group.wait, watch.group.interval))
    if queue.kind is Held.LIMITED and watch.limit is not None:
        known = memory.watch(watch.id)
        free = free_at(known.rings if known is not None else (), watch.limit, now)
        return free if free > now else min(queue.due_at, now)
    return min(queue.due_at, now)
