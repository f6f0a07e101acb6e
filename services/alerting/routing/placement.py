"""Where an alert goes, and when: what its routes say, as one placement a channel.

told at once      nothing holds it
waits for hours   until its route's hours begin, or its quiet time ends
waits for an      until its route's time for that is over; counted from when the alert is told, not from when it rang:
acknowledgement   nobody can acknowledge what is held
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from schemas import Severity, WaitsFor
from schemas.event import UtcDatetime
from services.alerting.routing.opening import reaches, told_at
from services.alerting.routing.tree import Node, Tree, Way


@dataclass(frozen=True, slots=True)
class Placement:
    """An alert at one channel."""

    channel: str
    route: Way
    waits_for: WaitsFor | None = None
    due_at: UtcDatetime | None = None

    @property
    def for_sure(self) -> bool:
        """Whether it is told whatever people do."""
        return self.waits_for != "acknowledgement"


def places_of_ring(nodes: Iterable[Node], severity: Severity, now: datetime) -> list[Placement]:
    """Where the routes that took an alert send it."""
    return united(place for node in nodes for place in _places(node, severity, now))


def places_of_update(
    ring: Iterable[Placement], tree: Tree, channels: Collection[str], severity: Severity, now: datetime
) -> list[Placement]:
    """Where an update goes: to whom was told of the ring, and never before the ring itself.

    Args:
        ring: where that went, and the updates before this one.
        tree: as it is now: hours are asked of the routes by which the ring went, as far as they are still there.
        channels: those that are still there.
        severity: of the alert.
        now: by the clock.
    """
    return united(_place_of_update(place, tree, severity, now) for place in ring if place.channel in channels)


def united(places: Iterable[Placement]) -> list[Placement]:
    """The earliest of each channel; beside one that is told for sure, one that waits for an acknowledgement only if it
    is due earlier: else it would be told twice, or be lost by an acknowledgement."""
    surest = dict[str, Placement]()
    called = dict[str, Placement]()
    for place in places:
        known = surest if place.for_sure else called
        if place.channel not in known or _due(place) < _due(known[place.channel]):
            known[place.channel] = place
    earlier = [
        place
        for channel, place in called.items()
        if channel not in surest or (surest[channel].due_at is not None and _due(place) < _due(surest[channel]))
    ]
    return [*surest.values(), *earlier]


def _due(place: Placement) -> float:
    return place.due_at.timestamp() if place.due_at is not None else 0.0


def _places(node: Node, severity: Severity, now: datetime) -> Iterator[Placement]:
    opens = told_at(node.hours, node.quiet, severity, now)
    for channel in node.channels:
        yield _told(channel, node.way, opens)
    for step in node.escalate:
        if reaches(severity, step.severity):
            for channel in step.channels:
                due_at = (opens or now) + step.after
                yield Placement(channel, node.way, "acknowledgement", due_at)


def _place_of_update(ring: Placement, tree: Tree, severity: Severity, now: datetime) -> Placement:
    if ring.waits_for == "acknowledgement" and ring.due_at is not None:
        return replace(ring, due_at=max(ring.due_at, now))
    if ring.due_at is not None and ring.due_at > now:
        return ring
    node = tree.at(ring.route)
    return _told(ring.channel, ring.route, told_at(node.hours, node.quiet, severity, now) if node is not None else None)


def _told(channel: str, way: Way, opens: datetime | None) -> Placement:
    return Placement(channel, way, None if opens is None else "hours", opens)
