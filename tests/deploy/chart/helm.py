"""Helm, and what the chart is judged by: built or fetched once by Go, and kept in a cache outside the checkout."""

import fcntl
import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

VERSION = "v3.22.0"
KUBERNETES = "1.34"
"""The version that the chart is rendered and validated for."""
CACHE = Path.home() / ".cache" / "tocsin-tests"
CHART = Path(__file__).resolve().parents[3] / "deploy" / "helm" / "tocsin"

Manifest = dict[str, Any]


class Refused(Exception):
    """Helm renders nothing; its message is what it said."""


@cache
def helm() -> Path:
    """Helm. Where neither it nor Go is, the test is skipped with the reason; in CI it fails.

    The first time it is built, which takes two to four minutes on two cores.
    """
    if found := shutil.which("helm"):
        return Path(found)
    built = CACHE / f"helm-{VERSION}" / "helm"
    built.parent.mkdir(parents=True, exist_ok=True)
    with (built.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            _go("install", f"helm.sh/helm/v3/cmd/helm@{VERSION}", GOBIN=str(built.parent), GOFLAGS="")
    return built


@cache
def module(name: str, version: str) -> Path:
    """The files of a Go module, as its authors published them."""
    told = json.loads(_go("mod", "download", "-json", f"{name}@{version}", GOFLAGS="-mod=mod"))
    return Path(told["Dir"])


def _go(*arguments: str, **environment: str) -> str:
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")  # where its installer puts it
    if go is None:
        reason = "the chart is rendered by Helm, and neither it nor Go to build it is on this machine"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    CACHE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [go, *arguments], cwd=CACHE, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout


def render(*values: Path, chart: Path = CHART, **settings: object) -> list[Manifest]:
    """The chart's objects.

    Args:
        values: files of values, the last one wins.
        chart: a folder or a package.
        settings: further values by their path, its parts parted by `__`; any that JSON can say.

    Raises:
        Refused: by the schema of the values, or by a check of the chart.
    """
    command: list[str | Path] = [
        helm(),
        "template",
        "tocsin",
        chart,
        "--namespace",
        "desk",
        "--kube-version",
        KUBERNETES,
    ]
    for path in values:
        command += ["--values", path]
    for name, value in settings.items():
        command += ["--set-json", f"{name.replace('__', '.')}={json.dumps(value)}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(done.stderr)
    return [manifest for manifest in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader) if manifest]


def lint(*values: Path) -> str:
    """What `helm lint --strict` says.

    Raises:
        Refused: it is not content.
    """
    command: list[str | Path] = [helm(), "lint", "--strict", CHART]
    for path in values:
        command += ["--values", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(done.stdout + done.stderr)
    return done.stdout


def package(folder: Path) -> Path:
    """The chart as it is published."""
    subprocess.run([helm(), "package", CHART, "--destination", folder], capture_output=True, check=True)
    [packed] = folder.glob("*.tgz")
    return packed
