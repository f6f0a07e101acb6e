"""`tocsin watch test`: what a watch would have rung for, by the stored articles."""

import asyncio
import json
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from schemas import TaggedArticle
from services.alerting.holding.coverage import Incidents
from services.alerting.holding.silences import Silences, load_silences
from services.alerting.match.compiled import Watches
from services.alerting.watching.book import Book, read_book
from services.alerting.watching.watch import Watch
from services.backbone.keyed_state import restore
from services.backbone.settings import Settings, load_settings
from services.backbone.topics import ARTICLES_TAGGED, SOURCE_INCIDENTS, WATCHES
from services.cli.moments import moment
from services.cli.options import Config, Json
from services.cli.source.progress import bar
from services.cli.stored import Stored, opened, read, written_at
from services.cli.watch.choosing import chosen, from_file
from services.cli.watch.near import NearMisses
from services.cli.watch.tally import Tally
from services.cli.watch.trial import Trial
from services.cli.watch.trial_view import Tried, document, show
from services.tagging.pack import load_engine
from services.tagging.tag import Engine, tag


def back_test(
    identifier: Annotated[
        str | None, typer.Argument(metavar="WATCH", help="The watch's id; with --file, of which watch in it.")
    ] = None,
    since: Annotated[str, typer.Option(help="From when on: 24h, 7d, or a date. Kept are 30 days.")] = "7d",
    file: Annotated[Path | None, typer.Option(help="A file of watches that is not in force yet.")] = None,
    retagged: Annotated[bool, typer.Option("--retag", help="Tag each article anew with the pack of today.")] = False,
    shown: Annotated[int, typer.Option("--show", min=0, max=1_000, help="How many alerts to list.")] = 20,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Hold a watch against stored articles, and show how often it would have rung, for what, and what it missed."""
    settings = load_settings(config=config)
    until = datetime.now(UTC)
    begin = moment(since, until)
    tally = asyncio.run(_try(settings, identifier, file, begin, until, Tally(shown), retagged))
    if as_json:
        typer.echo(json.dumps(document(tally), ensure_ascii=False))
    else:
        show(Console(highlight=False), tally)


@dataclass(frozen=True, slots=True)
class _Bench:
    """What a watch is tried with."""

    watch: Watch
    watches: Watches
    book: Book
    silences: Silences
    engine: Engine | None


async def _try(
    settings: Settings,
    identifier: str | None,
    file: Path | None,
    since: datetime,
    until: datetime,
    tally: Tally,
    retagged: bool,
) -> Tried:
    async with opened(settings.kafka) as stored:
        book = read_book(settings.config, await restore(settings.kafka, WATCHES))
        watch = from_file(file, identifier, book) if file is not None else chosen(identifier, book)
        bench = _Bench(
            watch,
            _with_rivals(watch, book),
            book,
            load_silences(settings.config),
            load_engine(settings.config) if retagged else None,
        )
        await _hold_against(stored, bench, since, until, tally)
    return Tried(watch, since, until, tally)


def _with_rivals(watch: Watch, book: Book) -> Watches:
    """The watch, with those that may hide it where there are inhibitions at all."""
    rules = book.installation.inhibitions
    rivals = [
        other for other in book.watches.values() if other.id != watch.id and any(r.source.fits(other) for r in rules)
    ]
    tried = watch.model_copy(update={"enabled": True})
    return Watches.compile([tried, *rivals], book.known, book.digest, inhibitions=rules)


async def _hold_against(stored: Stored, bench: _Bench, since: datetime, until: datetime, tally: Tally) -> None:
    incidents = Incidents()
    async for _, incident in stored.events(SOURCE_INCIDENTS):
        incidents.fold(incident)
    trial = Trial(bench.watch, bench.watches, bench.silences, incidents, tally)
    near = NearMisses(bench.watch, bench.book.known, tally)
    stretch = await stored.stretch(ARTICLES_TAGGED.name, since)
    with bar("articles", stretch.size) as progress:
        async with aclosing(stored.records(stretch)) as records:
            async for record in records:
                progress.step()
                tagged = read(ARTICLES_TAGGED, record)
                if tagged is not None:
                    _take(tagged, written_at(record), trial, near, bench.engine)
    trial.end(until)


def _take(tagged: TaggedArticle, at: datetime, trial: Trial, near: NearMisses, engine: Engine | None) -> None:
    if engine is not None:
        tagged = tag(tagged.article, engine)
    if not trial.take(tagged, at):
        near.look_at(tagged)
