"""configured, secret_places, feeds, processes, canary: what they make of what they see."""

import codecs
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.alerting.notify.installation import load_installation
from services.backbone.canary import SCRIPTS, watch_of
from services.cli.doctor.canary import judge_canary
from services.cli.doctor.configured import look_at_configuration, unreached
from services.cli.doctor.feeds import judge_sources
from services.cli.doctor.finding import State
from services.cli.doctor.processes import Report, judge_processes
from services.cli.doctor.secret_places import look_at_secrets
from services.ingestion.polling.health import Health, Status
from tests.alerting.examples import write_folder

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SIX = ("ingestion", "tagging", "match", "decide", "notify", "api")


def told(folder: Path) -> list[tuple[str, str]]:
    return [(finding.state.value, finding.found) for finding in look_at_configuration(folder)]


def test_a_defect_is_told_with_its_place_and_its_fix(tmp_path: Path) -> None:
    write_folder(tmp_path, {"tocsin.yaml": "channels:\n  - {id: screen, type: termial}\n"})
    [finding] = look_at_configuration(tmp_path)
    assert finding.state is State.ERROR
    assert "tocsin.yaml:2 channels[0]" in finding.found
    assert finding.fix


def test_routes_that_no_alert_comes_to_are_told(tmp_path: Path) -> None:
    routes = [
        {"name": "night", "match": {"severity": "high"}, "channels": ["screen"]},
        {"name": "all", "channels": ["screen"], "routes": [{"name": "in", "channels": ["screen"]}, {"name": "never"}]},
        {"name": "late", "channels": ["screen"]},
    ]
    channels = [{"id": "screen", "type": "terminal"}]
    write_folder(tmp_path, {"tocsin.yaml": {"channels": channels, "default_channels": ["screen"], "routes": routes}})
    assert unreached(load_installation(tmp_path).routes) == ["all > never", "late"]
    assert [found for state, found in told(tmp_path) if state == "warning"] == [
        "no alert ever comes to route all > never: one before it takes all and does not say continue",
        "no alert ever comes to route late: one before it takes all and does not say continue",
    ]


def test_no_channel_and_nobody_to_tell_of_trouble_are_warnings(tmp_path: Path) -> None:
    write_folder(tmp_path, {"tocsin.yaml": ""})
    assert ("warning", "no channel is described") in [
        (state, found.partition(":")[0]) for state, found in told(tmp_path)
    ]
    write_folder(tmp_path, {"tocsin.yaml": {"channels": [{"id": "screen", "type": "terminal"}]}})
    assert [found for state, found in told(tmp_path) if state == "warning"] == [
        "no trouble_channels and no default_channels: nobody is told when a channel takes nothing any more"
    ]


def test_a_secret_that_cannot_be_read_is_told_unless_its_process_has_it(tmp_path: Path) -> None:
    hook = {"id": "hook", "type": "webhook", "url": "https://desk.example/in", "secret": {"env": "HOOK"}}
    mail = {
        "id": "mail", "type": "mail", "server": "smtp.desk.example", "user": "tocsin", "password": {"file": "smtp"},
        "from": "tocsin@desk.example", "to": ["desk@desk.example"],
    }  # fmt: skip
    write_folder(tmp_path, {"tocsin.yaml": {"channels": [hook, mail]}})
    found = look_at_secrets(tmp_path, (), {})
    assert [(finding.state.value, finding.found) for finding in found] == [
        ("error", "channel hook: environment variable HOOK is not set"),
        ("error", "channel mail: file smtp cannot be read: No such file or directory"),
    ]
    [finding] = look_at_secrets(tmp_path, {"notify"}, {})
    assert (finding.state, finding.found) == (
        State.OK, "2 secrets named, each can be read; 2 not here, but where they are needed"
    )  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="to be another user for a moment one has to be root")
def test_a_secret_of_another_user_says_whose_it_is_and_how_it_is_let(tmp_path: Path) -> None:
    channel = {"id": "chat", "type": "chat", "url": {"file": str(tmp_path / "secret")}}
    write_folder(tmp_path, {"tocsin.yaml": {"channels": [channel]}})
    (tmp_path / "secret").write_text("ntfy://topic", encoding="utf-8")
    (tmp_path / "secret").chmod(0o600)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)  # the other user may pass through
    codecs.lookup("utf-8-sig")  # the other user may not be able to read where Python is
    os.seteuid(65534)
    try:
        [finding] = look_at_secrets(tmp_path, (), {})
    finally:
        os.seteuid(0)
    assert "this process is uid 65534, and the file is of 0:0 with mode 0600" in finding.found
    assert finding.fix.startswith(f"chown 65534 {tmp_path / 'secret'} && chmod 0400 ")


def fare(status: Status) -> Health:
    return Health(status, "a reason", "a fix")


def test_one_source_of_many_is_a_warning_and_most_of_them_an_error_elsewhere() -> None:
    well = {f"well-{number}": fare(Status.UNCHANGED) for number in range(8)}
    assert [each.state for each in judge_sources(well)] == [State.OK]
    first, second = judge_sources(well | {"bad": fare(Status.GONE)})
    assert (first.state, first.found) == (State.WARNING, "1 of 9 sources polled fail or are silent (11%)")
    assert second.found == "bad gone: a reason"
    bad = {f"bad-{number}": fare(Status.FAILING) for number in range(9)}
    found = list(judge_sources(well | bad | {"new": fare(Status.NEVER_POLLED)}))
    assert (found[0].state, found[0].found) == (
        State.ERROR, "9 of 17 sources polled fail or are silent (53%), 1 not polled yet"
    )  # fmt: skip
    assert len(found) == 6


def report(stage: str, **body: object) -> Report:
    return Report("http://x", {"stage": stage, "ready": True, **body})


def test_what_processes_wait_for_is_told_in_their_own_words() -> None:
    others = [report(stage) for stage in SIX if stage not in ("decide", "notify")]
    waits = report("decide", ready=False, waiting_for="broker", why="nothing listens at kafka:9092; start it")
    refuses = report("notify", configuration={"routes": {"refused": ["tocsin.yaml:3 channels[0]: wrong; mend it"]}})
    found = [(each.state.value, each.found, each.fix) for each in judge_processes([*others, waits, refuses], None)]
    assert found == [
        ("warning", "decide waits for: broker", "nothing listens at kafka:9092; start it"),
        (
            "error",
            "notify works without what is wrong in the configuration: tocsin.yaml:3 channels[0]: wrong; mend it",
            "mend it; tocsin check shows all, and it is taken over within seconds",
        ),
    ]


def test_a_process_that_is_missing_among_others_is_told() -> None:
    [finding] = judge_processes([report(stage) for stage in SIX if stage != "match"], {"match": 0})
    assert (finding.state, finding.found) == (State.WARNING, "match does not run, or not where it is looked for")
    [finding] = judge_processes([report(stage) for stage in SIX if stage != "match"], {"match": 1})
    assert finding.state is State.OK


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("last", "ever", "state"),
    [
        ({}, False, State.OK),
        ({watch_of(script): NOON - 4 * MINUTE for script in SCRIPTS}, True, State.OK),
        ({watch_of(script): NOON - 4 * MINUTE for script in SCRIPTS if script != "pashto"}, True, State.ERROR),
        ({watch_of(script): NOON - (4 + 16 * (script == "han")) * MINUTE for script in SCRIPTS}, True, State.ERROR),
        ({watch_of("latin"): NOON - 4 * MINUTE}, False, State.OK),
        ({}, True, State.ERROR),
    ],
)
def test_a_canary_is_missing_after_three_intervals(last: dict[str, datetime], ever: bool, state: State) -> None:
    [finding] = judge_canary(last, 5 * MINUTE, NOON, ever=ever)
    assert finding.state is state
