"""`tocsin retag`: tag the stored articles once more, say after the pack has learned a name.

The tags go where the tagging stage writes them, under the ids that the stage would give: what rang for an article does
not ring again, what the old pack had missed does.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.backbone.clients import Writer, new_consumer, new_producer, partitions_of
from services.backbone.errors import RecordError
from services.backbone.record import ConsumedRecord, decode, encode, trace_of
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import ARTICLES, ARTICLES_TAGGED
from services.cli.connection import connected
from services.cli.moments import moment
from services.cli.options import Config
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
    async with connected(new_consumer(kafka), kafka) as consumer, connected(new_producer(kafka), kafka) as producer:
        writer = Writer(producer)
        stretch = await _stretch(consumer, begin)
        with _progress() as progress:
            task = progress.add_task("articles", total=sum(end - start for start, end in stretch.values()))
            async for record in _records(consumer, stretch):
                try:
                    article = decode(ARTICLES, record)
                except RecordError as error:
                    unread += 1
                    progress.console.print(f"{record.topic}[{record.partition}]@{record.offset}: {error}", markup=False)
                else:
                    await writer.send(encode(ARTICLES_TAGGED.name, tag(article, engine), STAGE, trace_of(record)))
                    tagged += 1
                progress.advance(task)
        await writer.drain()
    return tagged, unread


async def _stretch(consumer: AIOKafkaConsumer, begin: datetime) -> dict[TopicPartition, tuple[int, int]]:
    """Of each partition the offsets of what was written from then until now."""
    partitions = await partitions_of(consumer, ARTICLES.name)
    ends = await consumer.end_offsets(partitions)
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, int(begin.timestamp() * 1000)))
    return {where: (found[where].offset if found[where] else ends[where], ends[where]) for where in partitions}


async def _records(
    consumer: AIOKafkaConsumer, stretch: dict[TopicPartition, tuple[int, int]]
) -> AsyncIterator[ConsumedRecord]:
    left = {where: end for where, (start, end) in stretch.items() if start < end}
    consumer.assign(list(left))
    for where in left:
        consumer.seek(where, stretch[where][0])
    while left:
        for where, records in (await consumer.getmany(*left, timeout_ms=500)).items():
            for record in records:
                if record.offset < left[where]:
                    yield record
        for where in [where for where, end in left.items() if await consumer.position(where) >= end]:
            del left[where]
            consumer.pause(where)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
