"""The peer of the whole chain: a plain aiokafka consumer and producer, nothing between. Run as a process of its own.

`python -m tests.bench.forwarder SERVERS FROM TO` forwards until it is killed; aiokafka's defaults, `acks=all`.
"""

import sys

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def forward(servers: str, source: str, target: str) -> None:
    """Send on each record as it comes."""
    consumer = AIOKafkaConsumer(source, bootstrap_servers=servers, group_id="forwarder", auto_offset_reset="earliest")
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all")
    await consumer.start()
    await producer.start()
    async for record in consumer:
        await producer.send(target, record.value, key=record.key)


if __name__ == "__main__":
    uvloop.run(forward(*sys.argv[1:]))
