"""`tocsin source test`: ask sources now, and show what they give."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer
from rich.console import Console

from services.backbone.configuration import nearest
from services.backbone.errors import TocsinError
from services.backbone.settings import load_settings
from services.cli.options import Config, Json
from services.cli.source.asking import Asking, asking
from services.cli.source.options import AllowNetwork, address, networks
from services.cli.source.progress import bar
from services.cli.source.report import describe, document
from services.ingestion.examine import Examined
from services.ingestion.sources import Source, load_sources

AT_A_TIME: Final = 8

Result = Examined | TocsinError


class UnknownSource(TocsinError):
    """No source has this id."""


class NothingToFetch(TocsinError):
    """A source that is not asked."""


def ask_sources(
    what: Annotated[str, typer.Argument(help="A source's id, an address, or `all`.", metavar="ID|URL|all")],
    allow_network: AllowNetwork = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Ask a source now; show its first entries, and what is amiss. Exit status 1 when one gives nothing."""
    if "://" in what:
        where = address(what)
        name = urlsplit(where).hostname or where
        sources = [Source(id="address", name=name, url=where, allow_networks=networks(allow_network))]
    else:
        sources = _configured(what, load_settings(config=config).config)
    results = asyncio.run(ask_all(sources))
    now, console = datetime.now(UTC), Console(soft_wrap=True, highlight=False)
    for source, result in zip(sources, results, strict=True):
        if as_json:
            typer.echo(json.dumps(document(source, result, now), ensure_ascii=False, default=_plain))
        else:
            console.print(describe(source, result, now, entries=len(sources) == 1))
    bad = sum(isinstance(result, TocsinError) for result in results)
    if len(sources) != 1 and not as_json:
        console.print(f"{len(sources) - bad} of {len(sources)} sources answer")
    if bad:
        raise typer.Exit(1)


async def ask_all(sources: Sequence[Source]) -> list[Result]:
    """Ask several at a time, of one host one."""
    hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    room = asyncio.Semaphore(AT_A_TIME)
    with bar("asking", len(sources)) as progress:
        async with asking() as asker:

            async def ask(source: Source) -> Result:
                async with hosts[source.host], room:
                    result = await _result(asker, source)
                progress.step()
                return result

            return await asyncio.gather(*map(ask, sources))


async def _result(asker: Asking, source: Source) -> Result:
    if source.kind == "push":
        return NothingToFetch("nothing to ask for, it is sent to us; send it: POST /articles with its token")
    try:
        return await asker.examine(source)
    except TocsinError as error:
        return error


def _configured(what: str, folder: Path) -> list[Source]:
    sources = load_sources(folder)
    if what == "all":
        return [source for source in sources.enabled if source.kind != "push"]
    named = [source for source in sources.sources if source.id == what]
    if not named:
        fix = nearest(what, [source.id for source in sources.sources], "tocsin source list shows them all")
        raise UnknownSource(f"no source has the id {what!r}; {fix}")
    return named


def _plain(moment: datetime) -> str:
    return moment.isoformat()
