"""A clone that lacks the last release says so: a skip that is seen, and a failure where CI=true."""

import subprocess
from pathlib import Path

import pytest

from tests.upgrade import last_release


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)], ids=["elsewhere", "in-ci"]
)
def test_a_clone_without_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    monkeypatch.setattr(last_release, "CHECKOUT", tmp_path)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=r"v\d+\.\d+\.\d+ .* is not in this clone; fetch all of it: git fetch"):
        last_release.unpack(tmp_path / "release")
