"""A real Kafka for one part of the benchmark, gone at its end with all that it held; and an installation on it."""

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from services.backbone.clients import Writer, new_consumer, new_producer, partitions_of, stop_client
from services.backbone.provision import provision
from services.backbone.record import OutgoingRecord
from services.backbone.settings import DEFAULT_CONFIG, KafkaSettings, Settings
from services.backbone.topics import Topic, declared
from services.broker import KafkaBroker, free_port
from tests.broker.conftest import JARS
from tests.vocabulary import Desk


@contextmanager
def kafka_and_desk(more_topics: Sequence[Topic[Any]] = ()) -> Iterator[tuple[KafkaBroker, Desk]]:
    """A broker with the declared topics and these, and a desk with the default configuration that reads no source and
    whose watches have no limit."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        folder = Path(name)
        shutil.copytree(DEFAULT_CONFIG, folder / "config")
        shutil.rmtree(folder / "config" / "sources")
        for file in (folder / "config" / "watches").glob("*.yaml"):
            file.write_text(yaml.safe_dump({"watches": yaml.safe_load(file.read_text(encoding="utf-8"))["watches"]}))
        with KafkaBroker(folder / "kafka", free_port(), jars=JARS) as broker:
            kafka = KafkaSettings(bootstrap_servers=broker.address, session_timeout_seconds=6)
            asyncio.run(provision(kafka, [*declared(), *more_topics]))
            settings = Settings(config=folder / "config", deployment=new_deployment(), instance="one", kafka=kafka)
            yield broker, Desk(settings, {"TOCSIN_LOG_LEVEL": "info"})


def new_deployment() -> str:
    """A name whose consumer groups have read nothing."""
    return f"bench-{uuid.uuid4().hex[:8]}"


async def produce(kafka: KafkaSettings, records: Sequence[OutgoingRecord]) -> None:
    """Write records and wait until the broker has them."""
    producer = new_producer(kafka)
    await producer.start()
    try:
        await Writer(producer).write(records)
    finally:
        await stop_client(producer)


async def end_of(kafka: KafkaSettings, topic: str) -> int:
    """How many records were ever written to a topic, marks of transactions included."""
    consumer = new_consumer(kafka, isolation="read_uncommitted")
    await consumer.start()
    try:
        return sum((await consumer.end_offsets(await partitions_of(consumer, topic))).values())
    finally:
        await stop_client(consumer)
