"""`python -m tests.bench [PART ...]`: measure, print the tables, write build/bench.json (of parts, bench-PART.json)."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console

from services.broker.errors import BrokerNotInstalled
from tests.bench.decide import decide
from tests.bench.faust_path import faust_path
from tests.bench.latency import latency
from tests.bench.report import Table, machine, write_json
from tests.bench.stages import stages

PARTS: Final[dict[str, Callable[[], list[Table]]]] = {
    "stages": stages,
    "faust_path": faust_path,
    "latency": latency,
    "decide": decide,
}
RESULTS: Final = Path("build")
LEAST_WIDTH: Final = 120


def main(chosen: list[str]) -> None:
    """Run these parts, all of them when none is named."""
    if unknown := set(chosen) - PARTS.keys():
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    console, began, tables = Console(), time.monotonic(), list[Table]()
    console.width = max(console.width, LEAST_WIDTH)
    console.print(f"{machine()}\nCPU time unless it says otherwise; trust the ratios.\n", highlight=False)
    for name in chosen or PARTS:
        try:
            measured = PARTS[name]()
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
