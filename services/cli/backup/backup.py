"""`tocsin backup`: the configuration, what is remembered and the alerts, in one file, while everything runs."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from services.backbone.backup.taking import Taken, take_backup
from services.backbone.settings import load_settings
from services.cli.backup.showing import mebibytes, shown
from services.cli.options import Config, Json

app = typer.Typer(add_completion=False)


@app.command()
def backup(
    target: Annotated[
        Path, typer.Argument(metavar="FILE|FOLDER", help="The file; in a folder, one that is named by the time.")
    ],
    everything: Annotated[
        bool, typer.Option("--everything", help="Also the articles and mentions that are handled already.")
    ] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Take a backup while everything runs: the configuration, what is remembered, the alerts and where each reader is.

    Secrets are not in it, but what you wrote in plain is: keep the file as you keep the configuration.
    """
    settings, began = load_settings(config=config), time.monotonic()
    with shown("backup") as moved:
        taken = take_backup(settings, target, everything=everything, moved=moved)
    if as_json:
        typer.echo(json.dumps(_said(taken, time.monotonic() - began)))
        return
    typer.echo(
        f"{taken.path}: {taken.contents.total:,} records in {mebibytes(taken.size)}, and the place of "
        f"{len(taken.cut.groups)} readers; took {time.monotonic() - began:.1f} s"
    )
    for name in taken.manifest.left_out:
        typer.echo(f"not in it: {name}")


def _said(taken: Taken, seconds: float) -> dict[str, object]:
    return {
        "file": str(taken.path),
        "bytes": taken.size,
        "seconds": round(seconds, 1),
        "taken_at": taken.manifest.taken_at.isoformat(),
        "records": {topic: sum(numbers.values()) for topic, numbers in taken.contents.records.items()},
        "groups": sorted(taken.cut.groups),
        "left_out": list(taken.manifest.left_out),
    }
