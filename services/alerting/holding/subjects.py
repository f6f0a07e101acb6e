"""What an alert, or all that is told in one, is about: what silences are held against and what has a cooldown."""

from collections.abc import Iterable

from schemas import Alert, WatchSummary
from schemas.remembered import QueueMemory
from services.alerting.holding.silence import Subject
from services.alerting.match.things import label


def entities_of(alert: Alert) -> tuple[str, ...]:
    """Labels of who and what an alert is about, the most prominent first: what is newly named; else the actors and
    phrases; where it has none of these, the topics."""
    labels = tuple(label(match) for match in alert.matches)
    return alert.new or tuple(name for name in labels if not name.startswith("topic/")) or labels


def subject_of(alert: Alert, watch: WatchSummary, otherwise: Iterable[str] = ()) -> Subject:
    """Of one alert.

    Args:
        alert: of an article.
        watch: its watch as it is in force now.
        otherwise: labels of what it is about where it does not say so, because its article names nobody any more.
    """
    article = alert.article
    return Subject(
        watch.id,
        watch.owner,
        watch.severity,
        frozenset(entities_of(alert) or otherwise),
        frozenset(topic.id for topic in alert.topics),
        frozenset([article.source.id] if article else []),
        frozenset([article.source.country or ""] if article else []),
        _languages([article.language] if article else []),
    )


def subject_of_queue(queue: QueueMemory, watch: WatchSummary) -> Subject:
    """Of what a queue would tell now."""
    if queue.count == 1 and queue.shown is not None:
        return subject_of(queue.shown, watch)
    listed = queue.items if queue.count <= len(queue.items) else ()
    return Subject(
        watch.id,
        watch.owner,
        watch.severity,
        frozenset(queue.labels),
        sources=frozenset(item.source.id for item in listed),
        countries=frozenset(item.source.country or "" for item in listed),
        languages=_languages(item.language for item in listed),
    )


def _languages(written: Iterable[str | None]) -> frozenset[str]:
    return frozenset((language or "").partition("-")[0].lower() for language in written)
