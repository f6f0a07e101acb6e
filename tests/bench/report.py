"""What was measured: printed as tables and kept as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

Cell = str | int | float | None

LIBRARIES = ("faust-streaming", "aiokafka", "confluent-kafka", "pydantic", "feedparser", "httpx", "uvloop")


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one kind. The first columns of a row say what it is about; it is made when they are measured."""

    name: str
    """Its key in the JSON."""
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    limits: str
    """What limits these figures, and how that was found."""
    load: str = field(default_factory=lambda: "load " + " ".join(f"{average:.1f}" for average in os.getloadavg()))
    """How busy the machine was, by us and by others."""

    def show(self, console: Console) -> None:
        """Print it."""
        table = RichTable(
            *self.columns, title=f"{self.title}  ({self.load})", title_justify="left", box=box.SIMPLE_HEAD
        )
        for column, cell in zip(table.columns, self.rows[0], strict=True):
            column.justify = "left" if isinstance(cell, str) else "right"
        for row in self.rows:
            table.add_row(*map(_text, row))
        console.print(table)
        console.print(f"  What limits it: {' '.join(self.limits.split())}\n", markup=False, highlight=False)


def write_json(path: Path, tables: Sequence[Table]) -> None:
    """Keep the figures, each row by its columns' names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "machine": machine(),
        "tables": {
            table.name: {
                "title": table.title,
                "load": table.load,
                "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
                "limits": " ".join(table.limits.split()),
            }
            for table in tables
        },
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def machine() -> str:
    """What it ran on. Figures of two machines do not compare; their ratios nearly do."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, {libraries}"


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.2f}" if abs(cell) < 10 else f"{cell:.1f}" if abs(cell) < 100 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else cell
