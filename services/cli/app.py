"""The commands, and what an error looks like: one message with the fix, never a stack trace."""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
import typer.main
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from services.backbone.errors import TocsinError
from services.backbone.telemetry import configure_logging

MODULES = {
    "demo": "services.cli.demo.command",
    "check": "services.cli.check",
    "tag": "services.cli.tag",
    "eval": "services.cli.eval.command",
    "retag": "services.cli.retag",
    "run": "services.cli.run",
    "source": "services.cli.source.command",
    "watch": "services.cli.watch.command",
    "why": "services.cli.why.command",
    "quiet": "services.cli.quiet",
    "silence": "services.cli.silence.command",
    "pack": "services.cli.pack.command",
    "alerts": "services.cli.alerts",
    "deliveries": "services.cli.deliveries",
    "channel": "services.cli.channel.command",
    "route": "services.cli.route",
    "token": "services.cli.token",
    "access": "services.cli.access",
    "topics": "services.cli.topics",
    "broker": "services.cli.broker",
    "doctor": "services.cli.doctor.command",
    "dead-letters": "services.cli.dead_letters",
    "backup": "services.cli.backup.backup",
    "restore": "services.cli.backup.restore",
    "schemas": "services.cli.contract",
}
"""Each command and the module whose `app` it is."""


class _Commands(MutableMapping[str, Any]):
    """The commands; a module is imported when its command is called for, so a process holds only what it uses."""

    def __init__(self) -> None:
        self._imported: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._imported:
            command = typer.main.get_command(import_module(MODULES[name]).app)
            command.name = name
            self._imported[name] = command
        return self._imported[name]

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)

    def __setitem__(self, name: str, command: Any) -> None:
        self._imported[name] = command

    def __delitem__(self, name: str) -> None:
        raise TypeError("commands are not removed")


class _Tocsin(TyperGroup):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _Commands()


app = typer.Typer(name="tocsin", cls=_Tocsin, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def tocsin() -> None:
    """Watches the news and rings when someone you watch is in it."""


def main() -> None:
    """Run the command line. Exit status: 0 done, 1 an error that was told, 2 wrong usage."""
    configure_logging("auto", "warning")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # our own message says what it would say
    try:
        app()
    except TocsinError as error:
        Console(stderr=True, soft_wrap=True).print(Text.assemble(("error: ", "bold red"), str(error)))
        sys.exit(1)


if __name__ == "__main__":
    main()
