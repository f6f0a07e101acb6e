"""`tocsin route test`: the way of an alert, told before it rings."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import Alert, WatchDefinition
from services.backbone.errors import TocsinError
from services.backbone.record import encode
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS, WATCHES
from tests.alerting.examples import NOON, PACK, alert, write_folder
from tests.cli.command import invoke, variables_of
from tests.cli.history import store

INSTALLATION = {
    "channels": [{"id": name, "type": "terminal"} for name in ("desk", "kabul-mail", "pager")],
    "default_channels": ["desk"],
    "routes": [
        {"name": "nothing", "match": {"topic": "sport"}, "channels": []},
        {
            "name": "kabul",
            "match": {"owner": "kabul"},
            "unless": {"country": ["US"]},
            "channels": ["kabul-mail"],
            "quiet": {"from": "22:00", "to": "06:00", "zone": "Asia/Kabul"},
            "escalate": {"after": "15m", "channels": ["pager"]},
            "routes": [{"name": "grave", "match": {"severity": ["high", "critical"]}, "quiet": None}],
        },
    ],
}
WATCHES_OF_DESK = [
    {"id": "kabul-desk", "owner": "kabul", "severity": "high", "any": [{"actor": "ttp"}]},
    {"id": "calm", "owner": "kabul", "any": [{"actor": "ttp"}]},
    {"id": "own", "any": [{"actor": "ttp"}], "channels": ["pager"]},
]
NO_SPORT = "the topic 'sport', which the pack does not define; define it in a file under pack/"


def write(folder: Path) -> Path:
    files = {"tocsin.yaml": INSTALLATION, "pack/a.yaml": PACK, "watches/a.yaml": {"watches": WATCHES_OF_DESK}}
    return write_folder(folder, files)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path)


def lines(folder: Path, *options: str) -> list[str]:
    result = invoke("route", "test", "--config", folder, *options)
    assert result.exit_code == 0, result.output
    return [line.rstrip() for line in result.output.splitlines()]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        pytest.param(
            ["--watch", "kabul-desk", "--at", "2026-11-24T23:00+04:30"],
            [
                "an alert: watch kabul-desk; owner kabul; severity high; action ring",
                "  nothing  no: it has no topic, sport is asked for",
                "  kabul  agrees",
                "    grave  takes it",
                "-> kabul-mail  at once  by default > kabul > grave",
                "-> pager  at 2026-11-24 18:45 UTC, unless somebody acknowledges it before  by default > kabul > grave",
            ],
            id="a watch has its owner and its severity",
        ),
        pytest.param(
            ["--watch", "calm", "--at", "2026-11-24T23:00+04:30"],
            [
                "an alert: watch calm; owner kabul; severity normal; action ring",
                "  nothing  no: it has no topic, sport is asked for",
                "  kabul  takes it",
                "    grave  no: severity is not critical or high",
                "-> kabul-mail  held until 2026-11-25 01:30 UTC  by default > kabul",
                "-> pager  at 2026-11-25 01:45 UTC, unless somebody acknowledges it before  by default > kabul",
            ],
            id="at night it is held, and who is called is called later",
        ),
        pytest.param(
            ["--owner", "kabul", "--country", "US", "--country", "AF"],
            [
                "an alert: owner kabul; severity normal; country AF or US; action ring",
                "  nothing  no: it has no topic, sport is asked for",
                "  kabul  no: it takes none with country US",
                "default  takes it",
                "-> desk  at once  by default",
            ],
            id="unless, and the root takes what no route takes",
        ),
        pytest.param(
            ["--watch", "own", "--entity", "ttp"],
            [
                "an alert: watch own; severity normal; kind armed-group; entity actor/ttp or ttp; action ring",
                "  watch own  takes it",
                "-> pager  at once  by default > watch own",
            ],
            id="a watch that names its channels; an actor has its kind",
        ),
        pytest.param(
            ["--topic", "sport"],
            [
                "an alert: severity normal; topic sport; action ring",
                "  nothing  takes it",
                "nobody is told: the route has no channels",
                f"note: this alert has {NO_SPORT}",
            ],
            id="nobody is told",
        ),
    ],
)
def test_each_route_that_is_asked_is_told_and_where_the_alert_goes(
    folder: Path, options: list[str], told: list[str]
) -> None:
    seen = lines(folder, *options)

    assert [line for line in seen if not line.startswith("note: route")] == told


def test_a_name_that_nobody_has_may_be_a_slip_of_the_pen(folder: Path) -> None:
    assert lines(folder, "--owner", "kabl")[-2:] == [
        "note: this alert has the owner 'kabl', whose watches no file has; did you mean 'kabul'?",
        f"note: route nothing asks for {NO_SPORT}",
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--severity", "hgh"], "--severity: Input should be 'low', 'normal', 'high' or 'critical'; correct the value"),
        (["--country", "Iran"], "--country: not a country's code of two capital letters; write it like AF"),
        (["alr-1", "--owner", "kabul"], "a stored alert has what it has; give its id, or options, not both"),
    ],
)
def test_what_no_alert_can_have_is_refused_with_the_fix(folder: Path, options: list[str], told: str) -> None:
    result = invoke("route", "test", "--config", folder, *options)

    assert isinstance(result.exception, TocsinError)
    assert str(result.exception) == told


def test_a_moment_that_is_none_is_refused(folder: Path) -> None:
    result = invoke("route", "test", "--config", folder, "--at", "tomorrow")

    assert result.exit_code == 2
    assert "'tomorrow' is no moment" in result.output


def test_the_way_of_a_stored_alert_is_that_of_its_newest_ring_by_the_watches_that_were_sent(
    settings: Settings,
) -> None:
    write(settings.config)
    ring = alert(watch="sent").model_copy(update={"id": "alr-1"})
    records: list[Alert] = [
        ring,
        ring.model_copy(update={"sequence": 1, "watch": ring.watch.model_copy(update={"owner": "kabul"})}),
        ring.model_copy(update={"sequence": 2, "action": "update"}),
    ]
    definition = WatchDefinition.model_validate(
        {"id": "sent", "watch": {"any": [{"actor": "ttp"}], "channels": ["desk", "pager"]}, "changed_at": NOON}
    )
    now = datetime.now(UTC)
    store(settings, [(encode(ALERTS.name, each, "decide"), now) for each in records])

    way = json.loads(invoke("route", "test", "alr-1.2", "--json", **variables_of(settings)).output)
    assert (way["labels"]["owner"], way["labels"]["action"]) == (["kabul"], ["ring"])
    assert way["taken_by"] == [["default", "kabul"]]
    assert [place["channel"] for place in way["places"]] == ["kabul-mail", "pager"]

    store(settings, [(encode(WATCHES.name, definition, "test"), now)])
    way = json.loads(invoke("route", "test", "alr-1", "--json", **variables_of(settings)).output)
    assert way["taken_by"] == [["default", "watch sent"]]
    assert [(place["channel"], place["due_at"]) for place in way["places"]] == [("desk", None), ("pager", None)]

    nothing = invoke("route", "test", "alr-2", **variables_of(settings))
    assert str(nothing.exception) == ("no alert alr-2 is stored; tocsin alerts tail --from beginning shows what rang")
