"""`tocsin doctor`: look at everything, say what is the matter, and what to do. Reads only."""

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from services.backbone.errors import SettingsError
from services.backbone.settings import load_settings
from services.cli.doctor.examine import examine
from services.cli.doctor.finding import Finding, State, counted, error, worst
from services.cli.options import Config, Json

_STYLES: Final = {State.OK: "green", State.WARNING: "yellow", State.ERROR: "bold red"}

app = typer.Typer(add_completion=False)


@app.command()
def doctor(
    config: Config = None,
    as_json: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 for a warning, too.")] = False,
    processes: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="Where a process has its health port, as http://host:8080; may be given several times.",
            show_default="where tocsin run all, or Compose, has them",
        ),
    ] = None,
) -> None:
    """Say what is the matter with this installation, and what to do. Changes nothing. Exit status 1 for an error."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        settings = load_settings(config=config)
    except SettingsError as reason:
        fix = "correct the environment: the variable, or the file it names; nothing else was looked at"
        findings = [error("settings", line, fix) for line in str(reason).splitlines()]
    else:
        with suppress(KeyboardInterrupt):
            findings = asyncio.run(examine(settings, processes or ()))
    if as_json:
        _print_json(findings)
    else:
        show(Console(soft_wrap=True, highlight=False), findings)
    if worst(findings) is State.ERROR or (strict and worst(findings) is State.WARNING):
        raise typer.Exit(1)


def show(console: Console, findings: Sequence[Finding]) -> None:
    """Print the findings in columns, and how many are no good."""
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        console.print(
            Text.assemble(
                (f"{finding.state.value:7}", _STYLES[finding.state]),
                f"  {finding.check:{width}}  {finding.found}",
                *((f"\n{'':{width + 11}}", (f"> {finding.fix}", "cyan")) if finding.fix else ()),
            )
        )
    counts = {state: sum(finding.state is state for finding in findings) for state in State}
    errors, warnings = counts[State.ERROR], counts[State.WARNING]
    if errors or warnings:
        console.print(Text(f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"))
    else:
        console.print(Text("all well", "green"))


def _print_json(findings: Sequence[Finding]) -> None:
    lines = [
        {"check": finding.check, "state": finding.state.value, "found": finding.found, "fix": finding.fix}
        for finding in findings
    ]
    typer.echo(json.dumps(lines, ensure_ascii=False, indent=2))
