"""How a source fares, in a word, with the reason and what to do: for the list that has the worst on top."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.state import SourceState
from services.ingestion.polling.incidents import spoken
from services.ingestion.polling.surprise import silence

STALE_AFTER = timedelta(days=90)
"""Without anything new, where a source has no habit to judge it by."""


class Status(StrEnum):
    """Worst first: the order of the list."""

    GONE = "gone"
    BLOCKED = "blocked"
    FAILING = "failing"
    UNREADABLE = "unreadable"
    STALE = "stale"
    EMPTY = "empty"
    MOVED = "moved"
    UNDATED = "undated"
    NEVER_POLLED = "never-polled"
    OK = "ok"
    UNCHANGED = "unchanged"
    NEW = "new"
    PAUSED = "paused"


_RANK = {status: rank for rank, status in enumerate(Status)}


@dataclass(frozen=True, slots=True)
class Health:
    """How one source fares."""

    status: Status
    reason: str
    """In a sentence."""
    fix: str = ""
    """What a person can do; empty where nothing is to be done."""

    @property
    def rank(self) -> int:
        """To sort by, the worst first."""
        return _RANK[self.status]


def health(source_id: str, url: str | None, enabled: bool, state: SourceState | None, now: datetime) -> Health:
    """How a source fares.

    Args:
        source_id: of the source.
        url: in the configuration.
        enabled: in the configuration.
        state: as it was last written.
        now: the time of the list.
    """
    if not enabled:
        return Health(Status.PAUSED, "switched off", "write enabled: true to read it")
    if state is None or state.outcome is None or state.url != (url or ""):
        return Health(Status.NEVER_POLLED, "not polled yet at this address", "wait, or start tocsin run ingestion")
    if state.failures:
        return _failing(source_id, state, now)
    return _ailing(source_id, state, now) or _well(state, now)


def _failing(source_id: str, state: SourceState, now: datetime) -> Health:
    error = state.last_error
    trouble = error.trouble if error is not None else "defect"
    said = error.message or error.error if error is not None else "no reason is known"
    since = spoken((now - (state.failing_since or now)).total_seconds())
    look = f"tocsin source test {source_id}"
    if state.gone_at is not None:
        return Health(Status.GONE, f"gone for {since}: {said}", "correct its address, or take it out")
    if trouble == "blocked":
        return Health(Status.BLOCKED, f"refuses us for {since}: {said}", f"ask the outlet, or give headers; {look}")
    if trouble == "unreadable":
        return Health(Status.UNREADABLE, f"answers no feed for {since}: {said}", f"correct its address or kind; {look}")
    times = "once" if state.failures == 1 else f"{state.failures} times running"
    fix = f"correct its address; {look}" if trouble == "not-found" else look
    return Health(Status.FAILING, f"failed {times} for {since}: {said}", fix)


def _ailing(source_id: str, state: SourceState, now: datetime) -> Health | None:
    look = f"look at its site; tocsin source test {source_id}"
    last = state.last_new_at or state.newest_at
    quiet = silence(state.habit, last, now) if state.habit is not None and last is not None else None
    silent = quiet is not None or any(incident.kind == "silent" for incident in state.incidents)
    if last is not None and (silent or now - last > STALE_AFTER):
        usual = f", where {quiet.expected:.0f} articles were to be expected" if quiet is not None else ""
        return Health(Status.STALE, f"nothing new for {spoken((now - last).total_seconds())}{usual}", look)
    if state.entries == 0:
        return Health(Status.EMPTY, "answers, and holds no entry", look)
    if state.moved is not None and state.moved.followed:
        return Health(Status.MOVED, f"redirects for good to {state.moved.to}", "write that address, if it is its own")
    if state.entries and 2 * state.undated > state.entries:
        return Health(
            Status.UNDATED,
            f"{state.undated} of {state.entries} entries have no date that can be true",
            "nothing is lost: their time is when they were first seen",
        )
    return None


def _well(state: SourceState, now: datetime) -> Health:
    last = state.last_new_at
    news = f"last new {spoken(max((now - last).total_seconds(), 0))} ago" if last is not None else "nothing new so far"
    statuses = {"new": Status.NEW, "unchanged": Status.UNCHANGED}
    return Health(statuses.get(state.outcome or "", Status.OK), news)
