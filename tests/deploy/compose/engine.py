"""The container engine, and the image under test built on it."""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.broker.java import fetch_jars, find_java
from tests.broker.conftest import JARS, unavailable
from tests.conftest import SHARED

ROOT: Final = Path(__file__).resolve().parents[3]
DOCKERFILE: Final = ROOT / "deploy" / "Dockerfile"
PYTHON: Final = "python:3.13-slim"
KAFKA: Final = "apache/kafka:4.4.0"
IMAGE: Final = "tocsin-test:local"
LOCK: Final = Path(tempfile.gettempdir()) / "tocsin-test-image.lock"
"""It stays, so that the next run finds its layers."""
STAND_IN: Final = SHARED / "tools" / "docker-standin"
"""Makes base images on a machine that reaches no image registry."""


class DockerFailed(AssertionError):
    """A docker command ended with an error; the message is what it said."""


def docker(*arguments: str, environment: Mapping[str, str] | None = None, seconds: float = 120) -> str:
    """What a docker command prints.

    Raises:
        DockerFailed: it ended with an error.
    """
    done = subprocess.run(
        ["docker", *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise DockerFailed(f"docker {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


@cache
def engine() -> None:
    """Return when there is an engine with Compose; the test is skipped where there is none, and fails in CI."""
    if shutil.which("docker") is None:
        unavailable("docker is not installed; see https://docs.docker.com/engine/install/")
    for asked, fix in (("info", "start the Docker Engine"), ("compose version", "install Docker Compose")):
        try:
            docker(*asked.split())
        except DockerFailed as error:
            unavailable(f"{fix}: {str(error).splitlines()[-1]}")


@cache
def image(tag: str = IMAGE, *, anew: bool = False) -> str:
    """The image of this checkout, built; its name. It stays, so that the next run need not build it."""
    engine()
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two processes that run tests the second finds it built
        return _built(tag, anew)


def _built(tag: str, anew: bool) -> str:
    for base, make in ((PYTHON, [PYTHON]), (KAFKA, [KAFKA, ""])):
        if not docker("image", "ls", "--quiet", base) and STAND_IN.exists():
            folder = [str(fetch_jars(find_java(), JARS))] if make[1:] else []
            subprocess.run([STAND_IN, "kafka" if folder else "python", base, *folder], check=True, capture_output=True)
    build = ["build", "--file", str(DOCKERFILE), "--tag", tag, *(["--no-cache"] if anew else [])]
    environment = {}
    if not inspected(PYTHON).get("RepoDigests"):  # it came from no registry: a stand-in, with settings of this machine
        build += ["--network", "host"]
        environment["DOCKER_BUILDKIT"] = "0"
    docker(*build, str(ROOT), environment=environment, seconds=900)
    return tag


def inspected(name: str) -> dict[str, Any]:
    """What the engine knows of an image or a container, or nothing."""
    try:
        found: list[dict[str, Any]] = json.loads(docker("inspect", name))
    except DockerFailed:
        return {}
    return found[0]
