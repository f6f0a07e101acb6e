"""The real docker-compose.yml as a project of its own: own name, ports, folders and volumes."""

import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from services.backbone.settings import DEFAULT_CONFIG
from services.broker import free_port
from tests.deploy.compose.engine import ROOT, DockerFailed, docker, image, inspected

LINE: Final = ("ingestion", "tagging", "match", "decide", "notify")
PROCESSES: Final = (*LINE, "api")
OVERRIDE: Final = Path(__file__).with_name("override.yaml")
UID: Final = 10001
_READABLE: Final = 0o755


@dataclass
class Stack:
    """One project, and its folders."""

    folder: Path
    name: str = field(default_factory=lambda: f"tocsin-test-{uuid.uuid4().hex[:8]}")
    push_port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict)
    """Further variables."""
    beside: tuple[Path, ...] = ()
    """Further files that the project's own one is brought up with."""

    def __post_init__(self) -> None:
        for each in (self.config, self.secrets):
            each.mkdir(parents=True)
            each.chmod(_READABLE)  # whatever this user's umask: the processes are another user
        shutil.copytree(DEFAULT_CONFIG / "pack", self.config / "pack")

    @property
    def config(self) -> Path:
        """The configuration folder."""
        return self.folder / "config"

    @property
    def secrets(self) -> Path:
        """The folder of secrets."""
        return self.folder / "secrets"

    def writes(self, file: str, content: object) -> None:
        """Put a file into the configuration folder, whole at once as `mv` does; text stays as it is."""
        path = self.config / file
        path.parent.mkdir(exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
        path.with_suffix(".new").write_text(text, encoding="utf-8")
        path.with_suffix(".new").replace(path)

    def keeps(self, name: str, secret: str, mode: int = 0o444) -> None:
        """Put a secret into its folder."""
        path = self.secrets / name
        path.write_text(secret, encoding="utf-8")
        path.chmod(mode)

    def compose(self, *arguments: str, seconds: float = 150) -> str:
        """What `docker compose` prints for this project."""
        environment = {
            "TOCSIN_IMAGE": image(),
            "TOCSIN_CONFIG_FOLDER": str(self.config),
            "TOCSIN_SECRETS_FOLDER": str(self.secrets),
            "TOCSIN_PUSH_PORT": str(self.push_port),
            "TOCSIN_API_PORT": str(self.api_port),
            "TOCSIN_CANARY_INTERVAL_SECONDS": "30",
            # Not what a desk may have in `.env`.
            **({} if "--env-file" in arguments else {"COMPOSE_ENV_FILES": "/dev/null"}),
            **self.more,
        }
        files = [ROOT / "docker-compose.yml", *self.beside, OVERRIDE]
        named = [part for file in files for part in ("--file", str(file))]
        return docker("compose", "-p", self.name, *named, *arguments, environment=environment, seconds=seconds)

    def up(self) -> None:
        """Bring it up and return when all is healthy, as the README does."""
        self.compose("up", "--detach", "--no-build", "--wait")

    def runs(self, service: str, *command: str) -> str:
        """What a command prints inside the container of a service."""
        return self.compose("exec", "-T", service, *command)

    def logs(self, *services: str) -> str:
        """What they said so far."""
        return self.compose("logs", "--no-color", "--no-log-prefix", *services)

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container."""
        found = self.compose("--profile", "*", "ps", "--all", "--quiet", service).strip()
        return inspected(found) if found else {}

    def left(self, kind: str) -> list[str]:
        """The names of what there is of this project: container, network or volume."""
        every = ["--all"] if kind == "container" else []
        found = docker(kind, "ls", *every, "--filter", f"label=com.docker.compose.project={self.name}", "--format=json")
        return [json.loads(line).get("Names") or json.loads(line)["Name"] for line in found.splitlines()]

    def ready(self, service: str) -> dict[str, Any]:
        """What /readyz of a process says now."""
        command = self.inspect(service)["Config"]["Healthcheck"]["Test"][1:]
        try:
            answer = self.runs(service, *command)
        except DockerFailed as error:
            answer = str(error)
        return json.loads(answer[answer.index("{") : answer.rindex("}") + 1]) if "{" in answer else {}

    @contextmanager
    def removed(self) -> Iterator["Stack"]:
        """For the block; afterwards nothing of it is left, and on an error its logs are printed."""
        try:
            yield self
        except BaseException:
            print(self.logs()[-20_000:])
            raise
        finally:
            self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "3")
            for volume in self.left("volume"):  # of the cluster's variables, which this `down` does not know
                docker("volume", "rm", volume)
