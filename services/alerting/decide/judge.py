"""A mention x what is remembered -> what is new of it. Pure; CONTRIBUTING.md has the definition, "What is new".

In the order applied:
1. its story: that of its article, else the open one with a near-duplicate text; else it opens one, and rings;
2. a revision that its source gave before, or an older one, is silent, unless someone new is named;
3. whoever is named in the story for the first time rings;
4. else it is one update at most: corrected, a figure, a further source, a copy.

All is computed first and remembered last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from schemas import Alert, ArticleRevised, FigureChange, Mention, Reason, WatchSummary
from schemas.ids import alert_id
from schemas.remembered import ArticleMemory, StoryMemory
from services.alerting.decide import carried, figures, readings, stories
from services.alerting.decide.memory import Memory
from services.alerting.decide.remarks import put_together, remark
from services.alerting.match.meet import label

RINGS: Final = frozenset({Reason.FIRST_MENTION, Reason.NEW_STORY, Reason.NEW_ENTITY})

LATE: Final = timedelta(days=1)
"""Between when an article was published and when the watch was met."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided."""

    reason: Reason
    alert: Alert | None = None
    """What is published; None where it is silent. Whether people are told of a ring is not decided here: it is not
    `held` yet. An update is held as its story is."""


def judge(mention: Mention, memory: Memory) -> Verdict:
    """Decide on a mention, and remember it."""
    labels = tuple(dict.fromkeys(map(label, mention.matches)))
    named = tuple(each for each in labels if not each.startswith("topic/"))
    found = stories.find(mention, memory)
    if found is None:
        return _open(mention, named or labels, named, memory)
    return _join(mention, found, named, memory)


def judge_revised(revised: ArticleRevised, memory: Memory) -> list[Verdict]:
    """Decide, for each watch that remembers the article and that its new revision does not meet, and remember it."""
    watches = [watch for watch in memory.watches_of(revised.article.id) if watch not in revised.met]
    return [_withdraw(revised, watch, memory) for watch in watches] or [Verdict(Reason.NOT_RUNG_FOR)]


def _open(mention: Mention, entities: Sequence[str], named: Sequence[str], memory: Memory) -> Verdict:
    watch, article, now = mention.watch.id, mention.article, mention.met_at
    numbers = figures.stated(mention.figures)
    story = stories.opened(mention, entities, numbers)
    remarked = remark(watch, entities, named, memory, _happened_at(mention))
    is_first = len(remarked.remark.first_ever) == len(entities)
    reason = Reason.FIRST_MENTION if is_first else Reason.NEW_STORY
    alert = _alert(mention, story, reason, remark=remarked.remark)
    reading = readings.compare(mention, numbers, None).reading
    memory.put_article(watch, article.id, ArticleMemory(story=article.id, readings={article.source.id: reading}), now)
    memory.put_story(watch, article.id, story, now)
    memory.put_entities(watch, remarked.entities, now)
    carried.remember(mention, memory)
    return Verdict(reason, alert)


def _join(mention: Mention, found: stories.Found, named: Sequence[str], memory: Memory) -> Verdict:
    watch, article, now = mention.watch.id, mention.article, mention.met_at
    new = tuple(each for each in named if each not in found.story.entities)
    before = found.article.readings.get(article.source.id) if found.article is not None else None
    changes: tuple[FigureChange, ...] = ()
    if before is not None and readings.is_stale(article, before):
        if not new:
            return Verdict(Reason.SAME_ARTICLE)
        reading, reason, story = before, Reason.NOTHING_NEW, stories.named(found.story, new)
    else:
        numbers = figures.stated(mention.figures)
        compared = readings.compare(mention, numbers, before)
        reading = compared.reading
        changes = figures.changes(numbers, compared.own_last, told=found.story.figures, highest=found.story.highest)
        joined = stories.joined(found, mention, new, changes)
        story, reason = joined.story, _reason(compared.is_corrected, bool(changes), joined)
    alert: Alert | None = None
    if new:
        reason = Reason.NEW_ENTITY
        remarked = remark(watch, new, named, memory, _happened_at(mention))
        entities = remarked.entities
        alert = _alert(
            mention,
            story,
            reason,
            id=alert_id(watch, "\n".join((found.id, *sorted(new)))),
            sequence=0,
            new=new,
            figure_changes=changes,
            remark=remarked.remark,
        )
    else:
        entities = put_together(watch, named, memory)
        if reason is not Reason.NOTHING_NEW:
            story = story.model_copy(update={"sequence": story.sequence + 1})
            alert = _alert(mention, story, reason, figure_changes=changes, **_as_its_story(story))
    others = {} if found.article is None else found.article.readings
    read = ArticleMemory(story=found.id, readings=readings.latest({**others, article.source.id: reading}))
    memory.put_article(watch, article.id, read, now)
    memory.put_story(watch, found.id, story, now)
    memory.put_entities(watch, entities, now)
    carried.remember(mention, memory)
    return Verdict(reason, alert)


def _happened_at(mention: Mention) -> datetime:
    """The time that a mention counts under in the habits of entities. What was there already when its source or its
    watch was new, or was found late, is of when it was published, so that a hundred such are no burst."""
    article, now = mention.article, mention.met_at
    stated = min(article.published_at or article.seen_at, now)
    is_late = mention.first_pass or "first-pass" in article.marks or now - stated > LATE
    return stated if is_late else now


def _reason(is_corrected: bool, has_changes: bool, joined: stories.Joined) -> Reason:
    """Of an update, the first that applies."""
    reasons = (
        (is_corrected, Reason.CORRECTED),
        (has_changes, Reason.FIGURE_CHANGED),
        (joined.is_new_origin, Reason.FURTHER_SOURCE),
        (joined.is_new_outlet, Reason.COPY),
    )
    return next((reason for applies, reason in reasons if applies), Reason.NOTHING_NEW)


def _withdraw(revised: ArticleRevised, watch: str, memory: Memory) -> Verdict:
    article, now = revised.article, revised.revised_at
    known, found = memory.article(watch, article.id), memory.story_of(watch, article.id)
    before = None if known is None else known.readings.get(article.source.id)
    if known is None or found is None or before is None:
        return Verdict(Reason.NOT_RUNG_FOR)
    if not before.met or readings.is_older(revised, before):
        return Verdict(Reason.SAME_ARTICLE)
    reading, is_told = readings.withdrawn(article, before)
    story_id, story = found[0], stories.withdrawn(found[1], article)
    alert: Alert | None = None
    if is_told:
        story = story.model_copy(update={"sequence": story.sequence + 1})
        about = memory.watch(watch)
        alert = Alert(
            **_of_story(story, Reason.WITHDRAWN),
            **_as_its_story(story),
            watch=(about and about.summary) or WatchSummary(id=watch, name=watch),
            article=stories.as_known(article, story),
            matches=(),
            topics=(),
            passages=(),
            rang_at=now,
            config_digest=about.config_digest if about is not None else "",
        )
    memory.put_article(
        watch, article.id, known.model_copy(update={"readings": {**known.readings, article.source.id: reading}}), now
    )
    memory.put_story(watch, story_id, story, now)
    return Verdict(Reason.WITHDRAWN if alert is not None else Reason.NOTHING_NEW, alert)


def _alert(mention: Mention, story: StoryMemory, reason: Reason, **more: Any) -> Alert:
    """What is published of a mention. Its time is the mention's, so that the same mention makes the same alert."""
    about = {
        "watch": mention.watch,
        "article": mention.article,
        "matches": mention.matches,
        "topics": mention.topics,
        "passages": mention.passages,
        "figures": mention.figures,
        "rang_at": mention.met_at,
        "config_digest": mention.config_digest,
    }
    return Alert.model_validate({**_of_story(story, reason), **about, **more})


def _of_story(story: StoryMemory, reason: Reason) -> dict[str, Any]:
    return {
        "id": story.alert_id,
        "sequence": story.sequence,
        "thread": story.alert_id,
        "action": "ring" if reason in RINGS else "update",
        "reason": reason,
        "sources": story.sources,
        "source_count": story.source_count,
        "origin_count": len(story.origins),
    }


def _as_its_story(story: StoryMemory) -> dict[str, Any]:
    """Only who was told of a story is told of its updates."""
    return {} if story.told else {"held": story.held, "held_by": story.held_by}
