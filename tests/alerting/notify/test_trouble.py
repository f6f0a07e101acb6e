"""What is the matter with a channel is told on others, once, across restarts and instances."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from schemas import ChannelIncident, ChannelState, Notification
from services.alerting.notify.addressed import addressed, is_addressed_to
from services.alerting.notify.channels.channel import Channel, ChannelConfig, Send
from services.alerting.notify.incidents import afresh, failing, raised, word_of
from services.alerting.notify.trouble import KEPT_AFTER, Trouble
from services.backbone.clients import Writer
from services.backbone.keyed_state import restore
from services.backbone.record import decode
from services.backbone.settings import Settings
from services.backbone.topics import CHANNEL_INCIDENTS, CHANNEL_STATE, NOTIFICATIONS
from tests.alerting.examples import NOON
from tests.backbone.eventually import eventually
from tests.backbone.on_kafka import running, stands_in

HOUR = timedelta(hours=1)
HOOK, CHAT = ChannelConfig(id="hook"), ChannelConfig(id="chat")
HOOK_ANEW = ChannelConfig(id="hook", retry_seconds=(1.0,))


@dataclass(frozen=True)
class Described:
    """A channel of which only the description matters."""

    config: ChannelConfig

    def connect(self) -> AbstractAsyncContextManager[Send]:
        raise AssertionError("nothing is sent here")


@dataclass
class Office:
    """What two instances have in common: the broker, the clock and the configuration."""

    settings: Settings
    now: datetime = NOON
    channels: dict[str, ChannelConfig] = field(default_factory=lambda: {"hook": HOOK, "chat": CHAT})
    told: tuple[str, ...] = ("mail", "hook")

    @asynccontextmanager
    async def trouble(self) -> AsyncIterator[Trouble]:
        """An instance that has read what is there, and reads what comes."""
        async with running(self.settings, "notify") as process:
            writer = await Writer.start(process)
            trouble = Trouble(process, writer, self._open, lambda: self.told, lambda: self.now)
            await trouble.catch_up()
            yield trouble

    def _open(self) -> dict[str, Channel]:
        return {name: Described(config) for name, config in self.channels.items()}

    async def incidents(self) -> list[tuple[str, str]]:
        """What was told on the topic: kind and state."""
        records = await stands_in(self.settings, CHANNEL_INCIDENTS.name)
        told: list[ChannelIncident] = [decode(CHANNEL_INCIDENTS, record) for record in records]
        return [(each.kind, each.state) for each in told]

    async def word(self) -> list[tuple[str, str, str]]:
        """What goes to channels: to which, and of which incident."""
        records = await stands_in(self.settings, NOTIFICATIONS.name)
        word: list[Notification] = [decode(NOTIFICATIONS, record) for record in records]
        assert all(is_addressed_to(record, each.channel) for record, each in zip(records, word, strict=True))
        return [(each.channel, each.incident.kind, each.incident.state) for each in word if each.incident]

    async def state(self) -> ChannelState | None:
        return (await restore(self.settings.kafka, CHANNEL_STATE)).get("hook")


async def test_a_channel_dead_for_an_hour_is_told_of_once_and_that_it_is_over_even_by_a_later_start(
    settings: Settings,
) -> None:
    office = Office(settings)
    async with office.trouble() as trouble:
        await trouble.failed(HOOK, "HTTP 503")
        office.now += KEPT_AFTER
        await trouble.look()
        kept = await office.state()
        assert kept is not None
        assert (kept.failing_since, kept.told_at, kept.reason) == (NOON, None, "HTTP 503")

    office.now = NOON + HOUR - timedelta(seconds=1)
    async with office.trouble() as trouble:
        trouble.waits(HOOK, 3)
        await trouble.look()
        assert await office.incidents() == []
        office.now = NOON + HOUR
        await trouble.look()
        await trouble.look()
        await trouble.failed(HOOK, "HTTP 503")
        assert await office.incidents() == [("dead", "raised")]
        assert await office.word() == [("mail", "dead", "raised")]

    async with office.trouble() as trouble:
        await trouble.failed(HOOK, "HTTP 503")
        await trouble.took(HOOK)
        await trouble.took(HOOK)
    assert await office.incidents() == [("dead", "raised"), ("dead", "resolved")]
    assert await office.word() == [("mail", "dead", "raised"), ("mail", "dead", "resolved")]
    over = await office.state()
    assert over is not None
    assert (over.failing_since, over.told_at) == (None, None)


async def test_nobody_is_told_where_nothing_waits_and_nothing_is_written_of_a_channel_that_takes_every_other(
    settings: Settings,
) -> None:
    office = Office(settings)
    async with office.trouble() as trouble:
        await trouble.failed(HOOK, "HTTP 500")
        await trouble.took(HOOK)
        office.now += HOUR
        await trouble.failed(HOOK, "HTTP 500")
        await trouble.look()
        assert await office.state() is None
        office.now += HOUR
        await trouble.look()  # what failed was given up, and there was nothing else to take
        assert await office.incidents() == []
        await trouble.failed(HOOK, "HTTP 500")
        assert await office.incidents() == [("dead", "raised")]


async def test_a_channel_that_wants_nothing_is_disabled_everywhere_until_it_is_described_anew(
    settings: Settings,
) -> None:
    office = Office(settings)
    async with office.trouble() as one, office.trouble() as other, following(other):
        await one.failed(HOOK, "HTTP 500")
        await one.disabled(HOOK, "HTTP 410")
        await one.disabled(HOOK, "HTTP 410")
        await one.took(HOOK)  # an attempt that was under way
        assert one.is_disabled(HOOK)
        assert one.disabled_since(HOOK) == NOON
        await eventually(lambda: other.is_disabled(HOOK))
        assert not other.is_disabled(HOOK_ANEW)
        assert await office.word() == [("mail", "disabled", "raised")]

        office.channels["hook"] = HOOK_ANEW
        await one.look()
        await eventually(lambda: not other.is_disabled(HOOK))
    assert await office.incidents() == [("disabled", "raised"), ("disabled", "resolved")]


async def test_what_one_instance_brings_there_ends_the_failure_that_the_other_saw(settings: Settings) -> None:
    office = Office(settings)
    async with office.trouble() as one, office.trouble() as other, following(one), following(other):
        await one.failed(HOOK, "HTTP 500")
        office.now += KEPT_AFTER
        await one.look()
        await one.disabled(CHAT, "HTTP 410")  # whoever has read that has read what stands before it
        await eventually(lambda: other.is_disabled(CHAT))
        await other.took(HOOK)
        office.channels["chat"] = ChannelConfig(id="chat", retry_seconds=(1.0,))
        await other.look()
        await eventually(lambda: not one.is_disabled(CHAT))
        office.now += HOUR
        one.waits(HOOK, 1)
        await one.look()
    assert ("dead", "raised") not in await office.incidents()


async def test_what_an_instance_knows_by_now_is_not_undone_by_what_it_wrote_before(settings: Settings) -> None:
    office = Office(settings)
    async with office.trouble() as one, office.trouble() as other:
        await one.failed(HOOK, "HTTP 500")
        office.now += KEPT_AFTER
        await one.look()
        await one.took(HOOK)
        office.now += KEPT_AFTER
        await one.failed(HOOK, "HTTP 500")
        await other.disabled(CHAT, "HTTP 410")  # whoever has read that has read what stands before it
        async with following(one):
            await eventually(lambda: one.is_disabled(CHAT))
            office.now += HOUR
            one.waits(HOOK, 1)
            await one.look()
    assert ("dead", "raised") in await office.incidents()


async def test_a_channel_that_is_taken_out_is_forgotten_and_what_was_told_of_it_is_over(settings: Settings) -> None:
    office = Office(settings)
    async with office.trouble() as trouble:
        await trouble.disabled(HOOK, "HTTP 410")
        del office.channels["hook"]
        await trouble.look()
    assert await office.incidents() == [("disabled", "raised"), ("disabled", "resolved")]
    assert await office.state() is None


async def test_word_of_trouble_that_only_the_dead_channel_could_carry_stands_on_the_topic(settings: Settings) -> None:
    office = Office(settings, told=("hook",))
    async with office.trouble() as trouble:
        await trouble.disabled(HOOK, "HTTP 410")
    assert await office.incidents() == [("disabled", "raised")]
    assert await office.word() == []


def test_a_record_is_for_the_channel_in_its_header_and_must_be_read_without_one() -> None:
    (notification,) = word_of(raised(failing(afresh("hook", "d1", NOON), "HTTP 500", NOON), 0, NOON), ["mail"])
    record: Any = addressed(notification, "notify")

    assert is_addressed_to(record, notification.channel)
    assert not is_addressed_to(record, "another")
    assert is_addressed_to(replace(record, headers=[]), "another")


@asynccontextmanager
async def following(trouble: Trouble) -> AsyncIterator[None]:
    """Let an instance read what others write."""
    task = asyncio.create_task(trouble.follow())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
