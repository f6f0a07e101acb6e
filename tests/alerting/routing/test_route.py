"""Routes as a desk writes them, and what is told of those that are wrong."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from services.alerting.notify.installation import load_installation
from services.alerting.routing.route import Route
from services.backbone.errors import ConfigurationError
from tests.alerting.examples import write_folder

CHANNELS = "channels:\n  - {id: mail, type: terminal}\n  - {id: pager, type: terminal}\n"
"""The first three lines of each file."""


def routes(folder: Path, written: str) -> tuple[Route, ...]:
    write_folder(folder, {"tocsin.yaml": CHANNELS + written})
    return load_installation(folder).routes


def test_a_route_is_read_as_it_is_written(tmp_path: Path) -> None:
    written = """
routes:
  - name: kabul
    match: {owner: kabul, severity: [high, critical]}
    channels: [mail]
    quiet: {from: "22:00", to: "06:00", zone: Asia/Kabul}
    escalate: {after: 15m, channels: [pager]}
    continue: true
    routes:
      - hours:
          - {days: [sat], from: "10:00", to: "14:00"}
          - {from: "08:00", to: "09:00"}
        quiet: null
        channels: []
"""
    [kabul] = routes(tmp_path, written)
    [inner] = kabul.routes
    [quiet], [step] = kabul.quiet, kabul.escalate

    assert (kabul.name, kabul.channels, kabul.continues) == ("kabul", ("mail",), True)
    assert (kabul.match.owner, kabul.match.severity) == (("kabul",), ("high", "critical"))
    assert (quiet.opens, quiet.closes, quiet.through) == (time(22), time(6), "critical")
    assert (step.after, step.channels, step.severity) == (timedelta(minutes=15), ("pager",), "low")
    assert [hours.days[0] for hours in inner.hours] == ["sat", "mon"]
    assert {key for key in ("channels", "hours", "quiet", "escalate") if inner.says(key)} == {
        "channels", "hours", "quiet",
    }  # fmt: skip
    assert (inner.channels, inner.continues) == ((), False)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        pytest.param(
            "routes:\n  - channels: [mial]\n",
            "tocsin.yaml:5 routes[0].channels[0]: unknown channel 'mial'; did you mean 'mail'?",
            id="a channel that is not described",
        ),
        pytest.param(
            "routes:\n  - routes:\n      - escalate:\n          - {after: 5m, channels: [pager]}\n"
            "          - {after: 9m, channels: [gaper]}\n",
            "tocsin.yaml:8 routes[0].routes[0].escalate[1].channels[0]: unknown channel 'gaper'; did you mean 'pager'?",
            id="one to which it escalates, inside of another route",
        ),
        pytest.param(
            "routes:\n  - escalate: {after: 5m, channels: [phone]}\n",
            "tocsin.yaml:5 routes[0].escalate.channels[0]: unknown channel 'phone'; "
            "describe it in tocsin.yaml under channels",
            id="a single step",
        ),
        pytest.param(
            "routes:\n  - match: {owners: kabul}\n",
            "tocsin.yaml:5 routes[0].match.owners: unknown key 'owners'; did you mean 'owner'?",
            id="a label that there is not",
        ),
        pytest.param(
            "routes:\n  - routes:\n      - match: {severity: hihg}\n",
            "tocsin.yaml:6 routes[0].routes[0].match.severity: Input should be 'low', 'normal', 'high' or 'critical'; "
            "correct the value",
            id="a severity that there is not",
        ),
        pytest.param(
            "routes:\n  - {name: night, match: {owner: a}}\n  - name: day\n    routes: []\n  - {name: night}\n",
            "tocsin.yaml:8 routes[2].name: name 'night' stands twice among these routes; rename one",
            id="a name that stands twice side by side",
        ),
        pytest.param(
            "routes:\n  - escalate: {after: 0s, channels: [pager]}\n",
            "tocsin.yaml:5 routes[0].escalate.after: 0s is too short or too long; write a duration from 1s to 1w",
            id="an escalation without a wait",
        ),
        pytest.param(
            'routes:\n  - hours: {from: "08:00", to: "18:00"}\n    routes:\n'
            '      - quiet: {from: "07:00", to: "19:00"}\n',
            "tocsin.yaml:7 routes[0].routes[0].quiet: hours and quiet leave no time to tell anybody; "
            "correct them, or write channels: []",
            id="a quiet time over all hours that are inherited",
        ),
        pytest.param(
            "routes:\n  - quiet:\n      - {from: 22h, to: '06:00'}\n",
            'tocsin.yaml:6 routes[0].quiet[0].from: not a time of the day; write it like "08:00"',
            id="a time that is none",
        ),
    ],
)
def test_a_defect_of_a_route_is_told_with_its_place_and_its_fix(tmp_path: Path, written: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        routes(tmp_path, written)

    assert [str(defect) for defect in raised.value.defects] == [told]


def test_routes_may_have_one_name_in_different_places(tmp_path: Path) -> None:
    outer = "routes:\n  - {name: a, routes: [{name: night}]}\n  - {name: b, routes: [{name: night}]}\n"

    assert [route.routes[0].name for route in routes(tmp_path, outer)] == ["night", "night"]
