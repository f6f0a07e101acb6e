"""The end of the line: a channel that takes the canary, and tells nobody."""

import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas import Alert
from services.alerting.canary.arrivals import Arrivals
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import ChannelConfig, Send
from services.alerting.notify.message import Message
from services.backbone.canary import CANARY, script_of

CONFIG = ChannelConfig(id=CANARY)


@dataclass(frozen=True, slots=True, eq=False)
class CanaryChannel:
    """It is always there and takes everything."""

    arrivals: Arrivals
    config: ChannelConfig = CONFIG

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """There is nothing to open."""
        yield self._take

    async def _take(self, message: Message) -> Answer:
        event = message.event
        if isinstance(event, Alert) and event.article is not None and (script := script_of(event.watch.id)):
            self.arrivals.came(script, datetime.now(UTC) - event.article.seen_at, time.monotonic())
        return Answer(Verdict.TAKEN, "arrived")
