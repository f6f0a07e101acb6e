"""The last release's own code, out of git, to run beside this one's."""

import io
import os
import subprocess
import sys
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]


@dataclass(frozen=True)
class Release:
    """A release as its tag has it, unpacked."""

    tag: str
    commit: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """In which its code runs, and that of the processes that it starts: not this checkout's."""
        return {"PYTHONPATH": str(self.folder)}

    def runs(self, *command: str, **environment: str) -> str:
        """What a command line of Python prints, by this release's code."""
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=os.environ | self.environment | environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout


def unpack(folder: Path) -> Release:
    """The last release, in this folder. Where its commit is not at hand, tests are skipped; in CI they fail."""
    written = tomllib.loads((HERE / "last_release.toml").read_text(encoding="utf-8"))
    tag, commit = written["tag"], written["commit"]
    if not _is_there(commit):
        reason = f"{tag} ({commit[:7]}) is not in this clone; fetch all of it: git fetch --unshallow --tags"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    if (tagged := _git("rev-parse", "--verify", "--quiet", f"{tag}^{{commit}}")) is not None:
        assert tagged.decode().strip() == commit, f"{tag} is another commit than last_release.toml says"
    archive = _git("archive", "--format=tar", commit)
    assert archive is not None
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return Release(tag, commit, folder)


def _is_there(commit: str) -> bool:
    return _git("cat-file", "-e", f"{commit}^{{tree}}") is not None


def _git(*arguments: str) -> bytes | None:
    """What git says; None where it refuses, or is not there."""
    try:
        done = subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
