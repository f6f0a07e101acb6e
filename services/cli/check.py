"""`tocsin check`: read the configuration as every service would, and tell all that is wrong at once."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from services.alerting.watches import load_watches
from services.backbone.configuration import PARTS
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.settings import load_settings
from services.cli.options import Config, Json
from services.ingestion.sources import load_sources
from services.tagging.app import load_engine

READERS: dict[str, Callable[[Path], Any]] = {
    "sources": load_sources,
    "pack": load_engine,
    "watches": load_watches,
}


def check(config: Config = None, as_json: Json = False) -> None:
    """Validate the configuration folder. Exit status 1 when something is wrong."""
    folder = load_settings(config=config).config
    defects = list(dict.fromkeys(_defects(folder)))
    if as_json:
        for defect in defects:
            where = defect.where
            line = {"file": where.file, "line": where.line, "path": where.path, "what": defect.what, "fix": defect.fix}
            typer.echo(json.dumps(line, ensure_ascii=False))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for defect in defects:
            console.print(Text.assemble((str(defect.where), "bold"), f": {defect.what}; ", (defect.fix, "green")))
        counts = ", ".join(f"{len(list(folder.glob(pattern)))} files of {part}" for part, pattern in PARTS.items())
        console.print(f"{folder}: {len(defects) or 'no'} defect{'' if len(defects) == 1 else 's'} in {counts}")
    if defects:
        raise typer.Exit(1)


def _defects(folder: Path) -> Iterator[Defect]:
    for read in READERS.values():
        try:
            read(folder)
        except ConfigurationError as error:
            yield from error.defects
