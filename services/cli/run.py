"""`tocsin run`: one stage as a process of its own, or all six under one small supervisor."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from services.backbone.process import run_process
from services.backbone.settings import Settings, load_settings
from services.backbone.telemetry import configure_logging, logger
from services.cli.options import Config

GRACE_SECONDS = 10.0
RESTART_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
MOST_FAILURES = 8
"""In a row: about a minute, which is longer than a port is held by one that ends, or a file is written for."""
LIVED_SECONDS = 60.0
"""One that lived for so long failed for another reason than at its beginning: the row begins anew."""

log = logger()


class Stage(StrEnum):
    """What can be run."""

    INGESTION = "ingestion"
    TAGGING = "tagging"
    MATCH = "match"
    DECIDE = "decide"
    NOTIFY = "notify"
    API = "api"
    ALL = "all"


BODIES = {
    Stage.INGESTION: ("services.ingestion.app", "body"),
    Stage.TAGGING: ("services.tagging.app", "body"),
    Stage.MATCH: ("services.alerting.app", "match_body"),
    Stage.DECIDE: ("services.alerting.app", "decide_body"),
    Stage.NOTIFY: ("services.alerting.app", "notify_body"),
    Stage.API: ("services.alerting.api.app", "api_body"),
}
LINE = (Stage.INGESTION, Stage.TAGGING, Stage.MATCH, Stage.DECIDE, Stage.NOTIFY)
"""From a feed to a channel."""

app = typer.Typer(add_completion=False)


@app.command()
def run(
    stage: Annotated[Stage, typer.Argument(help="Which process; `all` runs the six, each as its own process.")],
    config: Config = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port of /healthz, /readyz and /metrics (TOCSIN_PORT); with `all`, the first of six."),
    ] = None,
) -> None:
    """Run a stage until SIGTERM; it drains within 10 s."""
    settings = load_settings(config=config, port=port)
    if stage is Stage.ALL:
        sys.exit(_supervise(settings))
    module, name = BODIES[stage]
    sys.exit(run_process(stage.value, settings, getattr(import_module(module), name)))


def stage_command(stage: Stage, config: Path, port: int) -> list[str]:
    """The command line of one stage as a process of its own."""
    return [sys.executable, "-m", "services.cli", "run", stage.value, "--config", str(config), "--port", str(port)]


def _supervise(settings: Settings) -> int:
    """Start the six, start anew what ends, and end them together: when told to, or when one cannot be kept up."""
    configure_logging(settings.log_format, settings.log_level)
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    given_up: _Child | None = None
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
        children = [
            _Child(stage, stage_command(stage, settings.config, settings.port and settings.port + index), Path(folder))
            for index, stage in enumerate(BODIES)
        ]
        while not stopping and given_up is None:
            time.sleep(0.1)
            given_up = next((child for child in children if not child.kept_up()), None)
        status = end_processes([child.process for child in children])
        if given_up is None:
            return status
        log.error(
            "stage.given_up", stage=given_up.stage.value, failures=given_up.failures, reason=given_up.reason(),
            fix="mend what the reason says, then start anew; the others have been ended, so that it is seen",
        )  # fmt: skip
        return 1


@dataclass(slots=True)
class _Child:
    """One stage as a process of its own, started anew when it ends."""

    stage: Stage
    command: list[str]
    folder: Path
    failures: int = 0
    """In a row."""
    process: subprocess.Popen[bytes] = field(init=False)
    _began: float = field(init=False)
    _again_at: float | None = None

    def __post_init__(self) -> None:
        self._start()

    def kept_up(self) -> bool:
        """Look after it, without waiting.

        Returns:
            Whether there is hope: it runs, or will be started again.
        """
        now = time.monotonic()
        if self._again_at is not None:
            if now >= self._again_at:
                self._again_at = None
                self._start()
        elif self.process.poll() is not None:
            self.failures = 1 if now - self._began >= LIVED_SECONDS else self.failures + 1
            if self.failures >= MOST_FAILURES:
                return False
            wait = RESTART_SECONDS[min(self.failures, len(RESTART_SECONDS)) - 1]
            status = self.process.returncode
            log.warning("stage.ended", stage=self.stage.value, status=status, again_in_seconds=wait)
            self._again_at = now + wait
        return True

    def reason(self) -> str:
        """Why it ended last, in its own words."""
        with suppress(OSError):
            return self._file().read_text(encoding="utf-8")
        return f"it ended with status {self.process.returncode} and said nothing"

    def _start(self) -> None:
        with suppress(OSError):
            self._file().unlink()
        self._began = time.monotonic()
        self.process = subprocess.Popen(self.command, env=os.environ | {"TOCSIN_REASON_FILE": str(self._file())})

    def _file(self) -> Path:
        return self.folder / self.stage.value


def end_processes(children: list[subprocess.Popen[bytes]]) -> int:
    """SIGTERM to all, SIGKILL to what is left after the grace.

    Returns:
        0 when all ended by themselves, 1 when one had to be killed.
    """
    for child in children:
        if child.poll() is None:
            child.terminate()
    end = time.monotonic() + GRACE_SECONDS
    killed = False
    for child in children:
        try:
            child.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            killed = True
    return int(killed)
