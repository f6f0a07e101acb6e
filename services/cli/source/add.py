"""`tocsin source add`: find the feed of a site, look at it, and write it into `sources/*.yaml`."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from services.backbone.addresses import Networks
from services.backbone.errors import TocsinError
from services.backbone.settings import load_settings
from services.backbone.yaml_list import as_yaml
from services.cli.options import Config
from services.cli.source.asking import asking
from services.cli.source.options import AllowNetwork, address, duration, networks
from services.cli.source.report import describe
from services.cli.source.writing import key_of, known_by_address, write_sources
from services.ingestion.examine import Examined, of_feeds
from services.ingestion.identity.site import site_of
from services.ingestion.source_file import written
from services.ingestion.source_names import id_of, name_of
from services.ingestion.sources import Source, Sources, load_sources


class AlreadyThere(TocsinError):
    """The source is in the configuration."""


class BadSource(TocsinError):
    """What was asked for makes no source."""


def add(
    url: Annotated[str, typer.Argument(help="A site's page, or the feed itself.", metavar="URL")],
    identifier: Annotated[str | None, typer.Option("--id", help="The source's id; else from its site.")] = None,
    name: Annotated[str | None, typer.Option(help="The outlet's name; else what it calls itself.")] = None,
    file: Annotated[str, typer.Option(help="The file in sources/ to write it to.", metavar="NAME")] = "added",
    ring_last: Annotated[
        str | None,
        typer.Option(help="Of what stands there now, what was published within this time rings: 6h.", metavar="TIME"),
    ] = None,
    allow_network: AllowNetwork = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it, and write nothing.")] = False,
    config: Config = None,
) -> None:
    """Find the feed of a site, look at it, and write it into the configuration."""
    where, allowed = address(url), networks(allow_network)
    folder = load_settings(config=config).config
    sources = load_sources(folder)
    refuse_known(where, sources)
    rings = {"ring_last": duration(ring_last, "--ring-last")} if ring_last is not None else {}
    source, found = asyncio.run(_look(where, allowed, identifier, name, sources, rings))
    console = Console(soft_wrap=True, highlight=False)
    console.print(describe(source, found, datetime.now(UTC), entries=True))
    if dry_run:
        console.print(Text(as_yaml([written(source)])), end="")
        return
    path = write_sources(folder, file, [source])
    console.print(Text.assemble("written to ", (str(path), "bold"), f"; running processes take it over: {source.id}"))


async def _look(
    url: str,
    allowed: Networks,
    identifier: str | None,
    name: str | None,
    sources: Sources,
    rings: Mapping[str, object],
) -> tuple[Source, Examined]:
    """The source as it will be written, and what it holds now."""
    taken = {source.id for source in sources.sources}
    if identifier in taken:
        raise AlreadyThere(f"a source has the id {identifier!r} already; choose another by --id")
    async with asking() as asker:
        found = await asker.discover(url, allowed)
        refuse_known(found.url, sources)
        called = name or name_of(found.calls_itself, url)
        values: dict[str, object] = {"id": identifier or id_of(url, called, taken), "name": called}
        values |= {"kind": found.kind} if found.kind != "feed" else {}
        values |= {"url": found.url, **({"allow_networks": allowed} if allowed else {}), **rings}
        source = make_source(values)
        examined = await asker.examine(source) if found.feed.follow else of_feeds([found.feed])
    if language := examined.language or found.site_language:
        values["language"] = language.partition("-")[0].lower()
    site = site_of(urlsplit(url).hostname or "")
    if site not in source.site:
        values["site"] = (site,)  # another host serves the feed for it
    if examined.teasers or examined.untitled:
        values["full_text"] = True
    return make_source(values), examined


def make_source(values: Mapping[str, object]) -> Source:
    """A source of these values.

    Raises:
        BadSource: they make none.
    """
    try:
        return Source.model_validate(values)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False)[0]
        what = detail["msg"].removeprefix("Value error, ")
        raise BadSource(f"{'.'.join(map(str, detail['loc']))}: {what}") from None


def refuse_known(url: str, sources: Sources) -> None:
    """Refuse an address that a source has.

    Raises:
        AlreadyThere: naming that source.
    """
    known = known_by_address(sources.sources).get(key_of(url))
    if known is not None:
        raise AlreadyThere(f"{url} is in the configuration already, as {known!r}; tocsin source test {known} asks it")
