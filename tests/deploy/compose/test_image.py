"""The image: what is in it, and who it runs as."""

import json
import re
import tomllib
from typing import Any

import pytest

from tests.deploy.compose.engine import ROOT, DockerFailed, docker, image, inspected

pytestmark = pytest.mark.timeout(900)  # the first run builds it

_LOCKED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


@pytest.fixture(scope="module")
def built() -> dict[str, Any]:
    """What the engine knows of it."""
    return inspected(image())


def runs(*command: str, entrypoint: str | None = None) -> str:
    """What a command prints in a container that may do as little as those of the compose file."""
    confined = ["--rm", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none"]
    return docker("run", *confined, *([f"--entrypoint={entrypoint}"] if entrypoint else []), image(), *command)


def test_it_says_what_it_is(built: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    labels = built["Config"]["Labels"]
    assert labels["org.opencontainers.image.version"] == project["version"]
    assert labels["org.opencontainers.image.licenses"] == project["license"]
    assert {"org.opencontainers.image.title", "org.opencontainers.image.revision"} <= labels.keys()
    assert f"tocsin:{project['version']}" in (ROOT / "docker-compose.yml").read_text("utf-8")


def test_it_runs_as_nobody_under_an_init_that_reaps(built: dict[str, Any]) -> None:
    assert built["Config"]["User"] == "10001:10001"
    assert built["Config"]["Entrypoint"] == ["tini", "--", "tocsin"]
    assert runs("-c", "id -u; id -g", entrypoint="sh").split() == ["10001", "10001"]


def test_commands_work_where_nothing_can_be_written() -> None:
    assert "no defects" in runs("check")


def test_the_bill_of_materials_names_each_package_that_is_in_it() -> None:
    listed = {
        (component["name"].lower().replace("_", "-").replace(".", "-"), component["version"])
        for component in json.loads(runs("/usr/share/doc/tocsin/sbom.cdx.json", entrypoint="cat"))["components"]
    }
    script = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()), sep='\\n')"
    within = _LOCKED.findall(
        re.sub(r"[_.](?=.*==)", "-", runs("-c", script, entrypoint="/opt/tocsin/bin/python").lower())
    )
    assert len(within) > 50
    assert listed >= set(within) - {("tocsin", version) for name, version in within if name == "tocsin"}
    locked = set(_LOCKED.findall((ROOT / "deploy" / "requirements.lock").read_text("utf-8")))
    assert {(name, version) for name, version in within if name != "tocsin"} <= locked


@pytest.mark.parametrize("program", ["pip", "gcc", "apt-get"])
def test_what_is_not_run_is_not_in_our_layers(program: str) -> None:
    try:
        where = runs("-c", f"command -v {program}", entrypoint="sh").strip()
    except DockerFailed:
        return  # it is nowhere
    assert not where.startswith("/opt/tocsin"), "what stands in the base image is the base image's"


def test_its_layers_carry_no_time_and_no_owner_of_the_build() -> None:
    found = runs(
        "-c", "find /opt/tocsin /etc/tocsin /usr/share/doc/tocsin -printf '%Ts %U:%G\\n' | sort -u", entrypoint="sh"
    )
    assert found.split("\n")[:-1] == ["315532800 0:0"]
