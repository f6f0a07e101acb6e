"""How the channels fare: disabled, dead, failing; and the deliveries of the last day that were given up."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from schemas import ChannelState, Delivery
from schemas.delivery import Outcome
from services.alerting.notify.channels.channel import ChannelConfig
from services.alerting.notify.incidents import is_dead, trouble
from services.alerting.notify.installation import load_installation
from services.backbone.errors import ConfigurationError
from services.backbone.keyed_state import restore
from services.backbone.settings import KafkaSettings
from services.backbone.topics import CHANNEL_STATE, DELIVERIES
from services.cli.doctor.finding import Finding, counted, error, ok, warning
from services.cli.stored import opened, read
from services.ingestion.polling.incidents import spoken

LOOK_BACK: Final = timedelta(days=1)
NEWEST: Final = 2_000
"""Attempts of each partition that are looked at."""


def channels_of(folder: Path) -> list[ChannelConfig]:
    """Those that are described; none where that cannot be read."""
    try:
        return [channel for channel, _, _ in load_installation(folder).channels]
    except ConfigurationError:
        return []


async def look_at_channels(kafka: KafkaSettings, folder: Path, now: datetime) -> list[Finding]:
    """Read what notify knows of each channel."""
    channels = channels_of(folder)
    if not channels:
        return []  # told by the check of the configuration
    states = await restore(kafka, CHANNEL_STATE)
    return list(judge_channels(channels, states, await _given_up(kafka, now), now))


def judge_channels(
    channels: Sequence[ChannelConfig],
    states: Mapping[str, ChannelState],
    given_up: Mapping[str, Delivery],
    now: datetime,
) -> Iterator[Finding]:
    """What is the matter with each.

    Args:
        channels: as they are described.
        states: by id; one of an older description says nothing of the channel as it is.
        given_up: by channel the last delivery that failed for good in the last day.
        now: the time of this look.
    """
    bad = 0
    for channel in channels:
        state = states.get(channel.id)
        found = trouble(state) if state is not None and state.config == channel.digest else None
        if state is not None and found is not None:
            bad += 1
            kind, since = found
            lasts = f"for {spoken(max(0.0, (now - since).total_seconds()))}: {state.reason}"
            look = f"see what it says: tocsin channel test {channel.id}"
            if kind == "disabled":
                fix = f"if it is to be told again: tocsin channel enable {channel.id}; else take it out of tocsin.yaml"
                yield error("channels", f"{channel.id} wants nothing any more, {lasts}", fix)
            elif is_dead(state, now):
                yield error("channels", f"{channel.id} takes nothing {lasts}", look)
            else:
                yield warning("channels", f"{channel.id} fails {lasts}; what is for it waits and is tried again", look)
        elif (last := given_up.get(channel.id)) is not None:
            bad += 1
            fix = f"tocsin channel test {channel.id}; then tocsin deliveries retry sends again what failed"
            yield warning("channels", f"{channel.id} failed to take alerts in the last day: {last.detail}", fix)
    if not bad:
        yield ok("channels", f"{counted(len(channels), 'channel')}, and none is in trouble")


async def _given_up(kafka: KafkaSettings, now: datetime) -> dict[str, Delivery]:
    last: dict[str, Delivery] = {}
    async with opened(kafka) as stored:
        lately = await stored.stretch(DELIVERIES.name, now - LOOK_BACK)
        async with aclosing(stored.records(lately.newest(NEWEST))) as records:
            async for record in records:
                delivery = read(DELIVERIES, record)
                if delivery is not None and delivery.outcome is Outcome.FAILED:
                    last[delivery.channel] = delivery
                elif delivery is not None and delivery.outcome is Outcome.DELIVERED:
                    last.pop(delivery.channel, None)  # it takes again
    return last
