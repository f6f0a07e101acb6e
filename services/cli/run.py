"""`tocsin run`: one stage as a process of its own, or all six under one small supervisor."""

import signal
import subprocess
import sys
import time
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
    """Start the six, start anew what ends, and end them together."""
    configure_logging(settings.log_format, settings.log_level)
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    commands = {
        stage: stage_command(stage, settings.config, settings.port and settings.port + index)
        for index, stage in enumerate(BODIES)
    }
    children = {stage: subprocess.Popen(command) for stage, command in commands.items()}
    failures = dict.fromkeys(commands, 0)
    due: dict[Stage, float] = {}
    while not stopping:
        time.sleep(0.1)
        now = time.monotonic()
        for stage, child in children.items():
            if child.poll() is not None and stage not in due:
                wait = RESTART_SECONDS[min(failures[stage], len(RESTART_SECONDS) - 1)]
                log.warning("stage.ended", stage=stage.value, status=child.returncode, again_in_seconds=wait)
                failures[stage] += 1
                due[stage] = now + wait
        for stage in [stage for stage, when in due.items() if when <= now]:
            del due[stage]
            children[stage] = subprocess.Popen(commands[stage])
    return end_processes(list(children.values()))


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
