"""Routes: which alerts go to which channels and when, as a desk writes it in `tocsin.yaml`.

    default_channels: [desk-hook]           # the root: it takes what no route takes
    routes:
      - name: kabul
        match: {owner: kabul, severity: [high, critical]}
        unless: {topic: sport}
        channels: [kabul-mail]
        quiet: {from: "22:00", to: "06:00", zone: Asia/Kabul}
        escalate: {after: 15m, channels: [pager]}
        continue: true
        routes: [...]

The first route that an alert agrees with takes it, and the following ones are looked at only if it says `continue`.
Inside of a route the same holds for its own routes; it takes itself what none of them takes. channels, hours, quiet and
escalate are inherited where they are left out. `channels: []` says nowhere; `null` says none of the other three.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator

from schemas import Severity
from schemas.event import Identifier
from services.alerting.routing.labels import Conditions
from services.alerting.routing.opening import next_open
from services.alerting.watching.policy import Hours
from services.backbone.configuration import nearest
from services.backbone.durations import Duration, show_duration
from services.backbone.errors import Defect, Location
from services.backbone.yaml_file import Path, YamlFile

SHORTEST_WAIT: Final = timedelta(seconds=1)
LONGEST_WAIT: Final = timedelta(days=7)
"""Until somebody else is called: what was told longer ago is not remembered."""
MOST_STEPS: Final = 10

_SOME_MONDAY: Final = datetime(2026, 1, 5, tzinfo=UTC)


def _one_or_more(written: object) -> object:
    return [written] if isinstance(written, Mapping) else [] if written is None else written


class Escalation(BaseModel):
    """Who else is told of an alert that nobody acknowledges."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    after: Duration
    """How long after it was told: 1s to 7d."""
    channels: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """Where."""
    severity: Severity = "low"
    """Only alerts that are this severe, or more."""

    @field_validator("after")
    @classmethod
    def _bounded(cls, after: timedelta) -> timedelta:
        if not SHORTEST_WAIT <= after <= LONGEST_WAIT:
            bounds = f"from {show_duration(SHORTEST_WAIT)} to {show_duration(LONGEST_WAIT)}"
            raise ValueError(f"{show_duration(after)} is too short or too long; write a duration {bounds}")
        return after


class Route(BaseModel):
    """Where alerts go that agree with `match`, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_by_name=True)

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    """For people; routes beside it have other ones."""
    match: Conditions = Conditions()
    """What it takes; left out: everything."""
    unless: Conditions = Conditions()
    """What of that it does not take."""
    channels: tuple[Identifier, ...] | None = None
    """Where alerts go; an empty list: nowhere. Left out: where those of the route around it go."""
    hours: Annotated[tuple[Hours, ...], BeforeValidator(_one_or_more)] = ()
    """Tell within these only."""
    quiet: Annotated[tuple[Hours, ...], BeforeValidator(_one_or_more)] = ()
    """Do not tell within these."""
    escalate: Annotated[tuple[Escalation, ...], BeforeValidator(_one_or_more), Field(max_length=MOST_STEPS)] = ()
    """Who else is told when nobody acknowledges."""
    continues: Annotated[bool, Field(alias="continue", strict=True)] = False
    """Whether the routes after it are looked at though it took an alert."""
    routes: tuple["Route", ...] = ()
    """Routes inside of it."""

    def says(self, key: str) -> bool:
        """Whether it says something itself, and be it `null`; what it does not say is inherited."""
        return key in self.model_fields_set


def name_of(route: Route, number: int) -> str:
    """What a route is called in the way of an alert: its name, or its place."""
    return route.name or f"routes[{number}]"


def check_routes(routes: Iterable[tuple[Route, YamlFile, Path]], known: frozenset[str]) -> Iterator[Defect]:
    """Everything that is wrong with routes that are well-formed.

    Args:
        routes: the children of the root, with their places.
        known: ids of the channels.
    """
    placed = list(routes)
    for route, file, path in placed:
        yield from _of_route(route, file, path, known, (), ())
    if placed:
        yield from _same_names([(route, path) for route, _, path in placed], placed[0][1])


def unknown_channel(where: Location, name: str, known: frozenset[str]) -> Defect:
    """The defect of a name that no channel has."""
    return Defect(where, f"unknown channel {name!r}", nearest(name, known, "describe it in tocsin.yaml under channels"))


def _of_route(
    route: Route,
    file: YamlFile,
    path: Path,
    known: frozenset[str],
    hours: tuple[Hours, ...],
    quiet: tuple[Hours, ...],
) -> Iterator[Defect]:
    for number, channel in enumerate(route.channels or ()):
        if channel not in known:
            yield unknown_channel(file.locate((*path, "channels", number)), channel, known)
    for number, step in enumerate(route.escalate):
        place = (*path, "escalate", number) if (*path, "escalate", number) in file.lines else (*path, "escalate")
        for index, channel in enumerate(step.channels):
            if channel not in known:
                yield unknown_channel(file.locate((*place, "channels", index)), channel, known)
    hours = route.hours if route.says("hours") else hours
    quiet = route.quiet if route.says("quiet") else quiet
    says_when = route.says("hours") or route.says("quiet")
    if says_when and next_open(hours, quiet, _SOME_MONDAY) is None:
        where = file.locate((*path, "quiet" if route.says("quiet") else "hours"))
        yield Defect(where, "hours and quiet leave no time to tell anybody", "correct them, or write channels: []")
    for number, inner in enumerate(route.routes):
        yield from _of_route(inner, file, (*path, "routes", number), known, hours, quiet)
    yield from _same_names([(inner, (*path, "routes", number)) for number, inner in enumerate(route.routes)], file)


def _same_names(beside: Sequence[tuple[Route, Path]], file: YamlFile) -> Iterator[Defect]:
    """An alert on its way is found by the names of its routes."""
    seen = set[str]()
    for number, (route, path) in enumerate(beside):
        name = name_of(route, number)
        if name in seen:
            yield Defect(file.locate((*path, "name")), f"name {name!r} stands twice among these routes", "rename one")
        seen.add(name)
