"""`tocsin channel list`: each channel, how it fares, how far it is behind, and what became of its last attempt."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import typer
from aiokafka import TopicPartition
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from schemas import ChannelState, Delivery
from services.alerting.notify.channels.channel import ChannelConfig
from services.alerting.notify.incidents import is_dead, trouble
from services.alerting.notify.installation import load_installation
from services.backbone.clients import new_consumer, partitions_of
from services.backbone.errors import BrokerUnavailable, TopicMismatch
from services.backbone.keyed_state import restore
from services.backbone.settings import Settings, load_settings
from services.backbone.topics import CHANNEL_STATE, DELIVERIES, NOTIFICATIONS
from services.cli.connection import connected
from services.cli.options import Config, Json
from services.cli.stored import Stored, Stretch, read

NEWEST: Final = 2_000
"""Attempts of each partition that are looked at for the last of each channel."""
_STYLES: Final = {"ok": "green", "failing": "yellow", "dead": "bold red", "disabled": "bold red"}


@dataclass(frozen=True, slots=True)
class _Fares:
    """What the broker knows of the channels, by id."""

    states: Mapping[str, ChannelState]
    behind: Mapping[str, int | None]
    """Notifications below which not all is done, those of other channels included; None where it never began."""
    last: Mapping[str, Delivery]


def list_channels(config: Config = None, as_json: Json = False) -> None:
    """Show how each channel fares. Without a broker, what the configuration says."""
    settings = load_settings(config=config)
    channels = [channel for channel, _, _ in load_installation(settings.config).channels]
    unknown, fares = "", _Fares({}, {}, {})
    try:
        fares = asyncio.run(_fares(settings, channels))
    except (BrokerUnavailable, TopicMismatch) as error:
        unknown = str(error)
    now = datetime.now(UTC)
    if as_json:
        for channel in channels:
            line = _document(channel, fares, now) if not unknown else {"id": channel.id, "type": _type(channel)}
            typer.echo(json.dumps(line, ensure_ascii=False))
    else:
        _show(channels, fares, now, known=not unknown)
    if unknown:
        typer.echo(f"how they fare is not known: {unknown}", err=True)


async def _fares(settings: Settings, channels: Sequence[ChannelConfig]) -> _Fares:
    kafka = settings.kafka
    async with connected(new_consumer(kafka), kafka) as consumer:
        states = await restore(kafka, CHANNEL_STATE)
        ends = await consumer.end_offsets(await partitions_of(consumer, NOTIFICATIONS.name))
        last = await _last_attempts(Stored(consumer))
    behind = {each.id: await _behind(settings, each.id, ends) for each in channels}
    return _Fares(states, behind, last)


async def _behind(settings: Settings, channel: str, ends: Mapping[TopicPartition, int]) -> int | None:
    consumer = new_consumer(settings.kafka, group=settings.group(f"notify.{channel}"))
    async with connected(consumer, settings.kafka):
        done = {partition: await consumer.committed(partition) for partition in ends}
    if all(offset is None for offset in done.values()):
        return None
    return sum(max(0, end - (done[partition] or 0)) for partition, end in ends.items())


async def _last_attempts(stored: Stored) -> dict[str, Delivery]:
    whole = await stored.stretch(DELIVERIES.name)
    newest = Stretch({where: (max(start, end - NEWEST), end) for where, (start, end) in whole.bounds.items()})
    last: dict[str, Delivery] = {}
    async with aclosing(stored.records(newest)) as records:
        async for record in records:
            if (delivery := read(DELIVERIES, record)) is not None:
                last[delivery.channel] = delivery
    return last


def _status(channel: ChannelConfig, fares: _Fares, now: datetime) -> tuple[str, str]:
    """In a word, and since when and why."""
    state = fares.states.get(channel.id)
    found = trouble(state) if state is not None and state.config == channel.digest else None
    if state is None or found is None:
        return "ok", ""
    kind, since = found
    word = "disabled" if kind == "disabled" else "dead" if is_dead(state, now) else "failing"
    return word, f"since {since:%Y-%m-%d %H:%M}: {state.reason}"


def _show(channels: Sequence[ChannelConfig], fares: _Fares, now: datetime, *, known: bool) -> None:
    columns = ("state", "behind", "last attempt", "why") if known else ()
    table = Table(Column("id", no_wrap=True), "type", *columns, box=None, pad_edge=False)
    for channel in channels:
        row: list[str | Text] = [channel.id, _type(channel)]
        if known:
            word, why = _status(channel, fares, now)
            behind = fares.behind[channel.id]
            row += [Text(word, _STYLES[word]), "never began" if behind is None else str(behind)]
            row += [_told(fares.last.get(channel.id)), Text(why)]
        table.add_row(*row)
    Console().print(table if channels else "no channels; describe them in tocsin.yaml")


def _told(delivery: Delivery | None) -> Text:
    if delivery is None:
        return Text("none of late")
    return Text(f"{delivery.attempted_at:%m-%d %H:%M:%S} {delivery.outcome.value}: {delivery.detail}".rstrip(": "))


def _document(channel: ChannelConfig, fares: _Fares, now: datetime) -> dict[str, Any]:
    word, _ = _status(channel, fares, now)
    state, last = fares.states.get(channel.id), fares.last.get(channel.id)
    return {
        "id": channel.id,
        "type": _type(channel),
        "state": word,
        "behind": fares.behind[channel.id],
        "failing_since": _written(state.failing_since if state else None),
        "disabled_at": _written(state.disabled_at if state else None),
        "reason": state.reason if state else "",
        "last": last.model_dump(mode="json") if last else None,
    }


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _type(channel: ChannelConfig) -> str:
    return str(getattr(channel, "type", ""))
