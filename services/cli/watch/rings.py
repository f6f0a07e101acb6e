"""When watches rang, and how often lately: read from the alerts."""

from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ValidationError

from schemas import Held, Reason
from schemas.alert import Action
from schemas.event import UtcDatetime
from services.backbone.topics import ALERTS
from services.cli.stored import Stored

LATELY: Final = timedelta(days=7)


@dataclass(slots=True)
class Rings:
    """Of one watch."""

    last_at: datetime | None = None
    """When people were last told, updates not counted."""
    lately: int = 0
    """How often they were within the last seven days."""
    held_lately: int = 0
    """Rings that nobody was told of when they came, within these."""


class _Watch(BaseModel):
    id: str


class _Rang(BaseModel):
    """What little of an alert is needed here: there can be very many."""

    watch: _Watch
    action: Action
    reason: Reason
    held: Held | None
    rang_at: UtcDatetime


async def rings(stored: Stored, now: datetime, watch: str | None = None) -> dict[str, Rings]:
    """How often each watch rang.

    Args:
        stored: what is on the broker.
        now: the end of the last seven days.
        watch: only this one, by id; None for all.
    """
    found: dict[str, Rings] = {}
    only = None if watch is None else watch.encode()
    stretch = await stored.stretch(ALERTS.name, placed_by=None if watch is None else [watch])
    async with aclosing(stored.records(stretch)) as records:
        async for record in records:
            if only is not None and record.key != only:
                continue
            try:
                rang = _Rang.model_validate_json(record.value or b"")
            except ValidationError:
                continue  # what it is, its readers tell
            if rang.action == "ring":
                _note(found.setdefault(rang.watch.id, Rings()), rang, now)
    return found


def _note(of_watch: Rings, rang: _Rang, now: datetime) -> None:
    is_late = rang.rang_at > now - LATELY
    if rang.held is not None:
        of_watch.held_lately += is_late
        return
    of_watch.lately += is_late
    of_watch.last_at = max(of_watch.last_at or rang.rang_at, rang.rang_at)
