"""How the channels fare, kept on `channels.state`; a dead one is told of on other channels, and that it is over.

Every instance follows the topic: its order is the truth. What an instance has written itself holds for it at once, and
what stood before that on the topic is passed over. A failure is written when it has lasted for a moment, so that a
channel that takes every other alert writes nothing.

What is told is written before the state that says so. Killed in between it is told again, under the same ids.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas import ChannelIncident, ChannelState
from services.alerting.notify.addressed import addressed
from services.alerting.notify.channels.channel import Channel, ChannelConfig
from services.alerting.notify.incidents import (
    afresh,
    disabled,
    failing,
    is_dead,
    is_well,
    raised,
    resolved,
    word_of,
)
from services.backbone.clients import Writer
from services.backbone.errors import RecordError
from services.backbone.follow import Follower
from services.backbone.process import Process
from services.backbone.record import ConsumedRecord, OutgoingRecord, decode, encode
from services.backbone.telemetry import logger
from services.backbone.topics import CHANNEL_INCIDENTS, CHANNEL_STATE

KEPT_AFTER: Final = timedelta(seconds=30)
"""A failure that has lasted so long survives a restart."""
LOOK_SECONDS: Final = 5.0
"""How often it is seen who is dead by now."""

log = logger()


def _clock() -> datetime:
    return datetime.now(UTC)


class Trouble:
    """What is the matter with the channels, as of now."""

    def __init__(
        self,
        process: Process,
        writer: Writer,
        channels: Callable[[], Mapping[str, Channel]],
        trouble_channels: Callable[[], Sequence[str]],
        clock: Callable[[], datetime] = _clock,
    ) -> None:
        """Nothing is known before `catch_up`.

        Args:
            process: in which the channels' loops run.
            writer: where states, incidents and notifications are written.
            channels: those in force, by id.
            trouble_channels: who is told.
            clock: aware UTC.
        """
        self._process = process
        self._writer = writer
        self._channels = channels
        self._trouble_channels = trouble_channels
        self._clock = clock
        self._follower = Follower(process, CHANNEL_STATE, self._take)
        self._now: dict[str, ChannelState] = {}
        self._stored: dict[str, ChannelState] = {}
        """As on the topic, or on the way there."""
        self._awaited: dict[str, ChannelState | None] = {}
        """The last that was written here and has not come back yet."""
        self._waiting: dict[str, int] = {}

    async def catch_up(self) -> None:
        """Read what is on the topic.

        Raises:
            TopicMismatch: the topic does not exist.
        """
        await self._follower.catch_up()

    async def follow(self) -> None:
        """Take over what other instances write, and tell what is due, until the process stops."""
        await asyncio.gather(self._follower.follow(), self._look())

    def waits(self, config: ChannelConfig, count: int) -> None:
        """Say how many notifications a channel is to take as soon as it can, in this process."""
        self._waiting[config.id] = count

    def disabled_since(self, config: ChannelConfig) -> datetime | None:
        """Since when it wants nothing; None where it does, also because it is described anew."""
        state = self._now.get(config.id)
        if state is None or state.disabled_at is None or state.config != config.digest:
            return None
        return state.disabled_at

    def is_disabled(self, config: ChannelConfig) -> bool:
        """Whether nothing is to be sent there."""
        return self.disabled_since(config) is not None

    def is_told(self, config: ChannelConfig) -> bool:
        """Whether people know that something is the matter with it."""
        state = self._now.get(config.id)
        return state is not None and state.told_at is not None

    async def took(self, config: ChannelConfig, why: str = "it takes alerts again") -> None:
        """It has taken something: what was the matter is over."""
        state = self._now.get(config.id)
        if state is None or is_well(state) or self.is_disabled(config):
            return
        await self._is_over(state, why, afresh(config.id, config.digest, self._clock()))

    async def failed(self, config: ChannelConfig, reason: str) -> None:
        """An attempt failed, for whatever reason: who finds fault with each message takes nothing either."""
        state = await self._described(config)
        if state.disabled_at is None:
            self._now[config.id] = state = failing(state, reason, now := self._clock())
            if is_dead(state, now):
                await self._raise(state, now)

    async def missing(self, config: ChannelConfig, reason: str, since: datetime) -> None:
        """What is to arrive there does not; that is told at once."""
        await self._raise(failing(await self._described(config), reason, since), self._clock())

    async def disabled(self, config: ChannelConfig, reason: str) -> None:
        """It has said that it wants nothing any more; that is told at once."""
        before = await self._described(config)
        if before.disabled_at is None:
            self._now[config.id] = state = disabled(before, reason, now := self._clock())
            if before.told_at is not None:  # on the topic alone: people are told of what comes instead
                await self._writer.write([self._record(resolved(before, "it is disabled now", now))])
            await self._raise(state, now)

    async def _look(self) -> None:
        while not self._process.stopping.is_set():
            await self.look()
            await self._process.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Tell what is due, write what has lasted, and forget channels that are no longer configured."""
        channels, now = self._channels(), self._clock()
        for state in list(self._now.values()):
            channel = channels.get(state.channel)
            if channel is None:
                await self._is_over(state, "the channel is not configured any more", None)
            elif channel.config.digest != state.config:
                await self._described(channel.config)
            elif is_dead(state, now) and self._waiting.get(state.channel):
                await self._raise(state, now)
            elif self._has_lasted(state, now):
                await self._store(state.channel, state)

    def _has_lasted(self, state: ChannelState, now: datetime) -> bool:
        stored = self._stored.get(state.channel)
        is_new = stored is None or stored.failing_since != state.failing_since
        return is_new and state.failing_since is not None and now - state.failing_since >= KEPT_AFTER

    async def _described(self, config: ChannelConfig) -> ChannelState:
        """The state of the channel that is described so; whatever was the matter with another one is over."""
        state, digest = self._now.get(config.id), config.digest
        if state is not None and state.config == digest:
            return state
        fresh = afresh(config.id, digest, self._clock())
        if state is None:
            self._now[config.id] = fresh
        else:
            await self._is_over(state, "the channel is described anew", fresh)
        return fresh

    async def _is_over(self, state: ChannelState, why: str, after: ChannelState | None) -> None:
        """Let another state, or none, take the place of this one; what was told of it is told to be over."""
        if after is None:
            self._now.pop(state.channel, None)
        else:
            self._now[state.channel] = after
        if state.told_at is not None:
            incident = resolved(state, why, self._clock())
            await self._tell(incident)
            log.info("channel.recovered", channel=state.channel, kind=incident.kind, reason=why)
        if (stored := self._stored.get(state.channel)) is not None and (after is None or not is_well(stored)):
            await self._store(state.channel, after)

    async def _raise(self, state: ChannelState, now: datetime) -> None:
        """Tell what is the matter, once."""
        if state.told_at is not None:
            return
        self._now[state.channel] = told = state.model_copy(update={"told_at": now, "at": now})
        incident = raised(state, self._waiting.get(state.channel, 0), now)
        log.error(
            f"channel.{incident.kind}", channel=incident.channel, since=incident.since.isoformat(),
            reason=incident.reason, waiting=incident.waiting, fix=incident.fix,
        )  # fmt: skip
        await self._tell(incident)
        if self._now.get(state.channel) is told:
            await self._store(state.channel, told)

    async def _tell(self, incident: ChannelIncident) -> None:
        word = word_of(incident, self._trouble_channels())
        if not word:
            log.error(
                "channel.trouble_untold",
                channel=incident.channel,
                fix="name another channel under trouble_channels in tocsin.yaml",
            )
        await self._writer.write([self._record(incident), *(addressed(each, self._process.stage) for each in word)])

    def _record(self, incident: ChannelIncident) -> OutgoingRecord:
        return encode(CHANNEL_INCIDENTS.name, incident, self._process.stage)

    async def _store(self, channel: str, state: ChannelState | None) -> None:
        self._awaited[channel] = state
        if state is None:
            self._stored.pop(channel, None)
            record = OutgoingRecord(CHANNEL_STATE.name, channel.encode(), None, [])
        else:
            self._stored[channel] = state
            record = encode(CHANNEL_STATE.name, state, self._process.stage)
        await self._writer.write([record])

    def _take(self, record: ConsumedRecord) -> None:
        """Take over what somebody wrote, unless what was written here stands behind it."""
        try:
            state = None if record.value is None else decode(CHANNEL_STATE, record)
        except RecordError as error:
            log.error("channel_state.unreadable", offset=record.offset, error=str(error))
            return
        channel = (record.key or b"").decode("utf-8", "replace") if state is None else state.channel
        if channel in self._awaited:
            if self._awaited[channel] == state:
                del self._awaited[channel]
            return
        for known in (self._now, self._stored):
            if state is None:
                known.pop(channel, None)
            else:
                known[channel] = state
