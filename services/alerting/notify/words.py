"""What an alert says beside its article: why it comes, what changed, what is remarkable, what it stands for."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from schemas import Alert, AlertItem, Coverage, Held, Reason, Remark
from services.alerting.match.things import label

COLLECTIVE: Final[Mapping[Reason, str]] = {
    Reason.GROUP: "that came together",
    Reason.COOLDOWN_OVER: "held back by the cooldown",
    Reason.FLOOD: "beyond the limit of this watch",
    Reason.HOURS_BEGIN: "from outside of the hours of this watch",
    Reason.SILENCE_OVER: "held back by a silence",
    Reason.DIGEST: "since the last digest",
}
"""What a collective alert stands for."""
_HELD: Final[Mapping[Held, str]] = {
    Held.FIRST_PASS: "it was there before its source or its watch was new",
    Held.TOO_OLD: "it is older than this watch looks back",
    Held.NO_WATCH: "the watch is not in force any more",
    Held.SILENCED: "silenced",
    Held.INHIBITED: "a more severe watch rings for the article",
    Held.OUTSIDE_HOURS: "it waits for the hours of this watch",
    Held.DIGEST: "it waits for the digest",
    Held.GROUPED: "it waits for its group",
    Held.COOLDOWN: "it waits for the end of the cooldown",
    Held.LIMITED: "it is beyond the limit of this watch",
}
_FEW: Final = 5


def subject(alert: Alert) -> str:
    """What it is about, for the first line."""
    if alert.reason in COLLECTIVE:
        return f"{_alerts(alert.stands_for)} {COLLECTIVE[alert.reason]}"
    names = ", ".join(dict.fromkeys(match.name for match in alert.matches))
    return ", ".join(filter(None, ["update" if alert.action == "update" else "", names]))


def notes(alert: Alert) -> Iterator[str]:
    """What there is to say beside the article, a line each."""
    if alert.note:
        yield alert.note
    if alert.held is not None:
        yield f"held: {_HELD[alert.held]}" + (f" ({alert.held_by})" if alert.held_by else "")
    yield from _change(alert)
    if alert.source_count > 1:
        yield f"{alert.source_count} outlets, {alert.origin_count} independent"
    if alert.remark is not None:
        yield from _remarks(alert.remark, _names(alert))
    if alert.coverage is not None:
        yield from _coverage(alert.coverage)


def item_line(item: AlertItem) -> str:
    """One line of a collective alert."""
    outlets = f", {item.source_count} outlets" if item.source_count > 1 else ""
    return f"{item.title or '(no title)'} ({item.source.name}{outlets}): {', '.join(item.names)}"


def _change(alert: Alert) -> Iterator[str]:
    match alert.reason:
        case Reason.NEW_ENTITY:
            names = _names(alert)
            yield f"newly named in this story: {_listed(names.get(who, who) for who in alert.new)}"
        case Reason.FIGURE_CHANGED:
            for change in alert.figure_changes:
                before = "not told" if change.before is None else f"{change.before:,}"
                yield f"{change.kind}: {change.after:,} (before: {before})"
        case Reason.FURTHER_SOURCE if alert.sources:
            yield f"a further source: {alert.article.source.name if alert.article else alert.sources[-1].source.name}"
        case Reason.COPY if alert.article is not None:
            yield f"a copy: {alert.article.source.name}"
        case Reason.CORRECTED:
            yield "the article reads differently now"
        case Reason.WITHDRAWN:
            yield "the article was taken back, or does not say this any more"


def _remarks(remark: Remark, names: Mapping[str, str]) -> Iterator[str]:
    if remark.first_ever:
        yield f"never met by this watch before: {_listed(names.get(who, who) for who in remark.first_ever)}"
    for who, days in remark.quiet_days.items():
        yield f"first mention in {days} days: {names.get(who, who)}"
    for one, other in remark.first_together:
        yield f"first time together: {names.get(one, one)} and {names.get(other, other)}"
    for burst in remark.bursts:
        name = names.get(burst.entity, burst.entity)
        yield f"far above its habit: {name}, {burst.seen} stories in an hour, {burst.expected:.1f} expected"


def _coverage(coverage: Coverage) -> Iterator[str]:
    yield (
        f"heard: {coverage.heard} of {coverage.carried} sources that ever carried this watch, "
        f"{_minute(coverage.since)} to {_minute(coverage.until)}"
    )
    for blind in coverage.blind[:_FEW]:
        yield f"not heard: {blind.name} ({blind.trouble} since {_minute(blind.since)})"
    if len(coverage.blind) > _FEW:
        yield f"not heard: {len(coverage.blind) - _FEW} more"


def _names(alert: Alert) -> dict[str, str]:
    """What people call what was met, by its label."""
    return {label(match): match.name for match in alert.matches}


def _listed(names: Iterator[str]) -> str:
    return ", ".join(names)


def _alerts(count: int) -> str:
    return f"{count or 'no'} alert{'' if count == 1 else 's'}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
