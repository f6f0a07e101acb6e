"""One alert to one channel: attempt, write what became of it, wait, attempt again."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from schemas import Alert, Delivery
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import ChannelConfig, Send
from services.alerting.notify.retry import next_attempt
from services.backbone.telemetry import DELIVERIES, logger

Write = Callable[[Delivery], Awaitable[None]]
"""Returns when the delivery is written for good."""

log = logger()


async def deliver(alert: Alert, config: ChannelConfig, send: Send, write: Write, stopping: asyncio.Event) -> bool:
    """Attempt until the channel has the alert or it has failed there.

    Returns:
        Whether it is done; False where the wait for the next attempt was ended by `stopping`.
    """
    for attempt in count(1):
        attempted_at = datetime.now(UTC)
        step = next_attempt(await _attempt(alert, config, send), attempt, config.retry_seconds, random.random)
        wait = None if step.wait_seconds is None else timedelta(seconds=step.wait_seconds)
        await write(
            Delivery(
                alert_id=alert.id,
                sequence=alert.sequence,
                channel=config.id,
                attempt=attempt,
                outcome=step.outcome,
                attempted_at=attempted_at,
                detail=step.reason,
                next_attempt_at=wait and datetime.now(UTC) + wait,
            )
        )
        DELIVERIES.labels(config.id, step.outcome.value).inc()
        log.info(
            f"delivery.{step.outcome.value}",
            channel=config.id,
            alert=alert.event_id,
            attempt=attempt,
            detail=step.reason,
        )
        if step.wait_seconds is None:
            return True
        if await _is_set_within(stopping, step.wait_seconds):
            return False
    raise AssertionError("a schedule ends")


async def _attempt(alert: Alert, config: ChannelConfig, send: Send) -> Answer:
    try:
        return await send(alert)
    except Exception as error:  # a defect of one channel must neither lose the alert nor stop the others
        log.exception("channel.defect", channel=config.id, alert=alert.event_id)
        return Answer(Verdict.LATER, f"defect of the channel: {type(error).__name__}")


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
