"""Writes what people did, and says so only once the broker has it."""

import asyncio
from http import HTTPStatus
from typing import Final

from aiokafka.errors import KafkaError

from schemas import Acknowledgement, Feedback
from services.alerting.api.refusal import Refusal
from services.backbone.clients import Writer
from services.backbone.errors import RecordError
from services.backbone.record import encode
from services.backbone.telemetry import logger
from services.backbone.topics import ACKNOWLEDGEMENTS, FEEDBACK

SECONDS: Final = 5.0
"""What the broker gets to acknowledge in."""

log = logger()


class Publisher:
    """Writes for one process."""

    def __init__(self, writer: Writer, stage: str, seconds: float = SECONDS) -> None:
        """Write as this stage."""
        self._writer = writer
        self._stage = stage
        self._seconds = seconds

    async def publish(self, event: Acknowledgement | Feedback) -> None:
        """Return once the broker has it.

        Raises:
            Refusal: 503 where it does not answer in time. It may get it later all the same: the writer tries on.
        """
        topic = ACKNOWLEDGEMENTS.name if isinstance(event, Acknowledgement) else FEEDBACK.name
        record = encode(topic, event, self._stage)
        try:
            async with asyncio.timeout(self._seconds):
                written = await self._writer.send(record)
                written.add_done_callback(_retrieved)
                await asyncio.wait({written})  # to cancel it would take it from the writer
            written.result()
        except (TimeoutError, KafkaError, OSError, RecordError) as error:
            log.error("response.not_written", id=event.event_id, error=str(error) or type(error).__name__)
            what = "the broker does not answer, so it is not known whether this is kept"
            fix = "ask again; with the same asked_at it counts once"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, what, fix, {"Retry-After": "10"}) from None
        log.info("response.written", id=event.event_id, alert=event.alert_id, via=event.via)


def _retrieved(written: asyncio.Future[None]) -> None:
    """An error that comes when nobody waits any more has been logged already, as a timeout."""
    if not written.cancelled():
        written.exception()
