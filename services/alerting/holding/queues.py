"""What is held and told later: a queue takes alerts in, and is told in one alert when it is due.

A queue of one is told as that alert itself: a further record of its id. Of several, the collective alert shows the most
severe (the newest of these), lists the first hundred and says how many there are.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, TypeVar, get_args

from schemas import Alert, AlertItem, Coverage, Held, Reason, Severity, WatchSummary
from schemas.ids import alert_id
from schemas.remembered import QueueMemory
from services.alerting.holding.subjects import entities_of

MOST_ITEMS: Final = 100
MOST_STORIES: Final = 1_000
MOST_LABELS: Final = 200
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""The least first."""

REASONS: Final[Mapping[Held, Reason]] = {
    Held.SILENCED: Reason.SILENCE_OVER,
    Held.OUTSIDE_HOURS: Reason.HOURS_BEGIN,
    Held.DIGEST: Reason.DIGEST,
    Held.COOLDOWN: Reason.COOLDOWN_OVER,
    Held.GROUPED: Reason.GROUP,
    Held.LIMITED: Reason.FLOOD,
}
"""What is held and told later, in the order in which it is looked at, and why it is told then."""

T = TypeVar("T")


def added(queue: QueueMemory, alert: Alert, story: str) -> QueueMemory:
    """The queue with a further alert.

    Args:
        queue: the queue.
        alert: as it would be told. An update takes the place of what the queue has of this alert.
        story: the id of its story.
    """
    if any(item.alert_id == alert.id for item in queue.items):
        return renewed(queue, alert)
    shown = queue.shown
    more_severe = shown is None or _rank(alert.watch.severity) >= _rank(queue.severity)
    return queue.model_copy(
        update={
            "items": (*queue.items, _item(alert))[:MOST_ITEMS],
            "stories": _together(queue.stories, (story,), MOST_STORIES),
            "count": queue.count + 1,
            "shown": alert if more_severe else shown,
            "labels": _together(queue.labels, entities_of(alert), MOST_LABELS),
            "severity": alert.watch.severity if more_severe else queue.severity,
        }
    )


def renewed(queue: QueueMemory, update: Alert) -> QueueMemory:
    """The queue with what has become of an alert in it: what is told later is how things stand then.

    An alert that rings stays one that rings. Where all of its sources took it back, its reason says so, and it shows
    what there was.
    """
    items = tuple(_renewed_item(item, update) if item.alert_id == update.id else item for item in queue.items)
    shown = queue.shown
    if shown is not None and shown.id == update.id:
        shown = _renewed_ring(shown, update) if shown.action == "ring" else update
    return queue.model_copy(update={"items": items, "shown": shown})


def merged(queue: QueueMemory, other: QueueMemory) -> QueueMemory:
    """The queue with all of another one, which was held before."""
    shown, severity = queue.shown, queue.severity
    if shown is None or (other.shown is not None and _rank(other.severity) > _rank(severity)):
        shown, severity = other.shown, other.severity
    return queue.model_copy(
        update={
            "items": (*other.items, *queue.items)[:MOST_ITEMS],
            "stories": _together(other.stories, queue.stories, MOST_STORIES),
            "count": other.count + queue.count,
            "shown": shown,
            "labels": _together(other.labels, queue.labels, MOST_LABELS),
            "severity": severity,
        }
    )


def as_itself(shown: Alert, watch: WatchSummary, sequence: int, note: str) -> Alert:
    """The alert of a queue of one, to be told now as this further record of its id."""
    reason = Reason.WITHDRAWN if _is_withdrawn(shown) else shown.reason
    told = {"watch": watch, "sequence": sequence, "reason": reason, "held": None, "held_by": None, "note": note}
    return shown.model_copy(update=told)


def collective(queue: QueueMemory, shown: Alert, watch: WatchSummary, now: datetime) -> Alert:
    """One alert for all that is in a queue, which shows this one of them."""
    id_ = _id_of(queue, watch)
    severity = max(queue.severity, watch.severity, key=_rank)
    return shown.model_copy(
        update={
            "id": id_,
            "sequence": 0,
            "thread": id_,
            "action": "ring",
            "reason": REASONS[queue.kind],
            "held": None,
            "held_by": queue.group if queue.kind is Held.SILENCED else None,
            "note": queue.title,
            "watch": watch.model_copy(update={"severity": severity}),
            "new": (),
            "figure_changes": (),
            "sources": (),
            "source_count": 0,
            "origin_count": 0,
            "remark": None,
            "items": queue.items,
            "stands_for": queue.count,
            "rang_at": now,
        }
    )


def empty_digest(
    queue: QueueMemory, watch: WatchSummary, coverage: Coverage | None, config_digest: str, now: datetime
) -> Alert:
    """A digest of nothing; its coverage says how much that means."""
    id_ = _id_of(queue, watch)
    return Alert(
        id=id_,
        thread=id_,
        reason=Reason.DIGEST,
        watch=watch,
        article=None,
        matches=(),
        topics=(),
        passages=(),
        stands_for=0,
        coverage=coverage,
        rang_at=now,
        config_digest=config_digest,
    )


def _id_of(queue: QueueMemory, watch: WatchSummary) -> str:
    """One queue after another may be opened at one time; what is first in them differs."""
    first = queue.items[0].alert_id if queue.items else ""
    return alert_id(watch.id, f"{queue.kind}/{queue.group}/{queue.opened_at.isoformat()}/{first}")


def _item(alert: Alert) -> AlertItem:
    article = alert.article
    if article is None:
        raise ValueError("only an alert of an article is held")
    return AlertItem(
        alert_id=alert.id,
        reason=alert.reason,
        title=article.title,
        url=article.url,
        source=article.source,
        language=article.language,
        names=tuple(match.name for match in alert.matches),
        rang_at=alert.rang_at,
        source_count=max(alert.source_count, 1),
    )


def _renewed_item(item: AlertItem, update: Alert) -> AlertItem:
    if _is_withdrawn(update):
        reason = Reason.WITHDRAWN
    else:
        reason = update.reason if item.reason is Reason.WITHDRAWN else item.reason
    new = _item(update) if update.matches else item
    kept = {"reason": reason, "rang_at": item.rang_at, "source_count": max(update.source_count, 1)}
    return new.model_copy(update=kept)


def _renewed_ring(shown: Alert, update: Alert) -> Alert:
    """A ring with what is said of its article now; of one that does not meet the watch any more, what was said."""
    of_ring = ("action", "reason", "remark", "new", "figure_changes", "rang_at")
    of_article = ("article", "matches", "topics", "passages", "figures")
    kept = of_ring if update.matches else of_ring + of_article
    return update.model_copy(update={name: getattr(shown, name) for name in kept})


def _is_withdrawn(alert: Alert) -> bool:
    """Whether no outlet stands by it; of those that are not listed nothing is known."""
    return 0 < alert.source_count <= len(alert.sources) and all(source.withdrawn for source in alert.sources)


def _rank(severity: str) -> int:
    return [str(known) for known in SEVERITIES].index(severity)


def _together(first: Iterable[T], second: Iterable[T], most: int) -> tuple[T, ...]:
    return tuple(dict.fromkeys([*first, *second]))[:most]
