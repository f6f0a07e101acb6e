"""`tocsin` as people and scripts run it: a process of its own, or in this one where only the words matter."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner, Result

from services.backbone.settings import Settings
from services.cli.app import app

TOCSIN = (sys.executable, "-m", "services.cli")


def invoke(*arguments: str | Path, given: str | bytes = b"", **environment: str) -> Result:
    """Run a command in this process. An error of ours is raised through, not printed: `result.exception`."""
    unset = {name: None for name in os.environ if name.startswith("TOCSIN_")}
    variables = {**unset, "COLUMNS": "200", **environment}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given, env=variables)


def run(*arguments: str | Path, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own."""
    return subprocess.run(
        [*TOCSIN, *map(str, arguments)],
        input=given,
        env=variables_with(**environment),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def variables_with(**more: str) -> dict[str, str]:
    """The environment of a new process: this one's, without a setting of Tocsin but these."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")} | more


def variables_of(settings: Settings) -> dict[str, str]:
    """What tells a process of a test's deployment."""
    return {
        "TOCSIN_CONFIG": str(settings.config),
        "TOCSIN_DEPLOYMENT": settings.deployment,
        "TOCSIN_INSTANCE": settings.instance,
        "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": settings.kafka.bootstrap_servers,
        "TOCSIN_KAFKA_SESSION_TIMEOUT_SECONDS": str(settings.kafka.session_timeout_seconds),
    }


def eventually(happens: Callable[[], bool], what: str, seconds: float = 40) -> None:
    """Wait until something holds that another process does."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, f"did not happen within {seconds} s: {what}"
        time.sleep(0.1)
