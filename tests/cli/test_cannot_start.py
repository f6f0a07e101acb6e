"""A process that cannot work says why and what to do in the last line of its log and ends; or it waits, visibly."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.backbone.errors import SettingsError
from services.backbone.settings import Settings, load_settings
from services.broker import free_port
from services.cli import run as running
from tests.alerting.examples import PACK, write_folder
from tests.cli.command import TOCSIN, eventually, run, variables_of, variables_with
from tests.cli.ports import six_free_ports
from tests.cli.test_run import answer

TOKEN = "0123456789abcdef0123456789abcdef"
SOUND = {
    "pack/small.yaml": PACK,
    "watches/desk.yaml": {"watches": [{"id": "ttp", "any": [{"actor": "ttp"}]}]},
    "sources/desk.yaml": {"sources": [{"id": "wire", "name": "Wire", "kind": "push", "token": {"env": "WIRE"}}]},
}


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def last_words(settings: Settings, stage: str, **more: str) -> dict[str, Any]:
    """The last line of a stage that ends by itself, with status 1."""
    write_folder(settings.config, {name: content for name, content in SOUND.items() if name not in more})
    environment = variables_of(settings) | {"TOCSIN_API_PORT": "0", "TOCSIN_PUSH_PORT": "0", "WIRE": TOKEN} | more
    told = run("run", stage, "--port", "0", **environment)
    assert (told.returncode, told.stdout) == (1, "")
    line: dict[str, Any] = json.loads(told.stderr.splitlines()[-1])
    assert line["event"] == "process.failed"
    assert "Traceback" not in told.stderr
    return line


@pytest.mark.parametrize(("stage", "variable"), [("api", "TOCSIN_API_PORT"), ("ingestion", "TOCSIN_PUSH_PORT")])
def test_each_port_that_is_taken_is_told_by_its_setting(
    settings: Settings, taken: int, tmp_path: Path, stage: str, variable: str
) -> None:
    line = last_words(settings, stage, **{variable: str(taken), "TOCSIN_DATA": str(tmp_path)})
    assert line["error"] == "PortTaken"
    assert line["message"].endswith(f"{taken}: Address already in use; choose another by {variable}")


def test_a_folder_that_takes_nothing_is_told_by_its_setting(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    line = last_words(settings, "api", TOCSIN_DATA=str(tmp_path / "file" / "data"))
    assert "Not a directory; name a folder that can be written by TOCSIN_DATA" in line["message"]


def test_a_secret_that_is_missing_is_told_with_its_place(settings: Settings) -> None:
    line = last_words(settings, "ingestion", WIRE="")
    assert line["message"].startswith("sources/desk.yaml:")
    assert "environment variable WIRE is not set; put the secret into environment variable WIRE" in line["message"]


def test_a_configuration_that_is_half_written_is_told_with_its_line(settings: Settings) -> None:
    write_folder(settings.config, SOUND)
    (settings.config / "watches/desk.yaml").write_text("watches:\n  - id: ttp\n    any: [{actor: tt", encoding="utf-8")
    told = run("run", "match", "--port", "0", **variables_of(settings))
    line = json.loads(told.stderr.splitlines()[-1])
    assert (told.returncode, line["error"]) == (1, "ConfigurationError")
    assert line["message"].startswith("watches/desk.yaml:")


@pytest.mark.parametrize(
    ("content", "why"),
    [("", "is empty"), ("too short", "needs 32 or more characters"), (None, "does not point to a file")],
)
def test_a_secret_of_the_environment_is_refused_with_the_reason(tmp_path: Path, content: str | None, why: str) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_text(content, encoding="utf-8")
    told = run("run", "notify", "--port", "0", TOCSIN_LINK_SECRET_FILE=str(secret))
    assert told.returncode == 1
    [line] = told.stderr.splitlines()
    assert line.startswith("error: TOCSIN_LINK_SECRET")
    assert why in line


def test_a_broker_whose_name_does_not_resolve_is_waited_for_where_it_is_seen(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [*TOCSIN, "run", "match", "--port", "0", "--config", str(tmp_path)],
            env=variables_with(TOCSIN_KAFKA_BOOTSTRAP_SERVERS="kafka.invalid:9092"), stderr=output,
        )  # fmt: skip
    try:
        write_folder(tmp_path, SOUND)
        eventually(lambda: b"broker.away" in log.read_bytes(), "it says what is away")
        events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        assert events[-1]["error"].startswith("the name kafka.invalid does not resolve")
        port = next(event["port"] for event in events if event["event"] == "health.listening")
        status, body = answer(port, "/readyz")
        assert status == 503
        assert json.loads(body)["waiting_for"] == "broker"
        assert "correct TOCSIN_KAFKA_BOOTSTRAP_SERVERS" in json.loads(body)["why"]
    finally:
        child.terminate()
        assert child.wait(10) == 0


def test_a_stage_that_fails_again_and_again_ends_all_with_its_reason_last(tmp_path: Path) -> None:
    """With shorter waits and fewer tries than in earnest. The others wait for a broker, which is no failure."""
    first, log = six_free_ports(), tmp_path / "log"
    hasty = "from services.cli import run, app; run.MOST_FAILURES, run.RESTART_SECONDS = 3, (0.1,); app.main()"
    with socket.socket() as other, log.open("wb") as output:
        other.bind(("127.0.0.1", first + 2))
        other.listen()
        supervisor = subprocess.Popen(
            [TOCSIN[0], "-c", hasty, "run", "all", "--port", str(first)],
            env=variables_with(TOCSIN_KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}"),
            stderr=output,
        )
        try:
            assert supervisor.wait(90) == 1
        finally:
            supervisor.terminate()
            supervisor.wait()
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert (events[-1]["event"], events[-1]["stage"], events[-1]["failures"]) == ("stage.given_up", "match", 3)
    assert events[-1]["reason"].startswith(f"PortTaken: cannot listen on 127.0.0.1:{first + 2}: Address already in use")
    failed = {event["stage"] for event in events if event["event"] in ("process.failed", "stage.ended")}
    assert failed == {"match"}


def test_in_earnest_it_is_tried_for_longer_than_a_port_is_held_by_one_that_ends() -> None:
    waits = [
        running.RESTART_SECONDS[min(number, len(running.RESTART_SECONDS) - 1)]
        for number in range(running.MOST_FAILURES - 1)
    ]
    assert 2 * running.GRACE_SECONDS < sum(waits) < 120


@pytest.mark.skipif(os.geteuid() != 0, reason="to be another user for a moment one has to be root")
def test_a_password_file_of_another_user_says_whose_it_is(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("a password", encoding="utf-8")
    secret.chmod(0o600)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)  # the other user may pass through
    os.seteuid(65534)
    try:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TOCSIN_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
            environment.setenv("TOCSIN_KAFKA_SASL_USERNAME", "desk")
            environment.setenv("TOCSIN_KAFKA_SASL_PASSWORD_FILE", str(secret))
            with pytest.raises(SettingsError, match="uid 65534, and the file is of 0:0 with mode 0600; chown 65534"):
                load_settings()
    finally:
        os.seteuid(0)
