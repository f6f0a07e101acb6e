"""What holds for every command: it explains itself, and an error is one message with the fix."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from services.broker import free_port
from services.cli.app import app
from tests.cli.command import invoke, run, variables_with


def commands(group: TyperGroup, *words: str) -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, *words, name)
        else:
            assert isinstance(command, TyperCommand)
            yield " ".join([*words, name]), command


COMMANDS = dict(commands(typer.main.get_command(app)))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_its_options(name: str) -> None:
    told = invoke(*name.split(), "--help")
    assert told.exit_code == 0
    assert (COMMANDS[name].help or "").endswith(".")
    for parameter in COMMANDS[name].params:
        assert getattr(parameter, "help", None), f"{name}: {parameter.name} has no help"


def test_what_people_and_scripts_read_can_be_had_as_json() -> None:
    with_json = {name for name, command in COMMANDS.items() if any("--json" in p.opts for p in command.params)}
    assert with_json >= {
        *("check", "tag", "alerts tail", "topics list", "topics provision", "broker status", "dead-letters list")
    }


@pytest.mark.parametrize(
    "command",
    ["topics provision", "topics list", "alerts tail", "dead-letters list", "dead-letters replay"],
)
def test_a_broker_that_is_away_is_told_with_the_fix(command: str) -> None:
    address = f"127.0.0.1:{free_port()}"
    told = run(*command.split(), TOCSIN_KAFKA_BOOTSTRAP_SERVERS=address)
    assert (told.returncode, told.stdout) == (1, "")
    message = told.stderr.splitlines()[-1]
    assert message.startswith(f"error: no broker answers at {address}")
    assert message.endswith("start one (tocsin broker start) or correct TOCSIN_KAFKA_BOOTSTRAP_SERVERS")
    assert "Traceback" not in told.stderr


def test_no_command_is_answered_with_help() -> None:
    told = invoke()
    assert all(name.split()[0] in told.output for name in COMMANDS)


def test_it_is_installed_as_a_program_that_completes_in_the_shell(tmp_path: Path) -> None:
    tocsin = Path(sys.executable).with_name("tocsin")
    environment = variables_with(HOME=str(tmp_path), SHELL="/bin/bash")
    words = {"_TOCSIN_COMPLETE": "complete_bash", "COMP_WORDS": "tocsin dead-letters ", "COMP_CWORD": "2"}
    completed = subprocess.run([tocsin], env=environment | words, capture_output=True, text=True, check=True)
    assert completed.stdout.split() == ["list", "replay"]

    typed = ["bash", "-c", f"'{tocsin}' --install-completion; exit $?"]
    installed = subprocess.run(typed, env=environment, capture_output=True, text=True, check=True)
    assert "completion installed" in installed.stdout
    assert "tocsin" in (tmp_path / ".bashrc").read_text(encoding="utf-8")
