"""Whether an article was new to a watch: its ring, or the story that it joined. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from schemas import Alert, Mention, Reason
from schemas.remembered import ArticleMemory, StoryMemory
from services.cli.why.step import Stage, Step, not_yet, passed, stopped

MOST_UPDATES: Final = 5
"""Of an alert that are shown."""
SPOKEN: Final = {
    Reason.FIRST_MENTION: "the watch had not met any of this before",
    Reason.NEW_STORY: "another story on what it knows",
    Reason.NEW_ENTITY: "a story that it knows names someone new",
    Reason.FURTHER_SOURCE: "a further source of its own",
    Reason.COPY: "another outlet's copy, of which nobody is told",
    Reason.FIGURE_CHANGED: "a figure changed",
    Reason.CORRECTED: "it was corrected",
    Reason.WITHDRAWN: "it was withdrawn",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What `decide` remembers, and has said, of an article and its story."""

    article: ArticleMemory | None
    story: StoryMemory | None
    alerts: Sequence[Alert]
    """Every record of the alerts that have to do with it, in the order of time."""


def decided(article_id: str, mention: Mention | None, known: Known, letters: Sequence[str], *, is_read: bool) -> Step:
    """Whether it was new.

    Args:
        article_id: of the article.
        mention: its newest mention; None where it is no longer stored.
        known: what is remembered of it.
        letters: why mentions of it were set aside.
        is_read: `decide` has read its mention.
    """
    if (ring := ring_of(article_id, known.alerts)) is not None:
        what = f"new: {SPOKEN.get(ring.reason, ring.reason.value)} ({ring.reason.value}), at {_at(ring)}"
        return passed(Stage.DECIDE, what, *_of_ring(ring, known.alerts))
    if known.article is not None or (known.alerts and update_of(article_id, known.alerts) is not None):
        return _same_story(article_id, known)
    if letters:
        return stopped(
            Stage.DECIDE, f"its mention was set aside: {letters[-1]}", fix="mend that, then: tocsin dead-letters replay"
        )
    if not is_read and mention is not None:
        return not_yet(
            Stage.DECIDE,
            f"its mention of {mention.met_at:%Y-%m-%d %H:%M} UTC waits to be read",
            fix="look whether it runs: tocsin run decide",
        )
    what = "decide read its mention, and remembers nothing of it: that is kept for 90 days"
    return stopped(Stage.DECIDE, what, fix="nothing can be told of it any more")


def ring_of(article_id: str, alerts: Sequence[Alert]) -> Alert | None:
    """The first record of the ring that an article made; None where it made none."""
    return next((alert for alert in alerts if alert.action == "ring" and _is_of(article_id, alert)), None)


def _is_of(article_id: str, alert: Alert) -> bool:
    return alert.article is not None and alert.article.id == article_id and not alert.items


def update_of(article_id: str, alerts: Sequence[Alert]) -> Alert | None:
    """The first update that an article made."""
    return next((alert for alert in alerts if alert.action == "update" and _is_of(article_id, alert)), None)


def _of_ring(ring: Alert, alerts: Sequence[Alert]) -> Iterator[str]:
    yield f"alert {ring.id}" + (f", in the thread of {ring.thread}" if ring.thread not in ("", ring.id) else "")
    if ring.new:
        yield f"newly named: {', '.join(ring.new)}"
    if ring.remark is not None:
        if ring.remark.first_ever:
            yield f"never met before: {', '.join(ring.remark.first_ever)}"
        for label, days in ring.remark.quiet_days.items():
            yield f"{label} was not met for {days} days before"
        for burst in ring.remark.bursts:
            usual = f"{burst.expected:.1f} were to be expected"
            yield f"a burst of {burst.entity}: {burst.seen} stories in an hour, {usual}"
    yield from _updates([alert for alert in alerts if alert.id == ring.id])


def _updates(alerts: Sequence[Alert]) -> Iterator[str]:
    updates = [alert for alert in alerts if alert.action == "update"]
    if len(updates) > MOST_UPDATES:
        yield f"{len(updates)} updates, the last {MOST_UPDATES} of them:"
    for update in updates[-MOST_UPDATES:]:
        changes = [f"{one.kind} {one.before} -> {one.after}" for one in update.figure_changes]
        said = ", ".join([SPOKEN.get(update.reason, update.reason.value), *changes])
        by = f" ({update.article.source.name})" if update.article is not None else ""
        yield f"update {update.sequence} at {_at(update)}: {said}{by}; {update.source_count} outlets have it"


def _same_story(article_id: str, known: Known) -> Step:
    """That it belongs to a story that the watch knows."""
    update = update_of(article_id, known.alerts)
    alert_id = known.story.alert_id if known.story is not None else update.id if update is not None else ""
    first = next((alert for alert in known.alerts if alert.id == alert_id and alert.sequence == 0), None)
    which = f"alert {alert_id}" if alert_id else "a story"
    if first is not None and first.article is not None:
        which += f", which rang at {_at(first)} for {first.article.title!r} ({first.article.source.name})"
        which += f", held: {first.held.value}" if first.held is not None else ""
    elif known.story is not None:
        which += f", a story since {known.story.opened_at:%Y-%m-%d %H:%M} UTC"
    if update is None:
        why = "it says nothing that is told: no new name, no other figure, no further source"
    elif update.tells:
        why = (
            f"whoever was told got an update: {SPOKEN.get(update.reason, update.reason.value)} ({update.reason.value})"
        )
    else:
        as_its_story = f", held as its story is: {update.held.value}" if update.held is not None else ""
        why = f"{SPOKEN.get(update.reason, update.reason.value)} ({update.reason.value}){as_its_story}"
    evidence = [why, *_updates([alert for alert in known.alerts if alert.id == alert_id and alert is not update])]
    return stopped(
        Stage.DECIDE,
        f"same story: it joined {which}",
        *evidence,
        fix="none is needed, a story rings once: CONTRIBUTING.md says what is new",
    )


def _at(alert: Alert) -> str:
    return f"{alert.rang_at:%Y-%m-%d %H:%M} UTC"
