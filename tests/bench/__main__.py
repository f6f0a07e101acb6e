"""`python -m tests.bench [PART ...]`: measure, print the tables, write build/bench.json (of parts, bench-PART.json)."""

import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Final

from rich.console import Console

from services.broker.errors import BrokerNotInstalled
from tests.bench.report import Table, machine, write_json

PARTS: Final = (
    "feeds",
    "pages",
    "near_duplicates",
    "stories",
    "language",
    "incidents",
    "accuracy",
    "tagging",
    "polls",
    "stages",
    "faust_path",
    "latency",
    "watches",
    "decide",
    "restore",
    "backup",
    "reload",
    "delivery",
    "streams",
)
"""Each is a module of this folder, imported when it is run, and a function of the same name in it."""
RESULTS: Final = Path("build")
LEAST_WIDTH: Final = 120


def main(chosen: list[str]) -> None:
    """Run these parts, all of them when none is named."""
    if unknown := set(chosen) - set(PARTS):
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    console, began, tables = Console(), time.monotonic(), list[Table]()
    console.width = max(console.width, LEAST_WIDTH)
    console.print(f"{machine()}\nCPU time unless it says otherwise; trust the ratios.\n", highlight=False)
    for name in chosen or PARTS:
        try:
            measured: list[Table] = getattr(import_module(f"tests.bench.{name}"), name)()
        except BrokerNotInstalled as error:
            sys.exit(f"{name} needs Apache Kafka: {error}")
        for table in measured:
            table.show(console)
        tables += measured
    results = RESULTS / f"{'-'.join(['bench', *chosen])}.json"
    write_json(results, tables)
    console.print(f"{time.monotonic() - began:.0f} s; the figures are in {results}", highlight=False)


if __name__ == "__main__":
    main(sys.argv[1:])
