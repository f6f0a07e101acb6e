"""`tocsin deliveries`: what became of the attempts to bring alerts to channels, and to send again what failed."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from schemas import Delivery, Outcome
from services.alerting.notify.installation import load_installation
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import DELIVERIES, NOTIFICATIONS
from services.cli.channel.naming import described
from services.cli.moments import moment
from services.cli.options import Config, Json
from services.cli.sent_again import send_again
from services.cli.stored import opened

_STYLES: Final = {
    Outcome.DELIVERED: "green",
    Outcome.RETRYING: "yellow",
    Outcome.FAILED: "bold red",
    Outcome.HELD: "cyan",
    Outcome.NOT_NEEDED: "dim",
}

Since = Annotated[str, typer.Option(help="Only attempts from then on: 30m, 24h, 7d, or a date.")]
OneAlert = Annotated[str | None, typer.Option("--alert", help="Only this alert.", metavar="ID")]

app = typer.Typer(add_completion=False, help="What became of the way to the channels.", no_args_is_help=True)


@app.command("list")
def list_deliveries(
    channel: Annotated[str | None, typer.Option(help="Only at this channel.")] = None,
    outcome: Annotated[Outcome | None, typer.Option(help="Only what ended so.")] = None,
    since: Since = "24h",
    alert: OneAlert = None,
    as_json: Json = False,
) -> None:
    """Print each attempt, oldest first."""
    from_then = moment(since, datetime.now(UTC))
    asyncio.run(_list(load_settings().kafka, channel, outcome, from_then, alert, as_json))


@app.command()
def retry(
    channel: Annotated[str, typer.Option(help="What failed at this channel.")],
    since: Since = "24h",
    alert: OneAlert = None,
    to: Annotated[str | None, typer.Option(help="Send it to this channel instead.", metavar="CHANNEL")] = None,
    config: Config = None,
) -> None:
    """Send again what failed at a channel; with --alert that alert, whatever became of it. Receivers get the same
    message id as before, so that they can tell a repeat."""
    settings, from_then = load_settings(config=config), moment(since, datetime.now(UTC))
    target = to or channel
    described(target, load_installation(settings.config))
    sent = asyncio.run(send_again(settings.kafka, channel, from_then, alert, target))
    typer.echo(f"{sent.written} sent again, to {target}")
    if sent.under_way:
        typer.echo(f"{sent.under_way} more are on their way again already")
    if sent.gone:
        typer.echo(f"{sent.gone} more stand on {NOTIFICATIONS.name} no longer", err=True)


async def _list(
    kafka: KafkaSettings,
    channel: str | None,
    outcome: Outcome | None,
    since: datetime,
    alert: str | None,
    as_json: bool,
) -> None:
    console = Console(soft_wrap=True, highlight=False)
    async with opened(kafka) as stored:
        attempts = stored.events(DELIVERIES, since, [alert] if alert is not None else None)
        async with aclosing(attempts) as found:
            async for _, delivery in found:
                if channel not in (None, delivery.channel) or outcome not in (None, delivery.outcome):
                    continue
                if as_json:
                    typer.echo(delivery.write())
                else:
                    console.print(_line(delivery))


def _line(delivery: Delivery) -> Text:
    which = f"attempt {delivery.attempt}" if delivery.attempt else "no attempt"
    line = Text.assemble(
        (f"{delivery.attempted_at:%Y-%m-%d %H:%M:%S} ", "dim"),
        (f"{delivery.outcome.value:<10} ", _STYLES[delivery.outcome]),
        (delivery.channel, "bold"),
        f" {delivery.alert_id}",
        (f" of {delivery.watch}" if delivery.watch else ""),
        f", {which}",
    )
    if delivery.detail:
        line.append(f": {delivery.detail}")
    if delivery.next_attempt_at is not None:
        line.append(f"; next {delivery.next_attempt_at:%Y-%m-%d %H:%M:%S}", "dim")
    return line
