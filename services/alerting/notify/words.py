"""What a message says beside its article: why it comes, what changed, what is remarkable, what it stands for."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from schemas import Alert, AlertGroup, ChannelIncident, Coverage, Figure, FigureChange, Handling, Held, Reason, Remark
from services.alerting.match.things import label
from services.backbone.canary import CANARY

COLLECTIVE: Final[Mapping[Reason, str]] = {
    Reason.GROUP: "that came together",
    Reason.COOLDOWN_OVER: "held back by the cooldown",
    Reason.FLOOD: "beyond the limit of this watch",
    Reason.HOURS_BEGIN: "from outside of the hours of this watch",
    Reason.SILENCE_OVER: "held back by a silence",
    Reason.DIGEST: "since the last digest",
}
"""What a collective alert stands for."""
_GROUPS: Final = {
    "hours": "from outside of the hours of this channel",
    "ceiling": "beyond the ceiling of this channel",
}
_WHY: Final[Mapping[Reason, str]] = {
    Reason.FIRST_MENTION: "first mention for this watch",
    Reason.NEW_STORY: "a new story",
    Reason.NEW_ENTITY: "a new name in the story",
    Reason.FURTHER_SOURCE: "an independent source joins the story",
    Reason.COPY: "another outlet has the same text",
    Reason.FIGURE_CHANGED: "a figure changed",
    Reason.CORRECTED: "the article was edited",
    Reason.WITHDRAWN: "withdrawn",
    Reason.GROUP: "a group",
    Reason.COOLDOWN_OVER: "the cooldown is over",
    Reason.FLOOD: "more than the limit of this watch",
    Reason.HOURS_BEGIN: "the hours of this watch begin",
    Reason.SILENCE_OVER: "a silence is over",
    Reason.DIGEST: "digest",
}
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
_TROUBLE: Final = {
    ("dead", "raised"): "the channel {} takes nothing",
    ("dead", "resolved"): "the channel {} works again",
    ("disabled", "raised"): "the channel {} wants nothing any more",
    ("disabled", "resolved"): "the channel {} is enabled again",
}
_CANARY: Final = {
    "raised": "the line is broken: the canary is missing",
    "resolved": "the line works again: the canary arrives",
}


def subject(told: Alert | AlertGroup | ChannelIncident) -> str:
    """What it is about, for the first line; empty of an alert that names nothing."""
    match told:
        case AlertGroup():
            return f"{alerts(told.stands_for)} {_GROUPS[told.reason]}"
        case ChannelIncident():
            is_canary = told.channel == CANARY
            return _CANARY[told.state] if is_canary else _TROUBLE[told.kind, told.state].format(told.channel)
    if told.reason in COLLECTIVE:
        return f"{alerts(told.stands_for)} {COLLECTIVE[told.reason]}"
    return _listed(dict.fromkeys(match.name for match in told.matches))


def why(reason: Reason) -> str:
    """Why it rang, in a few words."""
    return _WHY.get(reason, reason.value)


def held(alert: Alert) -> str:
    """Why nobody is told of it; empty where people are told."""
    if alert.held is None:
        return ""
    return f"held: {_HELD[alert.held]}" + (f" ({alert.held_by})" if alert.held_by else "")


def changes(alert: Alert) -> Iterator[str]:
    """What is another way than it was told, a line each; figures have lines of their own."""
    match alert.reason:
        case Reason.NEW_ENTITY:
            names = _names(alert)
            yield f"newly named in this story: {_listed(names.get(who, who) for who in alert.new)}"
        case Reason.FURTHER_SOURCE if alert.sources:
            yield f"a further source: {alert.article.source.name if alert.article else alert.sources[-1].source.name}"
        case Reason.COPY if alert.article is not None:
            yield f"a copy: {alert.article.source.name}"
        case Reason.CORRECTED:
            yield "the article reads differently now"
        case Reason.WITHDRAWN:
            yield "the article was taken back, or does not say this any more"


def figure(figure: Figure) -> str:
    """A number as the article states it."""
    match figure.least, figure.most:
        case None, most:
            number = f"at most {most:,}"
        case least, None:
            number = f"at least {least:,}"
        case least, most:
            number = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return f"{figure.kind}: {number}" + (f" {figure.who}" if figure.who else "")


def figure_change(change: FigureChange) -> str:
    """A number that is another one than was told."""
    before = "not told" if change.before is None else f"{change.before:,}"
    return f"{change.kind}: {change.after:,} (before: {before})"


def remarks(alert: Alert) -> Iterator[str]:
    """What is remarkable beyond that it rang, a line each."""
    remark, names = alert.remark or Remark(), _names(alert)
    if remark.first_ever:
        yield f"never met by this watch before: {_listed(names.get(who, who) for who in remark.first_ever)}"
    for who, days in remark.quiet_days.items():
        yield f"first mention in {days} days: {names.get(who, who)}"
    for one, other in remark.first_together:
        yield f"first time together: {names.get(one, one)} and {names.get(other, other)}"
    for burst in remark.bursts:
        name = names.get(burst.entity, burst.entity)
        yield f"far above its habit: {name}, {burst.seen} stories in an hour, {burst.expected:.1f} expected"


def outlets(count: int, independent: int) -> str:
    """How many have the story; empty for one."""
    return f"{count} outlets, {independent} independent" if count > 1 else ""


def heard(coverage: Coverage) -> str:
    """What a digest could know."""
    return f"heard: {coverage.heard} of {coverage.carried} sources that ever carried this watch"


def cares(handling: Handling) -> str:
    """Who cares for it; empty where nobody does."""
    said = []
    if handling.acknowledged_by is not None:
        since = f" at {minute(handling.acknowledged_at)}" if handling.acknowledged_at is not None else ""
        said.append(f"acknowledged by {handling.acknowledged_by}{since}")
    if handling.assigned_to is not None:
        said.append(f"assigned to {handling.assigned_to}")
    return _listed(said)


def age(rang_at: datetime, published_at: datetime | None) -> str:
    """How long after its publication an article rang, in one unit; empty where nobody says when that was."""
    if published_at is None:
        return ""
    passed = rang_at - published_at
    if passed < timedelta(minutes=1):
        return "just published"
    days, hours, minutes = passed.days, passed.seconds // 3600, passed.seconds // 60
    shown = f"{days} days" if days > 1 else f"{days * 24 + hours} h" if days or hours else f"{minutes} min"
    return f"{shown} after publication"


@lru_cache(maxsize=1_000)
def language_name(tag: str) -> str:
    """What people call a language; the tag itself where nobody knows it."""
    from babel import Locale  # its data takes a moment to load

    names = {**Locale("en").languages, "prs": "Dari"}
    parts = tag.replace("_", "-").split("-")
    return next((names[name] for name in ("_".join(parts), parts[0].lower()) if name in names), tag)


def alerts(count: int) -> str:
    """A number of alerts."""
    return f"{count or 'no'} alert{'' if count == 1 else 's'}"


def minute(moment: datetime) -> str:
    """A moment, as people read it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _names(alert: Alert) -> dict[str, str]:
    """What people call what was met, by its label."""
    return {label(match): match.name for match in alert.matches}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
