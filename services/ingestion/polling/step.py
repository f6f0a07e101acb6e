"""One poll's outcome makes another state of the source: when to poll next, and what is to be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from schemas.source_incident import SourceIncident
from schemas.state import Outcome as OutcomeName
from schemas.state import SourceError, SourceState
from services.ingestion.polling.backoff import GONE_INTERVAL, is_gone, rest_of_host, wait_after_failure
from services.ingestion.polling.habit import begin, hold, learn
from services.ingestion.polling.incidents import matters, told
from services.ingestion.polling.interval import wait_after_answer
from services.ingestion.polling.jitter import Dice
from services.ingestion.polling.moved import moved_after_answer, moved_after_failure
from services.ingestion.polling.outcome import Failed, Outcome, Read
from services.ingestion.polling.storm import CALM, Weather

_NOTHING = timedelta(0)


class PolledSource(Protocol):
    """What is asked of a source here."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def interval(self) -> timedelta: ...
    @property
    def max_interval(self) -> timedelta: ...


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from one poll."""

    state: SourceState
    wait: timedelta
    """Until the next poll."""
    host_rest: timedelta = _NOTHING
    """How long no source of the host is to be asked."""
    incidents: tuple[SourceIncident, ...] = ()
    """To be told, before the state is written."""


def step(
    source: PolledSource,
    state: SourceState | None,
    outcome: Outcome,
    now: datetime,
    dice: Dice,
    weather: Weather = CALM,
) -> Step:
    """What follows from a poll of this source.

    Args:
        source: as the configuration has it.
        state: before; None where the source was never polled. What was read of it may be in it already.
        outcome: what came of the poll.
        now: the time of the poll; the new state's `polled_at`.
        dice: for the jitter.
        weather: how polls fare in general.
    """
    before = at_its_address(source, state, now)
    if isinstance(outcome, Read):
        after, wait, rest = _answered(source, before, outcome, now, dice)
    else:
        after, wait, rest = _failed(source, before, outcome, now, dice, weather)
    open_, incidents = told(source.name, after, matters(after, now, weather), now)
    after = after.model_copy(update={"incidents": open_, "next_poll_at": now + wait})
    return Step(after, wait, rest, incidents)


def at_its_address(source: PolledSource, state: SourceState | None, now: datetime) -> SourceState:
    """The state at the address in the configuration: what was known of another's trouble and validators is dropped."""
    url = source.url or ""
    if state is None:
        return SourceState(source_id=source.id, url=url, polled_at=now)
    if state.url == url:
        return state
    return state.model_copy(update={"url": url, "etag": None, "last_modified": None, "moved": None, **_WELL})


_WELL: dict[str, Any] = {
    "failures": 0,
    "failing_since": None,
    "last_error": None,
    "trouble_since": None,
    "gone_at": None,
}


def _answered(
    source: PolledSource, before: SourceState, read: Read, now: datetime, dice: Dice
) -> tuple[SourceState, timedelta, timedelta]:
    name: OutcomeName = "new" if read.new else "unchanged" if read.unchanged else "known"
    changes: dict[str, Any] = {**_WELL, "polled_at": now, "outcome": name, "last_success_at": now}
    changes["moved"] = moved_after_answer(before.url, before.moved, read.moved_to, now)
    if not read.unchanged:
        changes |= {"entries": read.entries, "undated": read.undated}
        changes["newest_at"] = max((date for date in read.dates if date <= now), default=None)
    if read.new:
        changes["last_new_at"] = now if before.habit is not None else changes.get("newest_at") or now
    if before.habit is None:
        habit = begin(read.dates, now)
    elif not read.new and any(incident.kind == "silent" for incident in before.incidents):
        habit = hold(before.habit, now)
    else:
        habit = learn(before.habit, read.new, now)
    changes["habit"] = habit
    full = before.habit is not None and 0 < read.entries <= read.new
    wait = wait_after_answer(source.interval, source.max_interval, habit, read.asked, now, dice, full=full)
    return before.model_copy(update=changes), wait, _NOTHING


def _failed(
    source: PolledSource, before: SourceState, failed: Failed, now: datetime, dice: Dice, weather: Weather
) -> tuple[SourceState, timedelta, timedelta]:
    same = before.last_error is not None and before.last_error.trouble == failed.trouble
    moved = moved_after_failure(before.moved)
    changes: dict[str, Any] = {
        "polled_at": now,
        "outcome": "failed",
        "failures": before.failures + 1,
        "failing_since": before.failing_since or now,
        "last_error": SourceError(trouble=failed.trouble, error=failed.error[:100], message=failed.message[:300]),
        "trouble_since": before.trouble_since if same else now,
        "moved": moved,
    }
    if moved is None and before.moved is not None:
        changes |= {"etag": None, "last_modified": None}
    after = before.model_copy(update=changes)
    gone = before.gone_at or (now if is_gone(after, now) else None)
    after = after.model_copy(update={"gone_at": gone})
    storm = weather.has_hit(before.failing_since or now)
    wait = wait_after_failure(source.interval, after.failures, failed.asked.at_least, dice, storm)
    if gone is not None:
        wait = GONE_INTERVAL * dice(1, 1.05)
    return after, wait, rest_of_host(failed.trouble, after.failures, failed.asked.at_least)
