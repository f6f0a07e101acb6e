"""Where an alert goes and when, by the routes that took it."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerting.routing.labels import KEYS, Labels
from services.alerting.routing.placement import Placement, places_of_ring, places_of_update, united
from services.alerting.routing.route import Route
from services.alerting.routing.tree import Tree

NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
DAY = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
QUIET = {"from": "22:00", "to": "06:00"}
ANY: Labels = dict.fromkeys(KEYS, frozenset())
ALL = ("mail", "chat", "pager", "desk")

Short = tuple[str, str | None, datetime | None]


def tree(*routes: dict[str, Any]) -> Tree:
    return Tree([Route.model_validate(route) for route in routes], ["desk"], {})


def placed(*routes: dict[str, Any], now: datetime, severity: Any = "normal") -> list[Placement]:
    return places_of_ring(tree(*routes).takers(ANY), severity, now)


def short(places: list[Placement]) -> list[Short]:
    return [(each.channel, each.waits_for, each.due_at) for each in places]


def place(channel: str, waits_for: Any = None, due_at: datetime | None = None) -> Placement:
    return Placement(channel=channel, route=("default",), waits_for=waits_for, due_at=due_at)


def test_by_day_it_is_told_at_once_and_at_night_when_the_quiet_time_ends() -> None:
    route = {"name": "kabul", "channels": ["mail", "chat"], "quiet": QUIET}

    assert short(placed(route, now=DAY)) == [("mail", None, None), ("chat", None, None)]
    assert short(placed(route, now=NIGHT)) == [("mail", "hours", MORNING), ("chat", "hours", MORNING)]
    assert {each.route for each in placed(route, now=DAY)} == {("default", "kabul")}


def test_who_is_called_when_nobody_acknowledges_is_called_so_long_after_it_is_told() -> None:
    steps = [
        {"after": "15m", "channels": ["pager"]},
        {"after": "1h", "channels": ["chat"], "severity": "high"},
    ]
    route = {"channels": ["mail"], "quiet": QUIET, "escalate": steps}
    wait = "acknowledgement"

    assert short(placed(route, now=DAY)) == [("mail", None, None), ("pager", wait, DAY + 15 * MINUTE)]
    assert short(placed(route, now=DAY, severity="critical")) == [
        ("mail", None, None), ("pager", wait, DAY + 15 * MINUTE), ("chat", wait, DAY + 60 * MINUTE),
    ]  # fmt: skip
    assert short(placed(route, now=NIGHT)) == [("mail", "hours", MORNING), ("pager", wait, MORNING + 15 * MINUTE)]


def test_nobody_is_told_where_a_route_has_no_channels() -> None:
    assert placed({"channels": []}, now=DAY) == []


EARLY, LATE = DAY, DAY + 60 * MINUTE


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        pytest.param((None, None), ("hours", EARLY), [(None, None)], id="at once beats held"),
        pytest.param(("hours", LATE), ("hours", EARLY), [("hours", EARLY)], id="the earlier of two held"),
        pytest.param((None, None), ("acknowledgement", EARLY), [(None, None)], id="at once beats a call"),
        pytest.param(("hours", EARLY), ("acknowledgement", LATE), [("hours", EARLY)], id="held, before a call"),
        pytest.param(
            ("hours", LATE),
            ("acknowledgement", EARLY),
            [("hours", LATE), ("acknowledgement", EARLY)],
            id="a call before it is told for sure: both, or an acknowledgement would lose it",
        ),
        pytest.param(
            ("acknowledgement", LATE), ("acknowledgement", EARLY), [("acknowledgement", EARLY)], id="the earlier call"
        ),
    ],
)
def test_a_channel_that_several_routes_name_is_told_once(one: Any, other: Any, left: list[Any]) -> None:
    for pair in ([one, other], [other, one]):
        places = united(place("mail", *each) for each in pair)
        assert [(each.waits_for, each.due_at) for each in places] == left


some_places = st.lists(
    st.one_of(
        st.builds(place, st.sampled_from(ALL)),
        st.builds(
            place,
            st.sampled_from(ALL),
            st.sampled_from(["hours", "acknowledgement"]),
            st.sampled_from([DAY, DAY + MINUTE, DAY + 2 * MINUTE]),
        ),
    )
)


@given(some_places, st.randoms())
def test_no_channel_is_lost_nor_told_twice_however_many_routes_name_it(places: list[Placement], chance: Random) -> None:
    left = united(places)
    kinds = [(each.channel, each.for_sure) for each in left]
    mixed = chance.sample(places, len(places))

    assert {each.channel for each in left} == {each.channel for each in places}
    assert {each.channel for each in left if each.for_sure} == {each.channel for each in places if each.for_sure}
    assert len(kinds) == len(set(kinds))
    assert set(left) <= set(places)
    assert united(left) == left
    assert set(united(mixed)) == set(left)


# updates


def updated(ring: list[Placement], now: datetime, *routes: dict[str, Any], channels: Any = ALL) -> list[Short]:
    return short(places_of_update(ring, tree(*routes), channels, "normal", now))


def test_an_update_goes_where_its_ring_went_whatever_the_routes_say_now() -> None:
    ring = placed({"name": "old", "channels": ["mail"]}, now=DAY)

    assert updated(ring, LATE, {"name": "new", "channels": ["chat"]}) == [("mail", None, None)]


def test_an_update_waits_for_the_hours_that_the_route_of_its_ring_has_now() -> None:
    route = {"name": "kabul", "channels": ["mail"], "quiet": QUIET}
    ring = placed(route, now=DAY)

    assert updated(ring, NIGHT + timedelta(days=1), route) == [("mail", "hours", MORNING + timedelta(days=1))]
    assert updated(ring, NIGHT + timedelta(days=1)) == [("mail", None, None)], "the route is gone, and its hours too"


def test_an_update_does_not_overtake_its_ring() -> None:
    route = {"name": "kabul", "channels": ["mail"], "quiet": QUIET}
    ring = placed(route, now=NIGHT)

    assert updated(ring, NIGHT + MINUTE, {**route, "quiet": None}) == [("mail", "hours", MORNING)]
    assert updated(ring, DAY, route) == [("mail", None, None)]


def test_who_was_to_be_called_hears_of_updates_until_somebody_acknowledges() -> None:
    route = {"name": "kabul", "channels": ["mail"], "escalate": {"after": "15m", "channels": ["pager"]}}
    ring = placed(route, now=DAY)
    wait = "acknowledgement"

    assert updated(ring, DAY + MINUTE, route)[1] == ("pager", wait, DAY + 15 * MINUTE)
    assert updated(ring, DAY + 20 * MINUTE, route)[1] == ("pager", wait, DAY + 20 * MINUTE)


def test_an_update_does_not_go_to_a_channel_that_is_there_no_more() -> None:
    ring = placed({"channels": ["mail", "chat"]}, now=DAY)

    assert updated(ring, DAY, channels=("chat",)) == [("chat", None, None)]
