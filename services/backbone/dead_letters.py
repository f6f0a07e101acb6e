"""A bad record never stops a partition and never vanishes: it goes to `dead-letters` with its origin and the reason."""

import asyncio
from datetime import UTC, datetime

from schemas import DeadLetter
from schemas.dead_letter import MAX_KEPT_BYTES
from services.backbone import tracing
from services.backbone.clients import Writer
from services.backbone.errors import RecordError
from services.backbone.record import REPLAYS, ConsumedRecord, OutgoingRecord, encode, header, trace_of
from services.backbone.telemetry import RECORDS, SET_ASIDE, logger
from services.backbone.topics import DEAD_LETTERS

MAX_ERROR_CHARACTERS = 2_000

log = logger()


def dead_letter(record: ConsumedRecord, error: Exception, stage: str, failed_at: datetime) -> DeadLetter:
    """Describe a record that could not be handled."""
    value = record.value or b""
    replays = (header(record.headers, REPLAYS) or b"0")[:9]
    what = (str(error) or type(error).__name__)[:MAX_ERROR_CHARACTERS].encode(errors="replace").decode()
    return DeadLetter.model_construct(
        stage=stage,
        origin_topic=record.topic,
        origin_partition=record.partition,
        origin_offset=record.offset,
        origin_key=record.key and record.key[:MAX_KEPT_BYTES],
        origin_value=None if record.value is None else value[:MAX_KEPT_BYTES],
        origin_size_bytes=len(value),
        error=what,
        fix=error.fix if isinstance(error, RecordError) else "this is a defect of Tocsin; report it with this record",
        failed_at=failed_at,
        replays=int(replays) if replays.isdigit() else 0,
    )


def set_aside(record: ConsumedRecord, error: Exception, stage: str) -> OutgoingRecord:
    """The dead letter of a record, ready to be written; logged and counted."""
    letter = dead_letter(record, error, stage, datetime.now(UTC))
    tracing.failed(error)
    counted_as = stage.partition(".")[0]  # each channel has a name of its own, `notify.desk`
    RECORDS.labels(counted_as, "dead_letter").inc()
    SET_ASIDE.labels(counted_as, type(error).__name__ if isinstance(error, RecordError) else "defect").inc()
    log.error(
        "record.set_aside",
        stage=stage,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        error=letter.error,
        fix=letter.fix,
    )
    return encode(DEAD_LETTERS.name, letter, stage, trace_of(record))


class DeadLetters:
    """Where a stage sends what it cannot handle."""

    def __init__(self, writer: Writer, stage: str) -> None:
        self._writer = writer
        self._stage = stage

    async def send(self, record: ConsumedRecord, error: Exception) -> asyncio.Future[None]:
        """Set a record aside; acknowledge it only when the future is done."""
        return await self._writer.send(set_aside(record, error, self._stage))
