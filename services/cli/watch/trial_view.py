"""What came of a watch on trial, for people and for programs. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas import Alert
from services.alerting.notify.neutral import neutral
from services.alerting.notify.render import SEVERITY_STYLES
from services.alerting.watching.watch import Watch
from services.cli.watch.tally import Tally

BAR: Final = 40
"""Characters of the longest bar."""
MOST_ALIASES: Final = 10
MOST_MISSES: Final = 10
_MOST_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """A watch, the time that it was tried for, and what came of it."""

    watch: Watch
    since: datetime
    until: datetime
    tally: Tally


def show(console: Console, tried: Tried) -> None:
    """Print it for a person to read."""
    for part in _parts(tried):
        console.print(part)


def document(tried: Tried) -> dict[str, Any]:
    """The same for a program to read."""
    tally = tried.tally
    return {
        "watch": tried.watch.id,
        "since": tried.since.isoformat(),
        "until": tried.until.isoformat(),
        "stored_since": tally.first_at.isoformat() if tally.first_at is not None else None,
        "articles": tally.articles,
        "met": tally.met,
        "rings": tally.times,
        "told": _plain(tally.told),
        "stood_for": tally.stood_for,
        "held": _plain(tally.held),
        "updates": _plain(tally.updates),
        "silent": _plain(tally.silent),
        "days": [
            {"day": day.isoformat(), "rings": tally.days[day], "held": tally.held_days[day]} for day in _days(tried)
        ],
        "alerts": [_alert(alert) for alert in tally.rang],
        "aliases": [{"alias": alias, "name": name, "alerts": n} for (alias, name), n in tally.fired.most_common()],
        "near_misses": [{"what": what, **asdict(miss)} for what, miss in _misses(tally)],
    }


def _parts(tried: Tried) -> Iterator[Text | Table]:
    watch, tally = tried.watch, tried.tally
    yield Text.assemble(
        (f" {watch.severity.upper()} ", SEVERITY_STYLES[watch.severity]),
        f" {neutral(watch.name or watch.id)}: {tried.since:%Y-%m-%d %H:%M} to {tried.until:%Y-%m-%d %H:%M} UTC, ",
        f"{_count(tally.articles, 'article')}, of which {tally.met} met it",
    )
    if tally.first_at is not None and tally.first_at - tried.since > timedelta(days=1):
        yield Text(f"What is stored begins on {tally.first_at:%Y-%m-%d}: before that nothing can be told", "yellow")
    for_ = f", for {tally.stood_for} alerts that were held" if tally.stood_for else ""
    often = f"It would have rung {_count(tally.times, 'time')}" if tally.times else "It would not have rung"
    yield Text(f"{often}{_listed(tally.told)}{for_}", "bold")
    if tally.held:
        yield Text(f"Held {_count(tally.held.total(), 'alert')}{_listed(tally.held)}")
    if tally.updates:
        yield Text(f"Updates of these{_listed(tally.updates)}")
    if tally.silent:
        yield Text(f"Silent{_listed(tally.silent)}")
    if tally.articles:
        yield Text("")
        yield from _histogram(tried)
    if tally.rang:
        yield Text(f"\nWhat it rang for{_newest(tally)}", "bold")
        yield _alerts(tally)
    if tally.fired:
        yield Text("\nAliases that fired", "bold")
        yield _aliases(tally)
    yield from _near(tally)


def _newest(tally: Tally) -> str:
    return f", the newest {len(tally.rang)} of {tally.rings}" if tally.rings > len(tally.rang) else ""


def _histogram(tried: Tried) -> Iterator[Text]:
    """A bar for each day: what rang, then what was held."""
    tally = tried.tally
    longest = max((tally.days[day] + tally.held_days[day] for day in _days(tried)), default=0) or 1
    for day in _days(tried):
        rang, held = tally.days[day], tally.held_days[day]
        bar, rest = round(BAR * rang / longest), round(BAR * held / longest)
        bar, rest = max(bar, bool(rang)), max(rest, bool(held))
        counts = f" {rang}" + (f", {held} held" if held else "")
        yield Text.assemble(f"{day:%a %Y-%m-%d}  ", ("█" * bar, "yellow"), ("░" * rest, "dim"), counts)


def _days(tried: Tried) -> list[date]:
    """The days of which something is stored, up to the last."""
    first = (tried.tally.first_at or tried.until).date()
    return [first + timedelta(days=number) for number in range((tried.until.date() - first).days + 1)]


def _alerts(tally: Tally) -> Table:
    table = Table("when (UTC)", "why", "what", box=None, pad_edge=False)
    for alert in tally.rang:
        why = Text(alert.reason.value)
        if alert.held is not None:
            why.append(f"\nheld: {alert.held.value}" + (f" by {alert.held_by}" if alert.held_by else ""), "dim")
        what = Text(neutral(alert.article.title if alert.article is not None else ""))
        what.append(f"\n{neutral(_about(alert))}", "dim")
        table.add_row(f"{alert.rang_at:%Y-%m-%d %H:%M}", why, what)
    return table


def _about(alert: Alert) -> str:
    names = list(dict.fromkeys(match.name for match in alert.matches))
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    outlet = alert.article.source.name if alert.article is not None else ""
    return f"{outlet} · {', '.join(names[:_MOST_NAMES])}{more}"


def _aliases(tally: Tally) -> Table:
    table = Table("alias", "of", "alerts", box=None, pad_edge=False)
    for (alias, name), number in tally.fired.most_common(MOST_ALIASES):
        table.add_row(Text(neutral(alias)), Text(neutral(name)), str(number))
    return table


def _near(tally: Tally) -> Iterator[Text]:
    misses = _misses(tally)
    if not misses:
        return
    yield Text("\nNear misses: articles that failed by one thing", "bold")
    for what, miss in misses[:MOST_MISSES]:
        yield Text(f"{miss.count:>6}  {neutral(what)}")
        for example in miss.examples:
            yield Text(neutral(f"        {example.title} ({example.outlet}); it has {example.found}"), "dim")
    if misses[MOST_MISSES:]:
        yield Text(f"        and {len(misses) - MOST_MISSES} other reasons", "dim")


def _misses(tally: Tally) -> list[tuple[str, Any]]:
    return sorted(tally.near.items(), key=lambda item: -item[1].count)


def _alert(alert: Alert) -> dict[str, Any]:
    article = alert.article
    return {
        "id": alert.id,
        "reason": alert.reason.value,
        "held": alert.held.value if alert.held is not None else None,
        "held_by": alert.held_by,
        "at": alert.rang_at.isoformat(),
        "title": article.title if article is not None else "",
        "url": article.url if article is not None else "",
        "source": article.source.id if article is not None else "",
        "names": list(dict.fromkeys(match.name for match in alert.matches)),
    }


def _plain(counts: Counter[Any]) -> dict[str, int]:
    return {key.value: number for key, number in counts.most_common()}


def _listed(counts: Counter[Any]) -> str:
    return ": " + ", ".join(f"{number} {key.value}" for key, number in counts.most_common()) if counts else ""


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
