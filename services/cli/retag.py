"""`tocsin retag`: tag the stored articles once more, say after the pack has learned a name.

The tags go where the tagging stage writes them, under the ids that the stage would give: what rang for an article does
not ring again, what the old pack had missed does.
"""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.backbone.clients import Writer, new_producer
from services.backbone.record import encode, trace_of
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import ARTICLES, ARTICLES_TAGGED
from services.cli.connection import connected
from services.cli.moments import moment
from services.cli.options import Config
from services.cli.stored import opened, read
from services.tagging.pack import load_engine
from services.tagging.tag import Engine, tag

STAGE = "retag"

app = typer.Typer(add_completion=False)


@app.command()
def retag(
    since: Annotated[str, typer.Option(help="From when on: 24h, 7d, or a date. Articles are kept for 7 days.")],
    config: Config = None,
) -> None:
    """Tag the stored articles once more with the pack as it is now. Interrupted, it may be run again."""
    settings = load_settings(config=config)
    engine = load_engine(settings.config)
    begin = moment(since, datetime.now(UTC))
    tagged, unread = asyncio.run(_retag(settings.kafka, engine, begin))
    typer.echo(f"tagged {tagged} articles with pack {engine.digest}" + (f"; {unread} unreadable" if unread else ""))


async def _retag(kafka: KafkaSettings, engine: Engine, begin: datetime) -> tuple[int, int]:
    tagged = unread = 0
    async with opened(kafka) as stored, connected(new_producer(kafka), kafka) as producer:
        writer = Writer(producer)
        stretch = await stored.stretch(ARTICLES.name, begin)
        with _progress() as progress:
            task = progress.add_task("articles", total=stretch.size)
            async for record in stored.records(stretch):
                article = read(ARTICLES, record)
                if article is None:
                    unread += 1
                else:
                    await writer.send(encode(ARTICLES_TAGGED.name, tag(article, engine), STAGE, trace_of(record)))
                    tagged += 1
                progress.advance(task)
        await writer.drain()
    return tagged, unread


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
