"""The tree of routes: which of them take an alert. A watch that names its channels is a route before all others.

Source: Prometheus Alertmanager 0.28, dispatch/route.go: depth first, the first that agrees, and those after it while
they say `continue`; a route none of whose own routes agrees takes the alert itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.alerting.routing.labels import Asked, Labels, disagreement
from services.alerting.routing.route import Escalation, Route, name_of
from services.alerting.watching.policy import Hours

ROOT: Final = "default"
_WATCH: Final = "watch "

Way = tuple[str, ...]
"""The names of a route and of those around it, the root first."""


@dataclass(frozen=True, slots=True)
class Node:
    """A route with all that it inherits."""

    way: Way
    channels: tuple[str, ...]
    hours: tuple[Hours, ...] = ()
    quiet: tuple[Hours, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    match: tuple[Asked, ...] = ()
    unless: tuple[Asked, ...] = ()
    continues: bool = False
    children: tuple["Node", ...] = ()

    @property
    def name(self) -> str:
        return self.way[-1]


Tell = Callable[[Node, str | None], None]
"""Is told of each route that was asked, with the first key that disagreed."""


def _nobody(node: Node, disagreed: str | None) -> None: ...


class Tree:
    """The routes of an installation. It never changes."""

    def __init__(self, routes: Sequence[Route], default: Sequence[str], chosen: Mapping[str, tuple[str, ...]]) -> None:
        """
        Args:
            routes: the children of the root, as written.
            default: the channels of the root.
            chosen: of each watch that names its channels, by id.
        """
        root = Node((ROOT,), tuple(default))
        self.root: Final = replace(root, children=_children(root, routes))
        self.chosen: Final = chosen
        self.nodes: Final[Mapping[Way, Node]] = {node.way: node for node in _all(self.root)}

    def takers(self, labels: Labels, tell: Tell = _nobody) -> list[Node]:
        """The routes that take an alert with these labels: one at least.

        Args:
            labels: what the alert has.
            tell: for those who want to see the way.
        """
        chosen = [self._choice(watch) for watch in labels["watch"] if watch in self.chosen]
        for node in chosen:
            tell(node, None)
        return chosen or _takers(self.root, labels, tell)

    def at(self, way: Way) -> Node | None:
        """The route with this way; None where it is not there any more."""
        if len(way) == 2 and (watch := way[1].removeprefix(_WATCH)) != way[1] and watch in self.chosen:
            return self._choice(watch)
        return self.nodes.get(way)

    def _choice(self, watch: str) -> Node:
        return replace(self.root, way=(ROOT, f"{_WATCH}{watch}"), channels=self.chosen[watch], children=())


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _children(parent: Node, routes: Sequence[Route]) -> tuple[Node, ...]:
    return tuple(_node(parent, route, number) for number, route in enumerate(routes))


def _node(parent: Node, route: Route, number: int) -> Node:
    node = Node(
        way=(*parent.way, name_of(route, number)),
        channels=parent.channels if route.channels is None else tuple(dict.fromkeys(route.channels)),
        hours=route.hours if route.says("hours") else parent.hours,
        quiet=route.quiet if route.says("quiet") else parent.quiet,
        escalate=route.escalate if route.says("escalate") else parent.escalate,
        match=route.match.asked,
        unless=route.unless.asked,
        continues=route.continues,
    )
    return replace(node, children=_children(node, route.routes))


def _takers(node: Node, labels: Labels, tell: Tell) -> list[Node]:
    taken = list[Node]()
    for child in node.children:
        disagreed = disagreement(child.match, child.unless, labels)
        tell(child, disagreed)
        if disagreed is None:
            taken += _takers(child, labels, tell)
            if not child.continues:
                break
    return taken or [node]
