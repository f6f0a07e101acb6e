"""What every process does first: wait for its broker, and say what stands in the way."""

import asyncio
from typing import Final

from services.backbone.errors import BrokerRefuses
from services.backbone.process import Process
from services.backbone.reaching import Reached, reach
from services.backbone.telemetry import logger

REACH_SECONDS: Final = 10.0
AGAIN_SECONDS: Final = 2.0
TELL_SECONDS: Final = 60.0
REFUSED_SECONDS = 30.0
"""A user that is being made, a certificate that is being renewed: what a person has to mend may be under way."""

log = logger()


async def wait_for_broker(process: Process) -> None:
    """Return once the broker answers and lets us in; say once a minute what stands in the way.

    Raises:
        BrokerRefuses: a broker is there, and for half a minute something stood in the way that no waiting mends.
    """
    kafka, now = process.settings.kafka, asyncio.get_running_loop().time
    told_at: float | None = None
    refused_since: float | None = None
    while not process.stopping.is_set():
        found = await reach(kafka, REACH_SECONDS)
        if isinstance(found, Reached):
            return
        if found.waiting_helps:
            refused_since = None
        else:
            refused_since = now() if refused_since is None else refused_since
            if now() - refused_since >= REFUSED_SECONDS:
                raise BrokerRefuses(f"{found.what}; {found.fix}")
        if told_at is None or now() - told_at >= TELL_SECONDS:
            told_at = now()
            log.warning("broker.away", bootstrap_servers=kafka.bootstrap_servers, error=found.what, fix=found.fix)
        process.progress.waiting("broker", f"{found.what}; {found.fix}")
        await process.sleep(AGAIN_SECONDS)
