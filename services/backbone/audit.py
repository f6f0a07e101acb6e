"""Every change of the configuration is an event on `configuration.changes`.

The audit never stops what it tells of: what cannot be written is logged, kept, and written with the next.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, Literal

from aiokafka.errors import KafkaError

from schemas import ConfigurationChange
from services.backbone.clients import Writer
from services.backbone.difference import Difference
from services.backbone.errors import Defect, RecordError
from services.backbone.process import Process
from services.backbone.record import encode
from services.backbone.telemetry import logger
from services.backbone.topics import CONFIGURATION_CHANGES

MOST_KEPT: Final = 1_000
"""Changes that wait to be written; of more the oldest are only in the log."""
LAST_SECONDS: Final = 2.0
"""What a process that stops gives those that are not written yet."""
MOST_IDS: Final = 100
MOST_DEFECTS: Final = 20
MOST_CHARACTERS: Final = 500

Outcome = Literal["started", "accepted", "refused"]

log = logger()


class Audit:
    """Writes the changes of one process, in their order."""

    def __init__(self, writer: Writer, stage: str) -> None:
        """Write as this stage."""
        self._stage = stage
        self._writer = writer
        self._waiting: deque[ConfigurationChange] = deque(maxlen=MOST_KEPT)
        self._writing: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, process: Process, writer: Writer) -> "Audit":
        """The audit of a process; when it stops, what waits is given a moment."""
        audit = cls(writer, process.stage)
        process.stack.push_async_callback(audit.close)
        return audit

    def tell(
        self,
        part: str,
        outcome: Outcome,
        before: str | None,
        digest: str,
        difference: Difference,
        defects: Sequence[Defect],
        at: datetime,
    ) -> None:
        """Have a change written, and those before it that could not be; returns at once."""
        change = ConfigurationChange(
            part=part,
            stage=self._stage,
            outcome=outcome,
            digest=digest,
            before=before,
            added=_cut(difference.added),
            removed=_cut(difference.removed),
            changed=_cut(difference.changed),
            defects=tuple(str(defect)[:MOST_CHARACTERS] for defect in defects[:MOST_DEFECTS]),
            at=at,
        )
        self._waiting.append(change)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Wait a moment for what is not written yet."""
        if self._writing is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_SECONDS):
                    await self._writing

    async def _write(self) -> None:
        while self._waiting:
            change = self._waiting[0]
            try:
                await self._writer.write([encode(CONFIGURATION_CHANGES.name, change, self._stage)])
            except (KafkaError, RecordError, OSError) as error:
                log.error(
                    "audit.not_written", waiting=len(self._waiting), error=str(error) or type(error).__name__,
                    fix=f"see that {CONFIGURATION_CHANGES.name} can be written; it is tried again with the next change",
                )  # fmt: skip
                return
            if self._waiting and self._waiting[0] is change:
                self._waiting.popleft()


def _cut(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(each[:MOST_CHARACTERS] for each in ids[:MOST_IDS])
