"""`tocsin pack import`: a list that others publish, as a file of the pack."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from services.backbone.configuration import Part
from services.backbone.errors import TocsinError
from services.backbone.layers import read_layers
from services.backbone.settings import load_settings
from services.cli.options import Config
from services.cli.pack.imported import entries, written
from services.cli.pack.lists import Format, ListUnreadable, Record, read_list
from services.tagging.layers import layered
from services.tagging.pack_file import PackFile


class NotWritten(TocsinError):
    """The file cannot be written."""


def import_list(
    file: Annotated[Path, typer.Argument(help="The list; - for standard input.")],
    form: Annotated[Format, typer.Option("--format", help="What the list is written in.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file of the pack; standard output if not given.", show_default=False),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Of organisations: organisation or armed-group.", show_default=False)
    ] = None,
    config: Config = None,
) -> None:
    """Turn a list into entries of the pack, without those who are known. Run again, it makes the file anew."""
    if kind not in (None, "organisation", "armed-group"):
        raise typer.BadParameter("--kind is organisation or armed-group")
    layers = _without(read_layers(load_settings(config=config).config, "pack", PackFile), output)
    *below, _ = layers
    changeable = frozenset(actor.id for layer in below for actor, _, _ in layer.items("actors"))
    found = entries(_records(file, form), layered(layers).pack)
    text = written(found, changeable, "standard input" if str(file) == "-" else file.name, kind)
    if output is None:
        sys.stdout.write(text)
    else:
        _write(output, text)
    told = f"{len(found.new)} new, {found.known} known already, {found.refused} without a name that can be searched for"
    Console(stderr=True, soft_wrap=True, highlight=False).print(Text(told))


def _records(file: Path, form: Format) -> Iterator[Record]:
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise ListUnreadable(f"{file} cannot be read: {error.strerror}; name the file of the list") from None
    return read_list(body, form)


def _without(layers: tuple[Part[PackFile], ...], output: Path | None) -> tuple[Part[PackFile], ...]:
    """The layers without what an earlier import wrote there: the list is sorted out as if for the first time."""
    *below, own = layers
    if output is None:
        return layers
    files = tuple((file, values) for file, values in own.files if Path(file.file).name != output.name)
    return (*below, Part(files, own.digest))


def _write(output: Path, text: str) -> None:
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        temporary = output.with_name(f".{output.name}.tmp")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(output)
    except OSError as error:
        raise NotWritten(f"{output} cannot be written: {error.strerror}; name another file by --output") from None
