"""What is said of a channel's notifications: on `deliveries`, in the metrics and in the log.

Of the canary's nothing is said but how old it is: people who look for what reached them are to see none of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from schemas import Outcome
from services.alerting.notify.addressed import CHANNEL_HEADER
from services.alerting.notify.steps import Said
from services.backbone.canary import CANARY
from services.backbone.clients import Writer
from services.backbone.record import encode
from services.backbone.telemetry import DELIVERIES, DELIVERY_SECONDS, logger
from services.backbone.topics import DELIVERIES as DELIVERIES_TOPIC

WRITE_AT_ONCE: Final = 200

log = logger()


class Outcomes:
    """One channel's."""

    def __init__(self, stage: str, channel: str, writer: Writer) -> None:
        """
        Args:
            stage: the process that it runs in.
            channel: whose outcomes they are.
            writer: where deliveries are written.
        """
        self._stage = stage
        self._channel = channel
        self._writer = writer
        self._is_told = channel != CANARY
        if self._is_told:
            for outcome in Outcome:
                DELIVERIES.labels(channel, outcome.value)  # a rise is seen from 0

    def answered_after(self, seconds: float) -> None:
        """The channel took so long to answer an attempt."""
        if self._is_told:
            DELIVERY_SECONDS.labels(self._channel).observe(seconds)

    async def write(self, said: Sequence[Said]) -> None:
        """Say what was made of these; when this returns it is written."""
        for begin in range(0, len(said), WRITE_AT_ONCE):
            await self._write(said[begin : begin + WRITE_AT_ONCE])

    async def _write(self, said: Sequence[Said]) -> None:
        if self._is_told:
            mark = (CHANNEL_HEADER, self._channel.encode())
            records = [encode(DELIVERIES_TOPIC.name, delivery, self._stage, errand.trace) for errand, delivery in said]
            await self._writer.write(replace(record, headers=[*record.headers, mark]) for record in records)
        for errand, delivery in said:
            is_its_own = delivery.outcome is Outcome.DELIVERED and delivery.message_id == errand.message_id
            if is_its_own and errand.since is not None:
                errand.since.observe(self._stage, datetime.now(UTC))
            if self._is_told:
                DELIVERIES.labels(self._channel, delivery.outcome.value).inc()
                log.info(
                    f"delivery.{delivery.outcome.value}",
                    channel=self._channel,
                    alert=delivery.alert_id,
                    message=delivery.message_id,
                    attempt=delivery.attempt,
                    detail=delivery.detail,
                )
