"""Which incidents of a source are open, and what is told of it: raised once, resolved once, also across restarts.

The state carries what is open. What a poll changes of it is told. The id comes from source, kind and beginning, so what
a process tells twice, because it was killed before it wrote the state, is the same event.

A source that cannot be read has one incident at a time, whatever it meets since; only that it is gone replaces it. None
is raised in a storm (storm.py): that has one of its own, kept with the source with whose poll it began.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.ids import incident_id
from schemas.source_incident import IncidentKind, Numbers, SourceIncident
from schemas.state import OpenIncident, SourceState
from services.ingestion.polling.habit import DAY_SECONDS
from services.ingestion.polling.moved import same_host
from services.ingestion.polling.storm import CALM, Weather
from services.ingestion.polling.surprise import Surprise, flood, flood_is_over, silence, trickle, trickle_is_over

FAILING_AFTER: Final = timedelta(hours=6)
BLOCKED_AFTER: Final = timedelta(hours=2)
FEWEST_FAILURES: Final = 3

_UNREAD: Final[tuple[IncidentKind, ...]] = ("failing", "unreadable", "blocked")
_OVER: Final[Mapping[IncidentKind, str]] = {
    "silent": "something new was found",
    "trickle": "it publishes near its habit again, or has a new one",
    "flood": "it publishes near its habit again",
    "failing": "it answers again",
    "unreadable": "it can be read again",
    "blocked": "it lets us read again",
    "gone": "it is back",
    "moved": "its address does not redirect any more, or was corrected",
    "network": "most sources answer again",
}


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that is the matter with a source."""

    since: datetime
    reason: str
    fix: str = ""
    numbers: Numbers | None = None


def matters(state: SourceState, now: datetime, weather: Weather = CALM) -> dict[IncidentKind, Matter]:
    """What is the matter with a source.

    Args:
        state: after its last poll, with the incidents that were open before it: some of them end later than they begin.
        now: the time of the poll.
        weather: how polls fare in general.
    """
    open_ = {incident.kind: Matter(incident.since, "") for incident in state.incidents}
    found: dict[IncidentKind, Matter] = {}
    _network(found, open_, weather)
    if state.failures:
        found |= {kind: open_[kind] for kind in ("silent", "trickle", "flood") if kind in open_}
        _unread(found, open_, state, now, weather)
    else:
        _out_of_habit(found, open_, state, now)
    if state.moved is not None and state.moved.followed and not same_host(state.url, state.moved.to):
        found["moved"] = Matter(
            state.moved.since,
            f"its address redirects for good to {state.moved.to}, which is asked now",
            "write that address into the configuration, if it is the outlet's own",
        )
    return found


def told(
    name: str, state: SourceState, found: Mapping[IncidentKind, Matter], now: datetime
) -> tuple[tuple[OpenIncident, ...], tuple[SourceIncident, ...]]:
    """What is open now, and what is to be told: what was not open before, and what was and is not any more.

    Args:
        name: of the source.
        state: with the incidents that were open before.
        found: what is the matter now.
        now: when it was found.
    """
    before = {incident.kind: incident for incident in state.incidents}
    events: list[SourceIncident] = []
    for kind, incident in before.items():
        if kind not in found:
            seconds = max(int((now - incident.since).total_seconds()), 0)
            reason = f"{_why_over(kind, state, found)}, after {spoken(seconds)}"
            events.append(_event(state.source_id, name, kind, incident.since, now, Matter(now, reason), over=True))
    for kind, matter in found.items():
        if kind not in before:
            events.append(_event(state.source_id, name, kind, matter.since, now, matter))
    open_ = tuple(before.get(kind) or OpenIncident(kind=kind, since=found[kind].since) for kind in found)
    return open_, tuple(events)


def close(
    source_id: str, name: str, state: SourceState, now: datetime
) -> tuple[SourceState, tuple[SourceIncident, ...]]:
    """The state of a source that is not read any more, and what is to be told of it."""
    reason = Matter(now, "the source is not read any more")
    events = tuple(
        _event(source_id, name, incident.kind, incident.since, now, reason, over=True) for incident in state.incidents
    )
    return state.model_copy(update={"incidents": ()}), events


def spoken(seconds: float) -> str:
    """A time as people say it: its largest unit, and never 1 of it."""
    for unit, length in (("days", DAY_SECONDS), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _network(found: dict[IncidentKind, Matter], open_: Mapping[IncidentKind, Matter], weather: Weather) -> None:
    if weather.since is None:
        return
    if "network" in open_:
        found["network"] = open_["network"]
    elif weather.tipped:
        found["network"] = Matter(
            weather.since,
            f"the last polls of {weather.failing} of {weather.hosts} hosts failed",
            "look at this machine's network and name resolution: tocsin source test",
            Numbers(seen=weather.failing, expected=weather.hosts, seconds=0),
        )


def _unread(
    found: dict[IncidentKind, Matter],
    open_: Mapping[IncidentKind, Matter],
    state: SourceState,
    now: datetime,
    weather: Weather,
) -> None:
    since = state.failing_since or now
    error = state.last_error
    said = error.message or error.error if error is not None else "no reason is known"
    numbers = Numbers(seen=state.failures, seconds=max(int((now - since).total_seconds()), 0))
    if state.gone_at is not None:
        found["gone"] = open_.get("gone") or Matter(
            since, f"it is gone: {said}", "correct its address, or take it out of the configuration", numbers
        )
        return
    if still := [kind for kind in _UNREAD if kind in open_ and open_[kind].since >= since]:
        found[still[0]] = open_[still[0]]
        return
    trouble = error.trouble if error is not None else "defect"
    if trouble == "gone":  # that is certain within a day, and an incident of its own
        return
    kind: IncidentKind = trouble if trouble in ("unreadable", "blocked") else "failing"
    after = BLOCKED_AFTER if kind == "blocked" else FAILING_AFTER
    if weather.since is not None or state.failures < FEWEST_FAILURES or now - since < after:
        return
    found[kind] = Matter(
        since,
        f"{state.failures} polls running gave nothing since {spoken(numbers.seconds)}: {said}",
        f"see what it answers: tocsin source test {state.source_id}",
        numbers,
    )


def _out_of_habit(
    found: dict[IncidentKind, Matter], open_: Mapping[IncidentKind, Matter], state: SourceState, now: datetime
) -> None:
    habit = state.habit
    if habit is None or state.last_new_at is None:
        return
    if "silent" in open_ and state.outcome != "new":
        found["silent"] = open_["silent"]
    elif quiet := silence(habit, state.last_new_at, now):
        found["silent"] = Matter(
            state.last_new_at,
            f"nothing new for {spoken(quiet.seconds)}; by its habit {quiet.expected:.0f} articles were to be expected",
            f"look at its site, and whether its feed goes on: tocsin source test {state.source_id}",
            _numbers(quiet),
        )
    if "flood" in open_ and not flood_is_over(habit, open_["flood"].since):
        found["flood"] = open_["flood"]
    elif "flood" not in open_ and (much := flood(habit)):
        found["flood"] = Matter(
            now.replace(hour=0, minute=0, second=0, microsecond=0),
            f"{much.seen} articles on one day; by its habit {much.expected:.0f} were to be expected",
            "look whether its articles are new, or come again under other addresses",
            _numbers(much),
        )
    if "silent" in found:
        return
    if "trickle" in open_ and not trickle_is_over(habit):
        found["trickle"] = open_["trickle"]
    elif "trickle" not in open_ and (little := trickle(habit)):
        found["trickle"] = Matter(
            now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=7),
            f"{little.seen} articles in seven days; by its habit {little.expected:.0f} were to be expected",
            "look whether its feed holds all that its site has",
            _numbers(little),
        )


def _why_over(kind: IncidentKind, state: SourceState, found: Mapping[IncidentKind, Matter]) -> str:
    if state.failures and kind in (*_UNREAD, "gone"):
        return "it is taken for gone now" if "gone" in found else "its address was changed"
    return _OVER[kind]


def _numbers(surprise: Surprise) -> Numbers:
    return Numbers(
        seen=surprise.seen,
        expected=round(surprise.expected),
        seconds=round(surprise.seconds),
        chance=float(f"{surprise.chance:.2g}"),
    )


def _event(
    source_id: str,
    name: str,
    kind: IncidentKind,
    since: datetime,
    now: datetime,
    matter: Matter,
    *,
    over: bool = False,
) -> SourceIncident:
    of_all = kind == "network"
    return SourceIncident(
        id=incident_id(None if of_all else source_id, kind, since),
        source_id=None if of_all else source_id,
        source_name="" if of_all else name[:200],
        kind=kind,
        state="resolved" if over else "raised",
        since=since,
        at=now,
        reason=matter.reason[:500],
        fix=matter.fix,
        numbers=matter.numbers,
    )
