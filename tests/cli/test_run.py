"""`tocsin run` runs one stage, or all six under a supervisor."""

import json
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.backbone.settings import Settings
from tests.alerting.examples import PACK, write_folder
from tests.cli.command import TOCSIN, eventually, invoke, run, variables_of, variables_with
from tests.cli.ports import SIX, six_free_ports


def answer(port: int, path: str) -> tuple[int, str]:
    """Status and body; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


class Supervisor:
    """`tocsin run all`, and what runs under it."""

    def __init__(self, port: int, settings: Settings, log: Path) -> None:
        self.port, self.log = port, log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [*TOCSIN, "run", "all", "--port", str(port)],
                env=variables_with(**variables_of(settings), TOCSIN_API_PORT="0", TOCSIN_DATA=str(log.parent)),
                stdout=output,
                stderr=output,
            )

    def children(self) -> dict[str, psutil.Process]:
        """The processes of the stages, by stage."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            try:
                words = child.cmdline()
            except psutil.NoSuchProcess:
                continue
            if "run" in words:  # not in between fork and exec, nor ended and not waited for
                found[words[words.index("run") + 1]] = child
        return found

    def ready(self) -> list[str]:
        """The stages that make progress."""
        return [stage for index, stage in enumerate(SIX) if answer(self.port + index, "/readyz")[0] == 200]

    def events(self) -> list[dict[str, object]]:
        """The log: every line of it is JSON, since it is no terminal."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def supervisor(settings: Settings, tmp_path: Path) -> Iterator[Supervisor]:
    """All six, over a desk that has no sources."""
    watch = {"id": "ttp", "any": [{"actor": "ttp"}]}
    write_folder(settings.config, {"pack/small.yaml": PACK, "watches/desk.yaml": {"watches": [watch]}})
    supervisor = Supervisor(six_free_ports(), settings, tmp_path / "log")
    try:
        yield supervisor
    finally:
        if supervisor.process.poll() is None:
            left = supervisor.children()
            supervisor.process.kill()
            supervisor.process.wait()
            for process in left.values():
                process.kill()


def test_all_six_run_each_at_its_port_are_started_anew_and_end_together(supervisor: Supervisor) -> None:
    eventually(lambda: supervisor.ready() == list(SIX), "all six are ready")
    first = supervisor.children()
    assert first.keys() == set(SIX)
    for index, stage in enumerate(SIX):
        port = supervisor.port + index
        assert answer(port, "/healthz") == (200, "ok\n")
        eventually(
            lambda port=port, stage=stage: f'tocsin_ready{{stage="{stage}"}} 1.0' in answer(port, "/metrics")[1],  # type: ignore[misc]
            f"{stage} says in a metric that it is ready",
        )

    killed = first["decide"]
    killed.send_signal(signal.SIGKILL)
    eventually(lambda: supervisor.children().get("decide", killed).pid != killed.pid, "decide is started anew")
    eventually(lambda: "decide" in supervisor.ready(), "decide is ready again")
    second = supervisor.children()
    assert {stage for stage in SIX if second[stage].pid != first[stage].pid} == {"decide"}

    supervisor.process.send_signal(signal.SIGTERM)
    assert supervisor.process.wait(10) == 0
    assert not any(process.is_running() for process in (*first.values(), *second.values()))
    events = supervisor.events()
    [ended] = [event for event in events if event["event"] == "stage.ended"]
    assert (ended["stage"], ended["status"]) == ("decide", -signal.SIGKILL)
    assert {event["stage"] for event in events if event["event"] == "process.stopped"} == set(SIX)


def test_a_taken_port_is_told_with_the_fix() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = run("run", "decide", "--port", str(port))
    assert (told.returncode, told.stdout) == (1, "")
    [event] = map(json.loads, told.stderr.splitlines())
    assert (event["event"], event["error"]) == ("process.failed", "PortTaken")
    assert event["message"] == f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another by --port"


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("TOCSIN_KAFKA_SECURITY_PROTOCOL", "TLS", "Input should be 'PLAINTEXT', 'SSL'"),
        ("TOCSIN_DEPLOYMENT", "a b", "String should match pattern"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str, why: str) -> None:
    told = run("run", "decide", "--port", "0", **{variable: value})
    assert (told.returncode, told.stdout) == (1, "")
    [message] = told.stderr.splitlines()
    assert message.startswith(f"error: {variable}: {why}")


def test_an_unknown_stage_is_wrong_usage() -> None:
    told = invoke("run", "ingest")
    assert told.exit_code == 2
    assert "'ingest' is not one of 'ingestion', 'tagging', 'match', 'decide', 'notify', 'api', 'all'" in told.stderr
