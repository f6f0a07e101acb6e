"""`tocsin dead-letters`: what was set aside and why, and the way back."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

import typer
from aiokafka import TopicPartition
from rich.console import Console
from rich.text import Text

from schemas import DeadLetter
from services.backbone.clients import new_consumer, new_producer, stop_client
from services.backbone.errors import RecordError
from services.backbone.record import REPLAYS, ConsumedRecord, decode
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import DEAD_LETTERS
from services.cli.options import Json

MAX_REPLAYS = 3
"""A record that failed so often again is mended by no further replay."""

app = typer.Typer(help="Records that could not be handled.", no_args_is_help=True)


@app.command(name="list")
def list_letters(as_json: Json = False) -> None:
    """Print every record set aside, with its origin, the reason and the fix."""
    asyncio.run(_list(load_settings().kafka, as_json))


@app.command()
def replay(
    topic: Annotated[str | None, typer.Option(help="Only those from this topic.")] = None,
    origin: Annotated[str | None, typer.Option(help="Only the one from here: TOPIC.PARTITION.OFFSET.")] = None,
) -> None:
    """Send records to their topics again, in their order. What fails again is set aside again, at most three times."""
    asyncio.run(_replay(load_settings().kafka, topic, origin))


async def _list(kafka: KafkaSettings, as_json: bool) -> None:
    console = Console(soft_wrap=True, highlight=False)
    async for letter in _letters(kafka):
        if as_json:
            typer.echo(letter.write())
        else:
            where = f"{letter.origin_topic}[{letter.origin_partition}]@{letter.origin_offset}"
            console.print(
                Text.assemble(
                    (f"{letter.failed_at:%Y-%m-%d %H:%M:%S} ", "dim"),
                    (where, "bold"),
                    f" {letter.stage}: {letter.error}; ",
                    (letter.fix, "green"),
                )
            )


async def _replay(kafka: KafkaSettings, topic: str | None, origin: str | None) -> None:
    producer = new_producer(kafka)
    await producer.start()
    try:
        async for letter in _letters(kafka):
            if topic not in (None, letter.origin_topic) or origin not in (None, letter.key):
                continue
            where = f"{letter.origin_topic}[{letter.origin_partition}]@{letter.origin_offset}"
            if letter.replays >= MAX_REPLAYS:
                typer.echo(f"left    {where}: it failed {letter.replays} times again; {letter.fix}")
                continue
            value = letter.origin_value if letter.whole else await _original(kafka, letter)
            if value is None and not letter.whole:
                typer.echo(f"left    {where}: the original is no longer on its topic")
                continue
            headers = [(REPLAYS, str(letter.replays + 1).encode())]
            await producer.send_and_wait(letter.origin_topic, value, key=letter.origin_key, headers=headers)
            typer.echo(f"sent    {where}")
    finally:
        await stop_client(producer)


async def _letters(kafka: KafkaSettings) -> AsyncIterator[DeadLetter]:
    """Every dead letter up to now; a later one of the same record stands for the earlier."""
    newest: dict[str, DeadLetter] = {}
    async for record in _records(kafka, DEAD_LETTERS.name):
        try:
            letter = decode(DEAD_LETTERS, record)
        except RecordError as error:
            typer.echo(json.dumps({"unreadable": record.offset, "error": str(error)}), err=True)
        else:
            newest[letter.key] = letter
    for letter in newest.values():
        yield letter


async def _original(kafka: KafkaSettings, letter: DeadLetter) -> bytes | None:
    async for record in _records(kafka, letter.origin_topic, letter.origin_partition, letter.origin_offset):
        return record.value if record.offset == letter.origin_offset else None
    return None


async def _records(
    kafka: KafkaSettings, topic: str, partition: int = 0, offset: int | None = None
) -> AsyncIterator[ConsumedRecord]:
    """The records of one partition from an offset (or its beginning) to its end now."""
    consumer = new_consumer(kafka)
    await consumer.start()
    try:
        where = TopicPartition(topic, partition)
        consumer.assign([where])
        end = (await consumer.end_offsets([where]))[where]
        if offset is None:
            await consumer.seek_to_beginning(where)
        else:
            consumer.seek(where, offset)
        while await consumer.position(where) < end:
            for record in (await consumer.getmany(timeout_ms=500)).get(where, ()):
                yield record
    finally:
        await stop_client(consumer)
