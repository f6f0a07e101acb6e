"""`watches`: watches that are added by message. A record without a value removes the watch of its key."""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, StringConstraints

from schemas.event import Event, Identifier, UtcDatetime


class WatchDefinition(Event):
    """A watch as its owner sends it. A watch of the same id in a file takes its place."""

    ce_type: ClassVar[str] = "tocsin.watch-definition.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "kabul-desk",
                    "watch": {"name": "Kabul desk", "any": [{"actor": "ttp"}], "severity": "high"},
                    "changed_at": "2026-11-24T05:00:00Z",
                    "changed_by": "desk-portal",
                }
            ]
        }
    )

    id: Identifier
    """The watch's id."""
    watch: dict[str, object] = Field(max_length=50)
    """The watch as in `watches/*.yaml`, without its id."""
    changed_at: UtcDatetime
    """When its owner changed it."""
    changed_by: Annotated[str, StringConstraints(max_length=200)] = ""
    """Who did."""

    @property
    def event_id(self) -> str:
        return f"{self.id}.{int(self.changed_at.timestamp() * 1000)}"

    @property
    def key(self) -> str:
        return self.id
