"""A client of the broker for as long as a command needs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.backbone.clients import stop_client
from services.backbone.errors import BrokerUnavailable
from services.backbone.settings import KafkaSettings

C = TypeVar("C", AIOKafkaConsumer, AIOKafkaProducer)


@asynccontextmanager
async def connected(client: C, kafka: KafkaSettings) -> AsyncIterator[C]:
    """Start a client, and close it after the block.

    Raises:
        BrokerUnavailable: no broker answers.
    """
    try:
        try:
            await client.start()
        except (KafkaError, OSError) as error:
            raise BrokerUnavailable.at(kafka.bootstrap_servers, error) from None
        yield client
    finally:
        await stop_client(client)
