"""`feedback`: what people say of an alert, so that a desk sees which watch and which alias makes the noise."""

from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict

from schemas.event import Event, Identifier, UtcDatetime
from schemas.handling import NoteText, Person, Via


class FeedbackVerdict(StrEnum):
    """What an alert was."""

    USEFUL = "useful"
    """Rightly told."""
    FALSE = "false"
    """Not what the watch asks for: somebody else of that name, another sense of a word."""
    DUPLICATE = "duplicate"
    """Rightly met, but known already."""


class Feedback(Event):
    """One person's word on one alert. The newest word of a person counts."""

    ce_type: ClassVar[str] = "tocsin.feedback.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "fbk-3f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "alert_id": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "watch": "kabul-desk",
                    "verdict": "false",
                    "by": "Zarmina",
                    "note": "another man of that name",
                    "at": "2026-11-24T05:09:40Z",
                    "via": "api",
                }
            ]
        }
    )

    id: str
    """Deterministic: from alert, verdict, who, the note and the second. The same twice is one word."""
    alert_id: str
    """`Alert.id`."""
    watch: Identifier
    """The watch that rang."""
    verdict: FeedbackVerdict
    """What it was."""
    by: Person
    """Who says so."""
    note: NoteText = ""
    """Why."""
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
