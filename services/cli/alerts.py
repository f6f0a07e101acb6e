"""`tocsin alerts`: subscribe to the alert topics, as any user of them would, and do something about an alert."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from schemas import Alert
from services.alerting.notify.render import render, render_plain
from services.backbone.clients import new_consumer, partitions_of
from services.backbone.errors import RecordError
from services.backbone.record import decode
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.telemetry import configure_logging
from services.backbone.topics import ALERTS, alert_topic
from services.cli.alert_steps import acknowledge, assign, feedback, note, release
from services.cli.connection import connected
from services.cli.options import Json

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def alerts() -> None:
    """The alerts."""


class From(StrEnum):
    """Where to begin."""

    BEGINNING = "beginning"
    NOW = "now"


@app.command()
def tail(
    watch: Annotated[str | None, typer.Option(help="Only the alerts of this watch.")] = None,
    topic: Annotated[str | None, typer.Option(help="Read alerts.NAME instead of alerts.", metavar="NAME")] = None,
    begin: Annotated[From, typer.Option("--from", help="Where to begin.")] = From.NOW,
    every: Annotated[
        bool, typer.Option("--all", help="Also what is held, and copies: all that stands on the topic.")
    ] = False,
    limit: Annotated[int | None, typer.Option(help="End after so many alerts.", min=1)] = None,
    as_json: Json = False,
) -> None:
    """Print each alert as people are told of it; Ctrl-C ends it."""
    settings = load_settings()
    configure_logging(settings.log_format, "warning")
    name = ALERTS.name if topic is None else alert_topic(topic).name
    console = Console(soft_wrap=True, highlight=False)
    wanted = partial(_is_wanted, watch, every)
    asyncio.run(_tail(settings.kafka, name, wanted, begin, limit, None if as_json else console))


def _is_wanted(watch: str | None, every: bool, alert: Alert) -> bool:
    return (every or alert.tells) and watch in (None, alert.watch.id)


async def _tail(
    kafka: KafkaSettings,
    topic: str,
    wanted: Callable[[Alert], bool],
    begin: From,
    limit: int | None,
    console: Console | None,
) -> None:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run made one
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    shown = 0
    with suppress(asyncio.CancelledError):
        async with aclosing(read_alerts(kafka, topic, begin)) as alerts:
            async for alert in alerts:
                if not wanted(alert):
                    continue
                if console is None:
                    typer.echo(alert.write())
                else:
                    show(console, alert)
                shown += 1
                if shown == limit:
                    return


def show(console: Console, alert: Alert) -> None:
    """Print an alert: the watched words in colour, or between marks where the output has no colours."""
    console.print(render(alert) if console.is_terminal else Text(render_plain(alert)), end="\n\n")


async def read_alerts(kafka: KafkaSettings, topic: str, begin: From) -> AsyncGenerator[Alert, None]:
    """The alerts of a topic, without end, read_committed.

    Raises:
        BrokerUnavailable: no broker answers.
        TopicMismatch: there is no such topic.
    """
    async with connected(new_consumer(kafka), kafka) as consumer:
        partitions = await partitions_of(consumer, topic)
        consumer.assign(partitions)
        if begin is From.NOW:
            await consumer.seek_to_end(*partitions)
        else:
            await consumer.seek_to_beginning(*partitions)
        while True:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    try:
                        yield decode(ALERTS, record)
                    except RecordError as error:
                        typer.echo(f"{topic}[{record.partition}]@{record.offset}: {error}", err=True)


for step in (acknowledge, release, assign, note, feedback):
    app.command()(step)
