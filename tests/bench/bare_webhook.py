"""`python -m tests.bench.bare_webhook BROKERS TOPIC URL SECRET`: read alerts, sign and post each, and keep nothing.

The least that a webhook can cost: one hop, the same libraries, no route, no retry, no record of what became of it.
"""

import asyncio
import sys
from datetime import UTC, datetime

import httpx
import uvloop
from standardwebhooks import Webhook

from services.backbone.clients import new_consumer, partitions_of
from services.backbone.record import header
from services.backbone.settings import KafkaSettings

AT_A_TIME = 16


async def main(brokers: str, topic: str, url: str, secret: str) -> None:
    """Post until killed, some at a time."""
    consumer = new_consumer(KafkaSettings(bootstrap_servers=brokers))
    signer, turn = Webhook(secret), asyncio.Semaphore(AT_A_TIME)
    await consumer.start()
    consumer.assign(await partitions_of(consumer, topic))
    under_way: set[asyncio.Task[None]] = set()
    async with httpx.AsyncClient(trust_env=False, headers={"content-type": "application/json"}) as client:

        async def post(name: str, body: bytes) -> None:
            now = datetime.now(UTC)
            headers = {
                "webhook-id": name,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": signer.sign(name, now, body.decode()),
            }
            async with turn:
                (await client.post(url, content=body, headers=headers)).raise_for_status()

        while True:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for record in records:
                    task = asyncio.create_task(post((header(record.headers, "ce_id") or b"").decode(), record.value))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
