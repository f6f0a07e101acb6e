"""Publishes the canary, every few minutes; of several ingestion processes the one does that holds its share.

The first comes an interval after the process began: what is started for a moment makes none. So at most two intervals
lie between two of them where a process ends and another takes over its share, or it is started anew.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from services.backbone.canary import CANARY
from services.backbone.process import Process, unless
from services.backbone.telemetry import logger
from services.ingestion.canary.texts import canaries
from services.ingestion.publish import Publisher
from services.ingestion.turn import Turn

log = logger()


async def publish_canaries(process: Process, turn: Callable[[], Turn | None], publisher: Publisher) -> None:
    """Work until the process stops.

    Args:
        process: says whether and how often.
        turn: the share that is held now; None while there is none.
        publisher: waits while the broker is away. What is published then is late, and counts as such.
    """
    seconds = process.settings.canary_interval_seconds
    if not process.settings.canary:
        log.info("canary.off", fix="to see whether the line works set TOCSIN_CANARY=true for every process")
        return
    while True:
        await process.sleep(seconds)
        if process.stopping.is_set():
            return
        held = turn()
        if held is not None and held.holds(CANARY):
            now = datetime.now(UTC)
            await unless(process.stopping, publisher.canaries(canaries(int(now.timestamp() // seconds), now)))
