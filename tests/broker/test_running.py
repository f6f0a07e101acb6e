"""Whose pid it is, and how a broker is ended."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.broker import EmbeddedBroker, find, running, stop


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A program that is not ours."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def test_a_stale_pid_is_nobody_even_when_another_program_has_it(
    embedded: EmbeddedBroker, stranger: subprocess.Popen[bytes]
) -> None:
    embedded.data.mkdir()
    state = {"kind": "embedded", "version": "1", "port": embedded.port, "pid": stranger.pid}
    (embedded.data / running.STATE_FILE).write_text(json.dumps(state))
    assert find(embedded.data) is None
    assert stop(embedded.data) is None
    assert stranger.poll() is None
    assert embedded.start().pid != stranger.pid


def test_after_a_crash_it_is_known_as_gone_and_starts_again(embedded: EmbeddedBroker) -> None:
    first = embedded.start()
    os.kill(first.pid, signal.SIGKILL)
    until = time.monotonic() + 5
    while find(embedded.data) is not None and time.monotonic() < until:
        time.sleep(0.02)
    assert find(embedded.data) is None
    assert embedded.start().pid != first.pid


def test_what_does_not_end_by_itself_is_killed(embedded: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "TERM_SECONDS", 0.3)
    os.kill(embedded.start().pid, signal.SIGSTOP)
    assert embedded.stop() is not None
    assert find(embedded.data) is None


def test_a_folder_in_which_nothing_ever_ran(tmp_path: Path) -> None:
    assert find(tmp_path / "nowhere") is None
    assert stop(tmp_path / "nowhere") is None
    assert not (tmp_path / "nowhere").exists()
