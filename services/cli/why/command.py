"""`tocsin why`: why a watch rang for an article, or where on the way it stopped."""

import asyncio
import json
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from services.alerting.holding.silences import load_silences
from services.alerting.watching.book import Book, read_book
from services.alerting.watching.watch import Watch
from services.backbone.keyed_state import restore
from services.backbone.settings import Settings, load_settings
from services.backbone.topics import INGESTION_STATE, WATCHES
from services.cli.moments import moment
from services.cli.options import Config, Json
from services.cli.stored import opened
from services.cli.watch.choosing import chosen
from services.cli.why.answer import document, show
from services.cli.why.asked import Asked, NoSuchArticle, which_article
from services.cli.why.meeting import Met
from services.cli.why.reading import never_read
from services.cli.why.step import Step
from services.cli.why.trail import Trail, gathered
from services.cli.why.way import Desk, title_of, way
from services.ingestion.sources import Source, load_sources
from services.tagging.pack import load_engine

app = typer.Typer(add_completion=False)


@app.command()
def why(
    identifier: Annotated[str, typer.Argument(metavar="WATCH", help="The watch's id.")],
    article: Annotated[
        str, typer.Argument(metavar="ARTICLE", help="Its address, its id, an alert's id, or words of its title.")
    ],
    since: Annotated[
        str | None, typer.Option(help="Look for words of a title only in what was written since: 24h, 7d, a date.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Say why a watch rang for an article or did not, stage by stage, with the evidence and what to do."""
    settings = load_settings(config=config)
    now = datetime.now(UTC)
    begin = moment(since, now) if since is not None else None
    trail, steps = asyncio.run(_answer(settings, identifier, article, begin, now))
    if as_json:
        typer.echo(json.dumps(document(identifier, trail.id, title_of(trail), steps), ensure_ascii=False))
    else:
        show(Console(soft_wrap=True, highlight=False), steps)


async def _answer(
    settings: Settings, identifier: str, article: str, since: datetime | None, now: datetime
) -> tuple[Trail, list[Step]]:
    async with opened(settings.kafka) as stored:
        book = read_book(settings.config, await restore(settings.kafka, WATCHES))
        watch = chosen(identifier, book)
        sources = load_sources(settings.config).sources
        asked = await which_article(stored, article, watch.id, sources, since)
        trail = await gathered(stored, settings, asked.ids, watch.id)
    steps = list(way(trail, _desk(settings, watch, book), now))
    return trail, steps or [await _never(settings, asked, sources, now)]


async def _never(settings: Settings, asked: Asked, sources: tuple[Source, ...], now: datetime) -> Step:
    """Why nothing is stored of it.

    Raises:
        NoSuchArticle: only an address tells where it should have come from.
    """
    if not asked.url:
        fix = "give its address to see whether it was ever fetched"
        raise NoSuchArticle(f"nothing is stored of {asked.ids[0]}; {fix}")
    return never_read(asked.url, sources, await restore(settings.kafka, INGESTION_STATE), now)


def _desk(settings: Settings, watch: Watch, book: Book) -> Desk:
    silences = {silence.id: silence for silence in load_silences(settings.config).listed}
    return Desk(watch, Met(watch, book.known, partial(load_engine, settings.config)), silences)
