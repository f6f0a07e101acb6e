"""`tocsin check`: read the configuration as every service would, and tell all that is wrong at once."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from services.alerting.api.tokens import check_access
from services.alerting.holding.silences import check_silences
from services.alerting.notify.routing import check_channels
from services.alerting.watching.book import check_book
from services.backbone.configuration import PARTS
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.settings import load_settings
from services.cli.options import Config, Json
from services.ingestion.sources import load_sources
from services.tagging.pack import load_engine

READERS: tuple[Callable[[Path], Any], ...] = (load_sources, load_engine)


app = typer.Typer(add_completion=False)


@app.command()
def check(config: Config = None, as_json: Json = False) -> None:
    """Validate the configuration folder. Exit status 1 when something is wrong."""
    folder = load_settings(config=config).config
    defects = list(dict.fromkeys(defects_of(folder)))
    if as_json:
        for defect in defects:
            where = defect.where
            line = {"file": where.file, "line": where.line, "path": where.path, "what": defect.what, "fix": defect.fix}
            typer.echo(json.dumps(line, ensure_ascii=False))
    else:
        console = Console(soft_wrap=True, highlight=False)
        for defect in defects:
            console.print(Text.assemble((str(defect.where), "bold"), f": {defect.what}; ", (defect.fix, "green")))
        files = {part: len(list(folder.glob(pattern))) for part, pattern in PARTS.items()}
        counts = ", ".join(f"{_count(number, 'file')} of {part}" for part, number in files.items())
        console.print(Text(f"{folder}: {_count(len(defects), 'defect')} in {counts}"))
    if defects:
        raise typer.Exit(1)


def _count(number: int, thing: str) -> str:
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"


def defects_of(folder: Path) -> Iterator[Defect]:
    """All that is wrong with a configuration folder; one defect may come more than once."""
    for read in READERS:
        try:
            read(folder)
        except ConfigurationError as error:
            yield from error.defects
    yield from check_book(folder)
    yield from check_silences(folder)
    yield from check_access(folder)
    with suppress(ConfigurationError):  # check_book has told it
        yield from check_channels(folder)
