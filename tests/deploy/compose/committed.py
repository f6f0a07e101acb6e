"""Run inside a container: print every alert, as a `read_committed` subscriber sees them, a line each."""

import asyncio
import json

from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.settings import load_settings
from services.backbone.topics import ALERTS


async def main() -> None:
    """Read from the beginning to where the log ends now."""
    consumer = new_consumer(load_settings().kafka)
    await consumer.start()
    try:
        partitions = await partitions_of(consumer, ALERTS.name)
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    print(json.dumps(json.loads(record.value), ensure_ascii=False))
    finally:
        await stop_client(consumer)


asyncio.run(main())
