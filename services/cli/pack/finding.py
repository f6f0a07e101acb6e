"""What `tocsin pack check` finds, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.backbone.errors import Location

Level = Literal["warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a pack that a person should look at."""

    level: Level
    """A warning makes the exit status 1; a note may be as it was meant."""
    kind: str
    """What sort of thing, as `collision`."""
    where: Location
    what: str
    fix: str


def print_findings(findings: Sequence[Finding], *, as_json: bool, most: int) -> None:
    """The warnings first, each in a line; of each kind `most` at most for people, all of them for programs."""
    ordered = sorted(findings, key=lambda found: (found.level == "note", found.kind))
    if as_json:
        for found in ordered:
            where = {"file": found.where.file, "line": found.where.line, "path": found.where.path}
            line = {"level": found.level, "kind": found.kind, **where, "what": found.what, "fix": found.fix}
            typer.echo(json.dumps(line, ensure_ascii=False))
        return
    console = Console(soft_wrap=True, highlight=False)
    counts = dict[str, int]()
    for found in ordered:
        counts[found.kind] = counts.get(found.kind, 0) + 1
        if counts[found.kind] <= most:
            style = "bold red" if found.level == "warning" else "bold"
            console.print(Text.assemble((found.kind, style), f" {found.where}: {found.what}; ", (found.fix, "green")))
    table = Table("level", "kind", "found", "told", box=None, pad_edge=False)
    for kind, number in counts.items():
        level = next(found.level for found in ordered if found.kind == kind)
        table.add_row(level, kind, str(number), str(min(number, most)))
    console.print(table if counts else Text("nothing found"))
