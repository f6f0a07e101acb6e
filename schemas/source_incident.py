"""`sources.incidents`: that something is the matter with a source, and that it is over."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from schemas.event import Event, Identifier, UtcDatetime, Value

IncidentKind = Literal["silent", "trickle", "flood", "failing", "unreadable", "blocked", "gone", "moved", "network"]
"""What is the matter with a source.

`silent`: nothing new for far longer than its habit. `trickle`: far less than its habit, but not nothing. `flood`: far
more. `failing`: it cannot be fetched. `unreadable`: what it answers is no feed. `blocked`: it refuses us. `gone`: it
says, or shows for long, that it is not there any more. `moved`: its address redirects for good to another host.
`network`: most sources fail at once, so the trouble is most likely on our side; one incident stands for all."""


class Numbers(Value):
    """What an incident rests on."""

    seen: Annotated[int, Field(ge=0)]
    """Articles in this time; polls that failed, for a source that cannot be read; failing hosts, for the network."""
    expected: Annotated[int, Field(ge=0)] | None = None
    """Articles that its habit lets expect in this time, rounded; hosts that were polled, for the network."""
    seconds: Annotated[int, Field(ge=0)]
    """How long the time is that was looked at."""
    chance: Annotated[float, Field(ge=0, le=1)] | None = None
    """How likely this or more than this is by the source's own habit; null where no chance was reckoned."""


class SourceIncident(Event):
    """An incident of one source, raised or resolved."""

    ce_type: ClassVar[str] = "tocsin.source-incident.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "inc-5c75e8a72e218564aee1aa0b95a29cd5",
                    "source_id": "example-news",
                    "source_name": "Example News",
                    "kind": "silent",
                    "state": "raised",
                    "since": "2026-11-22T16:32:31Z",
                    "at": "2026-11-24T05:04:12Z",
                    "reason": "nothing new for 36 hours; its habit lets expect 24 articles in this time",
                    "fix": "look at the site: tocsin source test example-news",
                    "numbers": {"seen": 0, "expected": 24, "seconds": 131501, "chance": 0.00002},
                }
            ]
        }
    )

    id: str
    """Deterministic: from source, kind and beginning. It is the same when raised and when resolved."""
    source_id: Identifier | None = None
    """The source's id in `sources/*.yaml`; null where all sources are concerned."""
    source_name: Annotated[str, StringConstraints(max_length=200)] = ""
    """Its name; empty where all are concerned."""
    kind: IncidentKind
    """What is the matter."""
    state: Literal["raised", "resolved"]
    """That it is the matter, or that it is over."""
    since: UtcDatetime
    """When it began: the last new article, the first failure."""
    at: UtcDatetime
    """When that was found."""
    reason: Annotated[str, StringConstraints(max_length=500)]
    """What was seen, in a sentence."""
    fix: Annotated[str, StringConstraints(max_length=500)] = ""
    """What a person can do; empty where nothing is to be done."""
    numbers: Numbers | None = None
    """What it rests on; null where it is over for a reason that has no numbers."""

    @property
    def event_id(self) -> str:
        return f"{self.id}.{self.state}"

    @property
    def key(self) -> str:
        return self.source_id or "network"
