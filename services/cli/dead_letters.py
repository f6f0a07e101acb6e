"""`tocsin dead-letters`: what was set aside and why, and the way back."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

import typer
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.text import Text

from schemas import DeadLetter
from services.backbone.clients import new_consumer, new_producer, partitions_of
from services.backbone.errors import RecordError, TopicMismatch
from services.backbone.record import REPLAYS, ConsumedRecord, decode
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import DEAD_LETTERS
from services.cli.connection import connected
from services.cli.options import Json

MAX_REPLAYS = 3
"""A record that failed so often again is mended by no further replay."""

app = typer.Typer(add_completion=False, help="Records that could not be handled.", no_args_is_help=True)


@app.command(name="list")
def list_letters(as_json: Json = False) -> None:
    """Print every record set aside and not sent again, with its origin, the reason and the fix."""
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
    async with connected(new_producer(kafka), kafka) as producer:
        async for letter in _letters(kafka):
            if topic in (None, letter.origin_topic) and origin in (None, letter.key):
                where = f"{letter.origin_topic}[{letter.origin_partition}]@{letter.origin_offset}"
                left = await _send_again(kafka, producer, letter)
                typer.echo(f"sent    {where}" if left is None else f"left    {where}: {left}")


async def _send_again(kafka: KafkaSettings, producer: AIOKafkaProducer, letter: DeadLetter) -> str | None:
    """Send the original, then an empty record with the letter's key: it stands no longer among the dead letters.

    Returns:
        Why it was left; None when it was sent.
    """
    if letter.replays >= MAX_REPLAYS:
        return f"it failed {letter.replays} times again; {letter.fix}"
    key, value = letter.origin_key, letter.origin_value
    if not letter.whole:
        original = await _original(kafka, letter)
        if original is None:
            return "the original is no longer on its topic"
        key, value = original.key, original.value
    headers = [(REPLAYS, str(letter.replays + 1).encode())]
    try:
        await producer.send_and_wait(letter.origin_topic, value, key=key, headers=headers)
    except KafkaError as error:
        return f"the broker did not take it ({error}); try again"
    await producer.send_and_wait(DEAD_LETTERS.name, None, key=letter.key.encode())
    return None


async def _letters(kafka: KafkaSettings) -> AsyncIterator[DeadLetter]:
    """Every dead letter up to now, unless it was sent again since; of one record only the newest."""
    newest: dict[str, DeadLetter] = {}
    async for record in _records(kafka, DEAD_LETTERS.name):
        if record.value is None:
            newest.pop((record.key or b"").decode(errors="replace"), None)
            continue
        try:
            letter = decode(DEAD_LETTERS, record)
        except RecordError as error:
            typer.echo(json.dumps({"unreadable": record.offset, "error": str(error)}), err=True)
        else:
            newest[letter.key] = letter
    for letter in newest.values():
        yield letter


async def _original(kafka: KafkaSettings, letter: DeadLetter) -> ConsumedRecord | None:
    try:
        async for record in _records(kafka, letter.origin_topic, letter.origin_partition, letter.origin_offset):
            return record if record.offset == letter.origin_offset else None
    except TopicMismatch:
        return None
    return None


async def _records(
    kafka: KafkaSettings, topic: str, partition: int = 0, offset: int | None = None
) -> AsyncIterator[ConsumedRecord]:
    """The records of one partition from an offset (or its beginning) to its end now.

    Raises:
        BrokerUnavailable: no broker answers.
        TopicMismatch: there is no such topic, or it has no such partition.
    """
    async with connected(new_consumer(kafka), kafka) as consumer:
        where = TopicPartition(topic, partition)
        if where not in await partitions_of(consumer, topic):
            raise TopicMismatch(f"topic {topic} has no partition {partition}: it was made anew since")
        consumer.assign([where])
        end = (await consumer.end_offsets([where]))[where]
        if offset is None:
            await consumer.seek_to_beginning(where)
        else:
            consumer.seek(where, offset)
        while await consumer.position(where) < end:
            for record in (await consumer.getmany(timeout_ms=500)).get(where, ()):
                yield record
