"""What begins once people were told: updates of the stories flow, cooldowns run, the limit counts."""

from collections.abc import Iterable
from datetime import datetime

from schemas import Held
from schemas.remembered import WatchMemory
from services.alerting.decide.memory import Memory
from services.alerting.holding.limits import counted
from services.alerting.holding.waiting import cooldown_keys, opened
from services.alerting.watching.watch import Watch


def note_stories(stories: Iterable[str], watch_id: str, memory: Memory, now: datetime) -> None:
    """People were told of these stories."""
    for id_ in stories:
        story = memory.story(watch_id, id_)
        if story is not None and not story.told:
            story = story.model_copy(update={"told": True, "held": None, "held_by": None})
            memory.put_story(watch_id, id_, story, now)


def note_ring(watch: Watch, labels: Iterable[str], countries: Iterable[str], memory: Memory, now: datetime) -> None:
    """People were told of this watch now, and of these."""
    if watch.cooldown is not None:
        for key in cooldown_keys(watch.cooldown, labels, countries):
            begin(Held.COOLDOWN, key, watch, memory, now, now + watch.cooldown.time)
    if watch.limit is not None:
        known = memory.watch(watch.id) or WatchMemory(began_at=now)
        rings = counted(known.rings, watch.limit, now)
        memory.put_watch(watch.id, known.model_copy(update={"rings": rings}), now)


def begin(kind: Held, group: str, watch: Watch, memory: Memory, now: datetime, due_at: datetime) -> None:
    """Open a queue with nothing in it, unless one is open."""
    queue = memory.queue(watch.id, kind, group)
    if queue is None or (queue.count == 0 and queue.due_at <= now):
        memory.put_queue(watch.id, opened(kind, group, now, due_at))
