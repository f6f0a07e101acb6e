"""`tocsin channel enable`: a channel that was disabled is told again from now on."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from services.alerting.notify.addressed import addressed
from services.alerting.notify.channels.channel import ChannelConfig
from services.alerting.notify.incidents import afresh, resolved, word_of
from services.alerting.notify.installation import Installation, load_installation
from services.backbone.clients import Writer, new_producer
from services.backbone.keyed_state import restore
from services.backbone.record import encode
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import CHANNEL_INCIDENTS, CHANNEL_STATE
from services.cli.channel.naming import described
from services.cli.connection import connected
from services.cli.options import Config

STAGE: Final = "cli"


def enable(name: Annotated[str, typer.Argument(help="A channel's id.", metavar="NAME")], config: Config = None) -> None:
    """Tell a channel alerts again that had said that it wants nothing any more (HTTP 410).

    What failed there meanwhile is sent again by `tocsin deliveries retry`.
    """
    settings = load_settings(config=config)
    installation = load_installation(settings.config)
    description, _ = described(name, installation)
    since = asyncio.run(_enable(settings.kafka, description, installation))
    if since is None:
        typer.echo(f"{name} was not disabled")
        return
    typer.echo(f"{name} is told again; it was disabled since {since:%Y-%m-%d %H:%M} UTC")
    typer.echo(f"what failed there meanwhile: tocsin deliveries retry --channel {name} --since {since:%Y-%m-%dT%H:%MZ}")


async def _enable(kafka: KafkaSettings, config: ChannelConfig, installation: Installation) -> datetime | None:
    """Returns: since when it was disabled; None where it was not."""
    async with connected(new_producer(kafka), kafka) as producer:
        state = (await restore(kafka, CHANNEL_STATE)).get(config.id)
        if state is None or state.disabled_at is None:
            return None
        now = datetime.now(UTC)
        records = []
        if state.told_at is not None:
            incident = resolved(state, "it was enabled again", now)
            records.append(encode(CHANNEL_INCIDENTS.name, incident, STAGE))
            records += [addressed(each, STAGE) for each in word_of(incident, installation.trouble_channels)]
        fresh = afresh(config.id, config.digest, now)
        await Writer(producer).write([*records, encode(CHANNEL_STATE.name, fresh, STAGE)])
        return state.disabled_at
