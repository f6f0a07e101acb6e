"""`configuration.changes`: what was in force since when. An audit of the configuration."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from schemas.event import Event, Identifier, UtcDatetime

_Text = Annotated[str, StringConstraints(max_length=500)]


class ConfigurationChange(Event):
    """A process took over a configuration, or refused one."""

    ce_type: ClassVar[str] = "tocsin.configuration-change.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "part": "watches",
                    "stage": "match",
                    "outcome": "accepted",
                    "digest": "9c1b2f7a60de",
                    "before": "3f0b7c52a1de",
                    "added": ["kabul-desk"],
                    "removed": [],
                    "changed": ["ttp"],
                    "defects": [],
                    "at": "2026-11-24T05:00:02Z",
                }
            ]
        }
    )

    part: Identifier
    """`watches`, `silences`, `routes`, `sources`, `pack`."""
    stage: Identifier
    """The process."""
    outcome: Literal["started", "accepted", "refused"]
    """`started`: in force since the process started. `accepted`: in force from now on. `refused`: it has defects, what
    was in force before stays, wholly or for what is broken."""
    digest: str
    """Of what is in force now."""
    before: str | None = None
    """Of what was in force before."""
    added: Annotated[tuple[_Text, ...], Field(max_length=100)] = ()
    """Ids, the first hundred."""
    removed: Annotated[tuple[_Text, ...], Field(max_length=100)] = ()
    """Ids, the first hundred."""
    changed: Annotated[tuple[_Text, ...], Field(max_length=100)] = ()
    """Ids, the first hundred."""
    defects: Annotated[tuple[_Text, ...], Field(max_length=20)] = ()
    """What was refused: file, line, path, what is wrong and how to mend it; the first twenty."""
    at: UtcDatetime
    """When."""

    @property
    def event_id(self) -> str:
        return f"{self.stage}.{self.part}.{self.digest}.{int(self.at.timestamp() * 1000)}"

    @property
    def key(self) -> str:
        return f"{self.stage}/{self.part}"
