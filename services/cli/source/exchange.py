"""`tocsin source import` and `export`: lists of feeds as OPML, in which readers hand them over."""

import asyncio
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from services.backbone.configuration import read_part
from services.backbone.errors import TocsinError
from services.backbone.settings import load_settings
from services.cli.options import Config
from services.cli.source.add import BadSource, make_source
from services.cli.source.asking import trouble
from services.cli.source.options import AllowNetwork, networks
from services.cli.source.progress import bar
from services.cli.source.testing import ask_all
from services.cli.source.writing import key_of, known_by_address, write_sources
from services.ingestion.opml import MAX_BYTES, OpmlUnreadable, Outline, read_opml, write_opml
from services.ingestion.source_names import id_of, name_of, slug
from services.ingestion.sources import Source, SourcesFile, load_sources

TOLD = 20
"""Duplicates and refusals that are told one by one; of more only their number."""


@dataclass(slots=True)
class Import:
    """What became of the feeds of a list."""

    files: defaultdict[str, list[Source]] = field(default_factory=lambda: defaultdict(list))
    duplicates: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def import_opml(
    file: Annotated[Path, typer.Argument(help="An OPML file; - for standard input.", metavar="FILE")],
    test: Annotated[bool, typer.Option("--test", help="Ask each feed, and leave out what does not answer.")] = False,
    allow_network: AllowNetwork = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be written, and write nothing.")] = False,
    config: Config = None,
) -> None:
    """Add the feeds of an OPML list, each of its folders as a file of sources. Exit status 1 when none is added."""
    folder = load_settings(config=config).config
    allowed, known = networks(allow_network), load_sources(folder).sources
    outlines = list(read_opml(_read(file)))
    fallback = slug(file.stem) if str(file) != "-" else ""
    done = sort_out(outlines, known, fallback or "imported", {"allow_networks": allowed} if allowed else {})
    if test:
        _leave_out_what_does_not_answer(done)
    console = Console(soft_wrap=True, highlight=False)
    added = 0
    for name, sources in done.files.items():
        if sources:
            path = folder / "sources" / f"{name}.yaml" if dry_run else write_sources(folder, name, sources)
            console.print(Text(f"{path}: {len(sources)} added"))
            added += len(sources)
    for what, told in (("already there", done.duplicates), ("refused", done.refused)):
        for line in told[:TOLD]:
            console.print(Text(f"{what}: {line}"))
        if len(told) > TOLD:
            console.print(Text(f"{what}: and {len(told) - TOLD} more"))
    counts = f"{added} added, {len(done.duplicates)} already there, {len(done.refused)} refused"
    console.print(Text(f"{len(outlines)} feeds: {counts}{', nothing written' if dry_run else ''}"))
    if not added:
        raise typer.Exit(1)


def export_opml(config: Config = None) -> None:
    """Print the feeds as OPML 2.0, a folder for each file of sources. Headers and tokens stay here."""
    folder = load_settings(config=config).config
    items = [(file.file, source) for source, file, _ in read_part(folder, "sources", SourcesFile).items("sources")]
    others = sum(source.kind != "feed" for _, source in items)
    outlines = (
        Outline(source.url, source.name, (Path(file).stem,), source.language, f"https://{source.site[0]}/")
        for file, source in items
        if source.kind == "feed"
    )
    sys.stdout.writelines(write_opml("Tocsin", outlines, datetime.now(UTC)))
    if others:
        typer.echo(f"{others} sources are no feeds and cannot be written in OPML: sitemaps, pages, folders", err=True)


def sort_out(outlines: list[Outline], known: tuple[Source, ...], fallback: str, values: dict[str, object]) -> Import:
    """Make sources of outlines, each feed once."""
    done = Import()
    ids, addresses = {source.id for source in known}, known_by_address(known)
    with bar("reading", len(outlines)) as progress:
        for outline in outlines:
            progress.step()
            key = key_of(outline.url)
            if key in addresses:
                done.duplicates.append(f"{outline.url} (as {addresses[key]!r})")
                continue
            name = name_of(outline.name, outline.url)
            identifier = id_of(outline.url, name, ids)
            written = {"id": identifier, "name": name, "url": outline.url} | values
            if outline.language:
                written["language"] = outline.language.partition("-")[0].lower()
            try:
                source = make_source(written)
            except BadSource as error:
                done.refused.append(f"line {outline.line}: {error}")
                continue
            ids.add(identifier)
            addresses[key] = identifier
            file = "-".join(part for part in map(slug, outline.folder) if part)
            done.files[file or fallback].append(source)
    return done


def _leave_out_what_does_not_answer(done: Import) -> None:
    sources = [source for of_file in done.files.values() for source in of_file]
    silent = set()
    for source, result in zip(sources, asyncio.run(ask_all(sources)), strict=True):
        if isinstance(result, TocsinError):
            what, fix = trouble(result)
            done.refused.append(f"{source.url}: {what}; {fix}")
            silent.add(source.id)
    for file, of_file in done.files.items():
        done.files[file] = [source for source in of_file if source.id not in silent]


def _read(file: Path) -> bytes:
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise OpmlUnreadable(f"{file} cannot be read: {error.strerror}; name an OPML file") from None
