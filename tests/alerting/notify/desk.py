"""A channel that keeps what it is sent and answers as it is told, and the notifications that go there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from schemas import Alert, AlertGroup, ChannelIncident, Notification, Severity, WaitsFor
from schemas.ids import notification_id
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import ChannelConfig, Send
from services.alerting.notify.message import Message
from tests.alerting.examples import alert

TAKEN = Answer(Verdict.TAKEN, "HTTP 200")
LATER = Answer(Verdict.LATER, "HTTP 503")
NEVER = Answer(Verdict.NEVER, "HTTP 400", is_the_channel=False)
TOO_LARGE = Answer(Verdict.LATER, "HTTP 413", is_the_channel=False)
GONE = Answer(Verdict.DISABLE, "HTTP 410")

EXAMPLE = alert()


@dataclass
class Box:
    """A channel of our own."""

    config: ChannelConfig
    answer: Callable[[Message], Answer] = lambda _: TAKEN
    seconds: float = 0.0
    """How long it takes to answer."""
    messages: list[Message] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """Nothing has to be opened."""
        yield self._send

    async def _send(self, message: Message) -> Answer:
        self.messages.append(message)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.under_way -= 1
        return self.answer(message)

    @property
    def told(self) -> list[str]:
        """The ids of its messages."""
        return [message.id for message in self.messages]


def box(name: str = "box", answer: Answer = TAKEN, **config: Any) -> Box:
    """A channel of this id that answers so."""
    return Box(ChannelConfig(id=name, **config), lambda _: answer)


def notification(
    slug: str,
    channel: str = "box",
    *,
    watch: str = "ttp",
    severity: Severity = "normal",
    waits_for: WaitsFor | None = None,
    due_at: datetime | None = None,
    routed_at: datetime | None = None,
    again: int = 0,
) -> Notification:
    """The notification of an alert that is told apart by its slug."""
    rang = ring(slug, watch, severity)
    return Notification(
        id=notification_id(rang.event_id, channel, waits_for),
        channel=channel,
        route=("default",),
        waits_for=waits_for,
        due_at=due_at,
        again=again,
        routed_at=routed_at or datetime.now(UTC),
        alert=rang,
    )


def ring(slug: str, watch: str = "ttp", severity: Severity = "normal") -> Alert:
    """An alert of a watch."""
    summary = EXAMPLE.watch.model_copy(update={"id": watch, "severity": severity})
    return EXAMPLE.model_copy(update={"id": f"alr-{slug}", "thread": f"alr-{slug}", "watch": summary})


def told_of(event: Alert | AlertGroup | ChannelIncident) -> list[str]:
    """The alerts that an event tells of."""
    match event:
        case Alert():
            return [event.id]
        case AlertGroup():
            return [item.item.alert_id for item in event.items]
        case ChannelIncident():
            return []
