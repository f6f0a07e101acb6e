"""`acknowledgements`: what people do about an alert; folded, it stands on the alert's later updates."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from schemas.event import Event, Identifier, UtcDatetime, Value

Person = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
"""Whoever did it, as they call themselves."""
NoteText = Annotated[str, StringConstraints(max_length=2_000, strip_whitespace=True)]
MOST_NOTES = 5
"""Kept of an alert's notes, the newest."""

Via = Literal["api", "cli", "link"]
"""Which way it came."""


class Acknowledgement(Event):
    """One step that somebody took with an alert."""

    ce_type: ClassVar[str] = "tocsin.acknowledgement.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "ack-2f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "alert_id": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "watch": "kabul-desk",
                    "action": "assign",
                    "by": "Zarmina",
                    "to": "Farid",
                    "note": "please call the spokesman",
                    "at": "2026-11-24T05:09:40Z",
                    "via": "link",
                }
            ]
        }
    )

    id: str
    """Deterministic: from alert, action, who, to whom, the note and the second. The same twice is one step."""
    alert_id: str
    """`Alert.id`: it holds for all records of this id."""
    watch: Identifier
    """The watch that rang."""
    action: Literal["acknowledge", "release", "assign", "note"]
    """`acknowledge`: somebody has seen it and cares for it, so nobody else is called. `release`: no longer. `assign`:
    it is somebody's now (null in `to`: nobody's). `note`: a word for whoever comes next. A note may come with each."""
    by: Person
    """Who."""
    to: Person | None = None
    """Of `assign`: to whom."""
    note: NoteText = ""
    """What there is to say."""
    at: UtcDatetime
    """When."""
    via: Via
    """Which way it came."""

    @property
    def event_id(self) -> str:
        return self.id

    @property
    def key(self) -> str:
        return self.alert_id


class Note(Value):
    """A word about an alert."""

    by: Person
    """Whose."""
    at: UtcDatetime
    """When."""
    text: NoteText
    """The word."""


class Handling(Value):
    """What people did about an alert so far."""

    acknowledged_by: Person | None = None
    """Who cares for it; null where nobody does."""
    acknowledged_at: UtcDatetime | None = None
    """Since when."""
    assigned_to: Person | None = None
    """Whose it is; null where it is nobody's."""
    notes: Annotated[tuple[Note, ...], Field(max_length=MOST_NOTES)] = ()
    """The newest notes, oldest first."""

    def after(self, step: Acknowledgement) -> "Handling":
        """The state after one more step. The first acknowledgement stands until it is released."""
        changes: dict[str, object] = {}
        match step.action:
            case "acknowledge" if self.acknowledged_by is None:
                changes = {"acknowledged_by": step.by, "acknowledged_at": step.at}
            case "release":
                changes = {"acknowledged_by": None, "acknowledged_at": None}
            case "assign":
                changes = {"assigned_to": step.to}
        if step.note:
            changes["notes"] = (*self.notes, Note(by=step.by, at=step.at, text=step.note))[-MOST_NOTES:]
        return self.model_copy(update=changes)


def handling(steps: Iterable[Acknowledgement]) -> Handling:
    """The state after these steps, in their order."""
    state = Handling()
    for step in steps:
        state = state.after(step)
    return state
