"""Real processes: what an orchestrator sees of them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
TERM_SECONDS = 10.0


class Tried:
    """A process under test, with its log."""

    def __init__(self, body: str, port: int, log: Path) -> None:
        self._log = log
        with log.open("wb") as stderr:
            self._child = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "tests.backbone.a_process", str(port), body],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")},
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )

    def events(self) -> list[dict[str, Any]]:
        """The log so far: every line of it must be JSON."""
        return [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]

    def wait_for(self, event: str) -> dict[str, Any]:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if found := [one for one in self.events() if one["event"] == event]:
                return found[0]
            time.sleep(0.02)
        raise AssertionError(f"no {event} in {self.events()}")

    def get(self, path: str) -> httpx.Response:
        port = self.wait_for("health.listening")["port"]
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5)

    def stop(self, number: int = signal.SIGTERM) -> tuple[float, int, str]:
        """Ask it to end; the seconds that it took, its exit status and what it printed."""
        asked = time.monotonic()
        self._child.send_signal(number)
        status, printed = self.ended()
        return time.monotonic() - asked, status, printed

    def ended(self) -> tuple[int, str]:
        """Its exit status and what it printed."""
        printed, _ = self._child.communicate(timeout=20)
        return self._child.returncode, printed

    def end(self) -> None:
        self._child.kill()
        self._child.communicate()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Tried]]:
    tried: list[Tried] = []

    def start(body: str, port: int = 0) -> Tried:
        tried.append(Tried(body, port, tmp_path / f"{len(tried)}.log"))
        return tried[-1]

    yield start
    for one in tried:
        one.end()


Start = Callable[..., Tried]


def test_health_readiness_and_metrics_are_served_and_a_stop_undoes_in_reverse_order(start: Start) -> None:
    process = start("obey")
    assert (process.get("/healthz").status_code, process.get("/healthz").text) == (200, "ok\n")
    before = process.get("/readyz")
    assert (before.status_code, before.json()["ready"], before.json()["waiting_for"]) == (503, False, "start")
    deadline = time.monotonic() + 10
    while (after := process.get("/readyz")).status_code != 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert after.json() == {"stage": "tried", "ready": True, "waiting_for": None, "stalled": [], "lag": {}}

    metrics = process.get("/metrics")
    assert metrics.status_code == 200, "not a redirect: not everyone who scrapes follows it"
    assert metrics.headers["content-type"].startswith("text/plain; version=")
    assert re.search(r"^# HELP tocsin_records_total .+\n# TYPE tocsin_records_total counter$", metrics.text, re.M)

    seconds, status, printed = process.stop()
    assert (status, printed) == (0, "undone: second\nundone: first\n")
    assert seconds < 2


@pytest.mark.parametrize("body", ["ignore", "hang_in_closing", "hang_in_a_thread"])
def test_a_stop_takes_no_longer_than_its_time_and_is_no_failure(start: Start, body: str) -> None:
    process = start(body)
    process.wait_for("process.started")
    time.sleep(0.3)
    seconds, status, _ = process.stop()
    assert status == 0
    assert seconds < TERM_SECONDS
    assert process.wait_for("process.stopped")["level"] == "info"


def test_while_it_drains_it_is_not_ready(start: Start) -> None:
    process = start("ignore")
    assert process.get("/readyz").status_code == 200
    os.kill(process.wait_for("process.started")["pid"], signal.SIGTERM)
    time.sleep(0.5)
    assert (process.get("/readyz").status_code, process.get("/readyz").json()["waiting_for"]) == (503, "end")
    assert process.get("/healthz").status_code == 200


def test_an_interrupt_from_the_keyboard_is_a_stop(start: Start) -> None:
    process = start("obey")
    process.wait_for("process.started")
    seconds, status, _ = process.stop(signal.SIGINT)
    assert status == 0
    assert seconds < 2


def test_a_port_in_use_is_told_with_the_fix(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("obey", port)
        assert process.ended() == (1, "")
    [event] = process.events()
    assert (event["event"], event["error"], event["level"]) == ("process.failed", "PortTaken", "error")
    assert event["message"] == f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another by --port"
    assert "exception" not in event


def test_an_error_of_ours_is_one_event_with_its_fix(start: Start) -> None:
    process = start("refuse")
    assert process.ended() == (1, "")
    failures = [event for event in process.events() if event["level"] not in ("info", "debug")]
    assert [(one["event"], one["error"]) for one in failures] == [("process.failed", "TopicMismatch")]
    assert failures[0]["message"].endswith("create it: tocsin topics provision")
    assert "exception" not in failures[0]


def test_an_unforeseen_error_is_one_event_with_its_trace(start: Start) -> None:
    process = start("crash")
    assert process.ended() == (1, "")
    failures = [event for event in process.events() if event["level"] not in ("info", "debug")]
    assert [(one["event"], one["error"]) for one in failures] == [("process.failed", "ZeroDivisionError")]
    assert "nobody foresaw it" in failures[0]["exception"]
