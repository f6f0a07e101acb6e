"""Docker, where Tocsin is to run by Compose: whether it can, before `docker compose up` says so in its own words."""

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from services.cli.doctor.finding import GIB, Finding, error, named, ok, sized, warning
from services.cli.doctor.machine import LEAST_MEMORY

FILE: Final = "docker-compose.yml"
OLDEST_COMPOSE: Final = (2, 20)
"""README and docs/compose.md say so too."""
PORTS: Final[Mapping[str, int]] = {"TOCSIN_API_PORT": 8070, "TOCSIN_PUSH_PORT": 8090}
"""What Compose publishes on this machine, by the variable that says where."""
LITTLE_DISK: Final = 5 * GIB
SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Engine:
    """What was seen of Docker."""

    installed: bool
    answers: bool = False
    said: str = ""
    """Why it does not answer."""
    compose: tuple[int, ...] | None = None
    """The version of `docker compose`; None where there is none."""
    memory: int = 0
    """Bytes that containers can have together."""
    room: int | None = None
    """Bytes that are free where it keeps images and volumes; None where that is on another machine."""
    runs: bool = False
    """Whether containers of this project run."""
    taken: tuple[int, ...] = field(default=())
    """Of the ports that Compose publishes, those that another program has."""


def look_at_docker(*, needed: bool) -> Iterable[Finding]:
    """Look at Docker in a folder with the Compose file.

    Args:
        needed: whether no broker was reached and no process of ours answers, so that it may have to start them.
    """
    return judge_docker(ask_engine(), needed=needed)


def judge_docker(engine: Engine, *, needed: bool) -> Iterator[Finding]:
    """Whether `docker compose up -d --wait` can succeed. Who has a broker without Docker needs none."""
    if not needed and not engine.runs:
        yield ok("docker", "not needed: Tocsin or its broker runs without it, and nothing of Compose runs here")
        return
    if not engine.installed:
        fix = "install Docker Engine with its plugin compose; or run without it: tocsin broker start, tocsin run all"
        yield warning("docker", "Docker is not installed", fix)
        return
    if not engine.answers:
        fix = "start it (systemctl start docker, or Docker Desktop); let this user use it (group docker), or use sudo"
        yield warning("docker", f"Docker does not answer: {engine.said}", fix)
        return
    found = list(_of_engine(engine))
    yield from found
    if not found:
        version = ".".join(map(str, engine.compose or ()))
        yield ok("docker", f"Docker answers, Compose {version}, {sized(engine.memory)} of memory")


def _of_engine(engine: Engine) -> Iterator[Finding]:
    oldest = ".".join(map(str, OLDEST_COMPOSE))
    if engine.compose is None:
        yield error("docker", "docker compose is missing", f"install the plugin compose, {oldest} or later")
    elif engine.compose < OLDEST_COMPOSE:
        version = ".".join(map(str, engine.compose))
        what = f"Compose is {version}, and the file needs {oldest}"
        yield error("docker", what, "update the plugin docker-compose-plugin, or Docker Desktop")
    if engine.memory and engine.memory < LEAST_MEMORY:
        what = f"containers have {sized(engine.memory)} of memory together, and Tocsin is made for 2 GiB or more"
        yield warning("docker", what, "give the machine, or the virtual machine of Docker, more")
    if engine.room is not None and engine.room < LITTLE_DISK:
        what = f"{sized(engine.room)} free where Docker keeps images and volumes"
        yield warning("docker", what, "docker system prune, or a larger disk; docs/retention.md says what is kept")
    if engine.taken:
        what = f"port {named(map(str, engine.taken))} of this machine is taken by another program"
        fix = f"end it (ss -ltnp shows which), or publish others: {' and '.join(PORTS)} in the environment or in .env"
        yield warning("docker", what, fix)


def ask_engine() -> Engine:
    """Ask Docker, without changing anything."""
    if shutil.which("docker") is None:
        return Engine(installed=False)
    told, said = _run("docker", "info", "--format", "{{json .}}")
    info: Mapping[str, object] = {}
    with suppress(ValueError):
        info = json.loads(told) or {}
    if not info.get("ServerVersion"):
        errors = info.get("ServerErrors")
        why = str(errors[0]) if isinstance(errors, list) and errors else said.strip().partition("\n")[0]
        return Engine(installed=True, said=why or "no answer")
    version, _ = _run("docker", "compose", "version", "--short")
    containers, _ = _run("docker", "compose", "ps", "--quiet")
    root = Path(str(info.get("DockerRootDir") or "/nowhere"))
    runs = bool(containers.strip())
    return Engine(
        installed=True,
        answers=True,
        compose=version_of(version),
        memory=int(str(info.get("MemTotal") or 0)),
        room=_room(root),
        runs=runs,
        taken=() if runs else tuple(port for port in published(os.environ) if is_taken(port)),
    )


def version_of(told: str) -> tuple[int, ...] | None:
    """`v2.29.1-desktop.1` is (2, 29, 1)."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", told)
    return tuple(int(number) for number in found.groups() if number) if found else None


def published(environment: Mapping[str, str]) -> list[int]:
    """The ports that Compose would publish."""
    written = {name: environment.get(name, "") for name in PORTS}
    return [int(written[name]) if written[name].isdigit() else port for name, port in PORTS.items()]


def is_taken(port: int) -> bool:
    """Whether another program listens on a port of 127.0.0.1; nothing is sent to it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _room(root: Path) -> int | None:
    existing = next((each for each in (root, *root.parents) if os.access(each, os.X_OK) and each.exists()), None)
    if existing is None or existing == Path("/"):
        return None
    return shutil.disk_usage(existing).free


def _run(*command: str) -> tuple[str, str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "", f"no answer within {SECONDS:.0f} s"
    except OSError as reason:
        return "", reason.strerror or str(reason)
    return done.stdout, done.stderr
