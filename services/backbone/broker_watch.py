"""Whether the broker is still there while a process works, in our own words.

Client libraries try on for as long as it takes, and say so in theirs. Work goes on by itself once the broker is back;
what a person needs meanwhile is the reason and the fix, in the log and in the body of `/readyz`.
"""

import asyncio
from typing import Final

from services.backbone.progress import Progress
from services.backbone.reaching import Reached, reach
from services.backbone.settings import KafkaSettings
from services.backbone.telemetry import logger

LOOK_SECONDS: Final = 10.0
TELL_SECONDS: Final = 60.0

log = logger()


async def watch_broker(kafka: KafkaSettings, progress: Progress) -> None:
    """Look again and again, without end; a process that waits for its broker looks for itself."""
    now = asyncio.get_running_loop().time
    told_at: float | None = None
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if progress.says_why:
            continue
        found = await reach(kafka, sign_in=False)  # every sign-in is work for the broker, and a line in its log
        if isinstance(found, Reached):
            progress.broker_away("")
            if told_at is not None:
                log.info("broker.back", server=found.server)
            told_at = None
            continue
        progress.broker_away(f"{found.what}; {found.fix}")
        if told_at is None or now() - told_at >= TELL_SECONDS:
            told_at = now()
            log.warning(
                "broker.away", bootstrap_servers=kafka.bootstrap_servers, error=found.what, fix=found.fix,
            )  # fmt: skip
