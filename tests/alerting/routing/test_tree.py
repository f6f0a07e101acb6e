"""Which routes take an alert, against a naive reading of Alertmanager's rules."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Alert
from services.alerting.routing.labels import KEYS, Labels, labels_of
from services.alerting.routing.route import Route
from services.alerting.routing.tree import Node, Tree
from tests.alerting.examples import alert

Written = dict[str, Any]


def tree(*routes: Written, chosen: Mapping[str, tuple[str, ...]] | None = None) -> Tree:
    return Tree([Route.model_validate(route) for route in routes], ["desk"], chosen or {})


def labels(**values: str | set[str]) -> Labels:
    listed = {key: frozenset([value] if isinstance(value, str) else value) for key, value in values.items()}
    return {key: listed.get(key, frozenset()) for key in KEYS}


def ways(nodes: list[Node]) -> list[str]:
    return [" ".join(node.way[1:]) for node in nodes]


KABUL = labels(owner="kabul", severity="high", topic={"sport", "politics"})


@pytest.mark.parametrize(
    ("routes", "taken"),
    [
        pytest.param([], [""], id="without routes the root takes it"),
        pytest.param([{"name": "a", "match": {"owner": "isb"}}], [""], id="none agrees: the root"),
        pytest.param([{"name": "a"}, {"name": "b"}], ["a"], id="the first that agrees, and no other"),
        pytest.param(
            [{"name": "a", "continue": True}, {"name": "b", "match": {"owner": "isb"}}, {"name": "c"}, {"name": "d"}],
            ["a", "c"],
            id="continue: further ones too, until one does not say so",
        ),
        pytest.param(
            [{"name": "a", "continue": True}, {"name": "b", "match": {"owner": "isb"}}],
            ["a"],
            id="continue, and no further one agrees: not the root besides",
        ),
        pytest.param(
            [{"name": "a", "routes": [{"name": "in", "match": {"owner": "isb"}}]}, {"name": "b"}],
            ["a"],
            id="a route none of whose own agrees takes it itself",
        ),
        pytest.param(
            [{"name": "a", "routes": [{"name": "x", "continue": True}, {"name": "y"}]}, {"name": "b"}],
            ["a x", "a y"],
            id="continue of an inner route does not reach out of the outer one",
        ),
        pytest.param([{"name": "a", "unless": {"topic": "sport"}}, {"name": "b"}], ["b"], id="unless"),
        pytest.param([{"match": {"owner": "isb"}}, {}], ["routes[1]"], id="a route without a name is called by place"),
    ],
)
def test_an_alert_is_taken_by(routes: list[Written], taken: list[str]) -> None:
    assert ways(tree(*routes).takers(KABUL)) == taken


def test_what_is_left_out_is_inherited_and_null_says_none() -> None:
    night = {"from": "22:00", "to": "06:00"}
    step = {"after": "15m", "channels": ["pager"]}
    [outer] = tree(
        {
            "channels": ["mail", "mail"],
            "quiet": night,
            "escalate": step,
            "routes": [
                {"name": "same", "continue": True},
                {"name": "less", "continue": True, "quiet": None, "escalate": None},
                {"name": "elsewhere", "channels": ["chat"], "hours": night},
            ],
        }
    ).root.children
    same, less, elsewhere = outer.children

    assert outer.channels == ("mail",)
    assert (same.channels, same.quiet, same.escalate) == (outer.channels, outer.quiet, outer.escalate)
    assert (less.channels, less.quiet, less.escalate) == (("mail",), (), ())
    assert (elsewhere.channels, elsewhere.quiet, elsewhere.hours) == (("chat",), outer.quiet, outer.quiet)
    assert outer.hours == ()


def test_null_says_that_none_of_the_hours_around_hold_either() -> None:
    office = {"from": "08:00", "to": "18:00"}
    [outer] = tree({"hours": office, "routes": [{"hours": None}]}).root.children

    assert [bool(outer.hours), bool(outer.children[0].hours)] == [True, False]


def test_a_watch_that_names_its_channels_goes_there_before_all_routes_and_nowhere_else() -> None:
    routes = tree({"name": "all", "continue": True}, {"name": "more"}, chosen={"ttp": ("pager",), "none": ()})
    [node] = routes.takers(labels(watch="ttp"))

    assert (node.way, node.channels) == (("default", "watch ttp"), ("pager",))
    assert routes.at(node.way) == node
    assert [each.channels for each in routes.takers(labels(watch="none"))] == [()]
    assert ways(routes.takers(labels(watch="other"))) == ["all", "more"]
    assert tree().at(node.way) is None


def test_a_route_is_found_again_by_its_way() -> None:
    routes = tree({"name": "a", "routes": [{}]})
    [inner] = routes.takers(KABUL)

    assert routes.at(("default", "a", "routes[0]")) is inner
    assert routes.at(("default", "a", "b")) is None


def test_each_route_that_was_asked_is_told_with_what_disagreed() -> None:
    asked: list[tuple[str, str | None]] = []
    tree(
        {"name": "a", "match": {"owner": "kabul", "severity": "low"}},
        {"name": "b", "routes": [{"name": "c", "unless": {"topic": "sport"}}]},
        {"name": "never asked"},
    ).takers(KABUL, lambda node, disagreed: asked.append((node.name, disagreed)))

    assert asked == [("a", "severity"), ("b", None), ("c", "unless topic")]


# against a naive reading

VALUES = {"owner": ["kabul", "isb"], "topic": ["sport", "politics", "arms"], "severity": ["low", "high"]}
conditions = st.fixed_dictionaries(
    {}, optional={key: st.lists(st.sampled_from(values), min_size=1, max_size=2) for key, values in VALUES.items()}
)
leaves = st.fixed_dictionaries(
    {"match": conditions, "unless": conditions},
    optional={
        "channels": st.lists(st.sampled_from(["mail", "chat", "pager"]), max_size=2, unique=True),
        "continue": st.booleans(),
        "escalate": st.sampled_from([None, {"after": "5m", "channels": ["pager"]}]),
    },
)
routes: st.SearchStrategy[Written] = st.recursive(
    leaves,
    lambda inner: st.builds(lambda route, within: {**route, "routes": within}, leaves, st.lists(inner, max_size=3)),
    max_leaves=25,
)
some_labels: st.SearchStrategy[dict[str, set[str]]] = st.fixed_dictionaries(
    {key: st.sets(st.sampled_from(values)) for key, values in VALUES.items()}
)


def naive(route: Written, alert: Mapping[str, set[str]], around: Written) -> Iterator[Written]:
    """Alertmanager: a route that does not agree takes nothing; else its children are asked in turn, each of which takes
    it or not; when one did that does not continue, no more are asked; when none did, the route takes it itself."""
    agrees = all(alert[key] & set(wanted) for key, wanted in route["match"].items())
    barred = any(alert[key] & set(wanted) for key, wanted in route["unless"].items())
    if not agrees or barred:
        return
    here: Written = {**around, **{key: route[key] for key in ("channels", "escalate") if key in route}}
    taken = False
    for child in route.get("routes", []):
        by_child = list(naive(child, alert, here))
        yield from by_child
        taken = taken or bool(by_child)
        if by_child and not child.get("continue", False):
            break
    if not taken:
        yield here


@given(st.lists(routes, max_size=4), some_labels)
def test_any_tree_is_read_as_alertmanager_reads_it(written: list[Written], alert: dict[str, set[str]]) -> None:
    root: Written = {"match": {}, "unless": {}, "channels": ["desk"], "escalate": None, "routes": written}
    taken = tree(*written).takers(labels(**alert))

    assert [(list(node.channels), bool(node.escalate)) for node in taken] == [
        (each["channels"], each["escalate"] is not None) for each in naive(root, alert, {})
    ]


# large ones


def test_ten_levels_lead_to_the_innermost() -> None:
    route: Written = {"name": "10", "channels": ["chat"]}
    for level in range(9, 0, -1):
        route = {"name": str(level), "match": {"owner": "kabul"}, "routes": [{"match": {"owner": "isb"}}, route]}
    [node] = tree(route).takers(KABUL)

    assert node.way == ("default", *map(str, range(1, 11)))
    assert node.channels == ("chat",)


def test_a_thousand_routes_are_asked_well_within_a_millisecond() -> None:
    rang: Alert = alert(owner="kabul")
    routes = tree(*({"match": {"owner": f"desk-{number}", "severity": "high"}} for number in range(1000)))

    def seconds() -> float:
        began = time.process_time()
        assert routes.takers(labels_of(rang)) == [routes.root]
        return time.process_time() - began

    assert min(seconds() for _ in range(50)) < 0.001
