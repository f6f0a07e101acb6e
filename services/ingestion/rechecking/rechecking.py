"""Rechecking: what rang is asked for again, so that who was told of it is told if it is taken back.

alerts > waiting (one group a delay) > recheck > gone > `articles`, withdrawn
"""

import asyncio

import httpx

from services.backbone.process import Process
from services.ingestion.fetching.hosts import Hosts
from services.ingestion.fetching.robots import Robots
from services.ingestion.rechecking.delays import DELAYS
from services.ingestion.rechecking.recheck import Recheck, Withdrawer
from services.ingestion.rechecking.waiting import Waiting


async def recheck(
    process: Process, withdrawer: Withdrawer, client: httpx.AsyncClient, hosts: Hosts, robots: Robots
) -> None:
    """Ask again for what rang, until the process is told to stop.

    Args:
        process: whose settings say whether to.
        withdrawer: who publishes what is gone.
        client: the guarded client of ingestion.
        hosts: whom pages are asked of, too, in turn.
        robots: what sites permit.
    """
    if process.settings.recheck:
        check = Recheck(client, hosts, robots, withdrawer).check
        await asyncio.gather(*(Waiting(process, delay, check).run() for delay in DELAYS))
