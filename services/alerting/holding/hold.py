"""Whether anybody is told of an alert now. What is not told is marked, and remembered until it is told.

A ring is held by the first of these that applies:

    no-watch        the watch is not in force                                  for good
    first-pass      it was there before its source or its watch was new        for good
    too-old         it was published too long before it was first seen         for good
    silenced        a silence holds it                                         until the silence ends
    inhibited       a more severe watch rings for the same article             for good
    outside-hours   people are not told at this time                           until the hours begin
    digest          people are told at given times                             until the digest
    cooldown        people were told of the same a short time ago              until the cooldown is over
    grouped         it waits for more of the same                              until the group's time has come
    limited         people were told as often as they want to be               until something may be told again

An update goes to those who were told of its story: of a story that nobody was told of it is held as the story is, and
what waits is brought up to date; of one that was told it is held by a silence only.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from schemas import Alert, Held, Mention, Reason
from schemas.remembered import QueueMemory, StoryMemory
from services.alerting.decide.memory import Memory
from services.alerting.holding.queues import REASONS, added, renewed
from services.alerting.holding.silences import Silences
from services.alerting.holding.subjects import entities_of, subject_of
from services.alerting.holding.telling import begin, note_ring, note_stories
from services.alerting.holding.waiting import (
    country_of,
    for_cooldown,
    for_digest,
    for_group,
    for_hours,
    for_limit,
    for_silence,
    group_keys,
)
from services.alerting.watching.watch import Watch


def hold(
    alert: Alert, mention: Mention | None, watch: Watch | None, silences: Silences, memory: Memory, now: datetime
) -> Alert:
    """Decide whether people are told of an alert now, and remember it.

    Args:
        alert: of an article, not held.
        mention: that it was made of; None for the update of an article that does not meet the watch any more.
        watch: as it is in force; None where it is not.
        silences: all that are known.
        memory: of the watch; knows the alert's story already.
        now: by the clock, whenever the article came: after an outage people are told late, and nobody at night.

    Returns:
        The alert, or the same with the reason why it is held.
    """
    story_id, story = _story_of(alert, memory)
    if alert.action == "update":
        return _hold_update(alert, watch, silences, memory, now)
    hold = _why(alert, mention, watch, silences, memory, now)
    if hold is None:
        note_stories([story_id], alert.watch.id, memory, now)
        if watch is not None:
            note_ring(watch, entities_of(alert), [country_of(alert)], memory, now)
            if watch.group is not None:
                begin(Held.GROUPED, group_keys(watch.group, alert)[0], watch, memory, now, now + watch.group.interval)
        return alert
    if hold.queue is not None:
        memory.put_queue(alert.watch.id, added(hold.queue, alert, story_id))
    if story is not None and not story.told and (hold.queue is not None or story.held is None):
        marked = story.model_copy(update={"held": hold.reason, "held_by": hold.by})
        memory.put_story(alert.watch.id, story_id, marked, now)
    return _marked(alert, hold.reason, hold.by)


class _Hold(NamedTuple):
    """Why a ring is not told."""

    reason: Held
    by: str | None = None
    queue: QueueMemory | None = None
    """Where it waits; None where it is held for good."""


def _why(
    alert: Alert, mention: Mention | None, watch: Watch | None, silences: Silences, memory: Memory, now: datetime
) -> _Hold | None:
    """The first thing that holds a ring."""
    if watch is None:
        return _Hold(Held.NO_WATCH)
    if (reason := _for_good(alert, mention, watch)) is not None:
        return _Hold(reason)
    if (silence := silences.holding(subject_of(alert, watch.summary()), now)) is not None:
        return _Hold(Held.SILENCED, silence.id, for_silence(silence, watch.id, memory, now))
    if mention is not None and mention.outranked_by is not None:
        return _Hold(Held.INHIBITED, mention.outranked_by)
    queue = (
        for_hours(watch, memory, now)
        or for_digest(watch, memory, now)
        or for_cooldown(alert, watch, memory, now)
        or for_group(alert, watch, memory, now)
        or for_limit(watch, memory, now)
    )
    return _Hold(queue.kind, None, queue) if queue is not None else None


def _for_good(alert: Alert, mention: Mention | None, watch: Watch) -> Held | None:
    article = alert.article
    if article is None:
        return None
    published_at = article.published_at
    if (mention is not None and mention.first_pass) or "first-pass" in article.marks:
        recent = published_at is not None and alert.rang_at - published_at <= watch.ring_last
        return None if recent and watch.ring_last else Held.FIRST_PASS
    if published_at is not None and article.seen_at - published_at > watch.max_age:
        return Held.TOO_OLD
    return None


def _hold_update(alert: Alert, watch: Watch | None, silences: Silences, memory: Memory, now: datetime) -> Alert:
    story_id, story = _story_of(alert, memory)
    for queue in _queues_with(alert, story, silences, memory):
        memory.put_queue(alert.watch.id, renewed(queue, alert))
    if story is not None and not story.told:
        return _marked(alert, story.held, story.held_by)
    if watch is None:
        return _marked(alert, Held.NO_WATCH)
    if alert.reason is Reason.COPY:
        return alert
    subject = subject_of(alert, watch.summary(), story.entities if story is not None else ())
    if (silence := silences.holding(subject, now)) is None:
        return alert
    memory.put_queue(watch.id, added(for_silence(silence, watch.id, memory, now), alert, story_id))
    return _marked(alert, Held.SILENCED, silence.id)


def _queues_with(alert: Alert, story: StoryMemory | None, silences: Silences, memory: Memory) -> Iterator[QueueMemory]:
    """The queues that have this alert: where it may have come to by its watch's policies, now or before."""
    labels = dict.fromkeys([*entities_of(alert), *(story.entities if story is not None else ())])
    keys = ["", country_of(alert), alert.thread or alert.id, *labels]
    ids = [silence.id for silence in silences.listed]
    for kind in REASONS:
        for group in dict.fromkeys({Held.SILENCED: ids, Held.COOLDOWN: keys, Held.GROUPED: keys}.get(kind, [""])):
            queue = memory.queue(alert.watch.id, kind, group)
            if queue is not None and any(item.alert_id == alert.id for item in queue.items):
                yield queue


def _story_of(alert: Alert, memory: Memory) -> tuple[str, StoryMemory | None]:
    article_id = alert.article.id if alert.article is not None else ""
    return memory.story_of(alert.watch.id, article_id) or (article_id, None)


def _marked(alert: Alert, held: Held | None, held_by: str | None = None) -> Alert:
    return alert.model_copy(update={"held": held, "held_by": held_by})
