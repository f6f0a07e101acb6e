"""`tocsin restore`: a backup into an empty broker, so that every process goes on from where it was."""

import time
from pathlib import Path
from typing import Annotated

import typer

from services.backbone.backup.archive import Archive
from services.backbone.backup.restoring import restore_backup
from services.backbone.settings import load_settings
from services.cli.backup.showing import shown

app = typer.Typer(add_completion=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `tocsin backup` wrote.")],
    config_to: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write its configuration to this folder.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write the configuration over what is there.")] = False,
    start_again: Annotated[
        bool, typer.Option("--start-again", help="Delete what a restore wrote that was cut short, and begin anew.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only see whether the file is whole, and say what is in it.")
    ] = False,
) -> None:
    """Restore a backup into an empty broker. The file is read to its end before anything is written.

    Stop every process first; start them once it is done.
    """
    began = time.monotonic()
    archive = Archive.open(file)
    manifest, contents = archive.manifest, archive.contents
    typer.echo(
        f"{file}: whole; deployment {manifest.deployment}, taken {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC by Tocsin "
        f"{manifest.tocsin}; {contents.total:,} records"
    )
    if check:
        for topic, taken in manifest.topics.items():
            count = sum(contents.records.get(topic, {}).values())
            typer.echo(f"  {topic:24} {count:>12,}" + ("  what was open" if taken.part == "open" else ""))
        return
    with shown("restore") as moved:
        done = restore_backup(load_settings(), archive, config_to, force=force, start_again=start_again, moved=moved)
    typer.echo(
        f"restored {done.records:,} records, and the place of {done.groups} readers; took "
        f"{time.monotonic() - began:.1f} s"
    )
    if done.letters_left_out:
        typer.echo(f"left out {done.letters_left_out} dead letters: the records that they point to were gone before")
    if config_to is None:
        typer.echo("its configuration was not written; to have it: --config-to FOLDER")
    else:
        typer.echo(f"wrote {done.files} files of the configuration to {config_to}")
    for name in manifest.left_out:
        typer.echo(f"not in it: {name}")
