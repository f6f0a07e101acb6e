"""Consumers and producers from settings, and a writer that gives up only on what waiting cannot mend."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    RecordTooLargeError,
)
from aiokafka.structs import RecordMetadata

from services.backbone import tracing
from services.backbone.broker_wait import wait_for_broker
from services.backbone.errors import BrokerUnavailable, RecordTooLarge, TopicMismatch
from services.backbone.process import Process
from services.backbone.record import OutgoingRecord
from services.backbone.settings import KafkaSettings
from services.backbone.telemetry import WRITE_RETRIES, WRITES_UNDER_WAY, logger
from services.backbone.topics import BROKER_RECORD_BYTES

RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
STOP_SECONDS = 3.0
IDEMPOTENT_SECONDS = 10.0

log = logger()


def new_consumer(
    kafka: KafkaSettings,
    *topics: str,
    group: str | None = None,
    isolation: Literal["read_committed", "read_uncommitted"] = "read_committed",
    **more: Any,
) -> AIOKafkaConsumer:
    """A consumer that commits only what it is told to, and begins at the beginning where nothing was committed."""
    session_ms = int(kafka.session_timeout_seconds * 1000)
    return AIOKafkaConsumer(
        *topics,
        **kafka.aiokafka(),
        **{
            "group_id": group,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "isolation_level": isolation,
            "session_timeout_ms": session_ms,
            "heartbeat_interval_ms": session_ms // 3,
            "max_partition_fetch_bytes": BROKER_RECORD_BYTES,
            "fetch_max_wait_ms": 250,
            "metadata_max_age_ms": 30_000,
            **more,
        },
    )


def new_producer(kafka: KafkaSettings, *, idempotent: bool = False) -> AIOKafkaProducer:
    """A producer whose record counts as written when every in-sync replica has it.

    Args:
        kafka: how to reach the broker.
        idempotent: a record that is sent again, for its acknowledgement was lost, is not written again.
    """
    return AIOKafkaProducer(
        **kafka.aiokafka(),
        acks="all",
        enable_idempotence=idempotent,
        max_request_size=BROKER_RECORD_BYTES,
        max_batch_size=256 * 1024,
        request_timeout_ms=30_000,
        retry_backoff_ms=200,
        metadata_max_age_ms=30_000,
    )


async def start_producer(kafka: KafkaSettings, *, idempotent: bool) -> AIOKafkaProducer:
    """A started producer; a plain one where the broker knows no idempotent ones (the embedded broker does not).

    Raises:
        aiokafka.errors.KafkaError: no broker answers, or it lets nobody in.
    """
    if idempotent:
        producer = new_producer(kafka, idempotent=True)
        try:
            async with asyncio.timeout(IDEMPOTENT_SECONDS):
                await producer.start()
        except (KafkaError, TimeoutError) as error:
            log.info("producer.not_idempotent", error=str(error) or type(error).__name__)
            await stop_client(producer)
        else:
            return producer
    producer = new_producer(kafka)
    try:
        await producer.start()
    except BaseException:
        await stop_client(producer)
        raise
    return producer


async def stop_client(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Close a client, but do not wait for an absent broker (aiokafka's issue 1101)."""
    await asyncio.sleep(0)  # a consumer stopped before its tasks ever ran raises CancelledError
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await client.stop()
    except (TimeoutError, KafkaError) as error:
        log.warning("client.stop_cut", client=type(client).__name__, error=str(error))


class Writer:
    """Writes records with `acks=all`. While the broker is away it tries on: nothing that was handed to it is dropped.

    What is not acknowledged yet is bounded: `send` waits once `bound` records are on their way.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        bound: int = 1000,
        another: Callable[[], Awaitable[AIOKafkaProducer]] | None = None,
    ) -> None:
        """Write by a producer.

        Args:
            producer: started.
            bound: how many records may be on their way.
            another: starts one in the place of an idempotent producer that cannot go on.
        """
        self._producer = producer
        self._bound = bound
        self._another = another
        self._replacing = asyncio.Lock()
        self._room = asyncio.Semaphore(bound)
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def start(cls, process: Process, *, idempotent: bool = False) -> "Writer":
        """A writer that is closed with the process.

        Args:
            process: whose settings say where the broker is.
            idempotent: write no record twice when only its acknowledgement was lost, where the broker allows it.

        Raises:
            BrokerUnavailable: the process was stopped before a broker answered, or the broker went away again.
        """
        await wait_for_broker(process)
        if process.stopping.is_set():
            raise BrokerUnavailable("stopped while no broker answered")
        another = partial(start_producer, process.settings.kafka, idempotent=idempotent)
        try:
            producer = await another()
        except KafkaError as error:
            raise BrokerUnavailable.at(process.settings.kafka.bootstrap_servers, error) from None
        writer = cls(producer, another=another)
        process.stack.push_async_callback(writer._close)
        return writer

    async def send(self, record: OutgoingRecord) -> asyncio.Future[None]:
        """Hand over a record; the future is done when the broker has acknowledged it.

        Raises (in the future):
            RecordTooLarge: the broker does not take a record of this size.
            aiokafka.errors.KafkaError: one that waiting cannot mend.
        """
        await self._room.acquire()
        record, traced = tracing.written(record)
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        written.add_done_callback(self._ended)
        if traced is not None:
            written.add_done_callback(lambda done: traced(None if done.cancelled() else done.exception()))
        WRITES_UNDER_WAY.inc()
        producer = self._producer
        try:
            sent = await _send(producer, record)
        except KafkaError as error:
            self._failed(record, written, error, producer, attempt=0)
        except BaseException:
            written.cancel()
            raise
        else:
            sent.add_done_callback(partial(self._sent, record, written, producer))
        return written

    async def write(self, records: Iterable[OutgoingRecord]) -> None:
        """Send all and return when all are acknowledged."""
        for future in [await self.send(record) for record in records]:
            await future

    async def drain(self) -> None:
        """Return when nothing is on its way."""
        for _ in range(self._bound):
            await self._room.acquire()
        for _ in range(self._bound):
            self._room.release()

    def _ended(self, _: asyncio.Future[None]) -> None:
        self._room.release()
        WRITES_UNDER_WAY.dec()

    def _sent(
        self,
        record: OutgoingRecord,
        written: asyncio.Future[None],
        producer: AIOKafkaProducer,
        sent: asyncio.Future[RecordMetadata],
    ) -> None:
        if written.done():
            return
        if sent.cancelled():
            written.cancel()
        elif (error := sent.exception()) is None:
            written.set_result(None)
        else:
            self._failed(record, written, error, producer, attempt=0)

    def _failed(
        self,
        record: OutgoingRecord,
        written: asyncio.Future[None],
        error: BaseException,
        producer: AIOKafkaProducer,
        attempt: int,
    ) -> None:
        out_of_order = isinstance(error, OutOfOrderSequenceNumber)
        no_room = isinstance(error, KafkaTimeoutError)  # in the client, for what is before it waits for the broker
        if isinstance(error, MessageSizeTooLargeError | RecordTooLargeError):
            written.set_exception(RecordTooLarge(f"{record.topic} takes no record of {len(record.value or b'')} bytes"))
        elif no_room or (
            isinstance(error, KafkaError) and (error.retriable or (out_of_order and self._another is not None))
        ):
            WRITE_RETRIES.inc()
            spent = producer if out_of_order else None
            task = asyncio.create_task(self._again(record, written, attempt, spent))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            written.set_exception(error)

    async def _again(
        self, record: OutgoingRecord, written: asyncio.Future[None], attempt: int, spent: AIOKafkaProducer | None
    ) -> None:
        if attempt % 12 == 0:
            log.warning("write.waits", topic=record.topic, attempt=attempt + 1, fix="is the broker up? trying again")
        await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
        producer = self._producer
        try:
            if producer is spent:
                producer = await self._replace(spent)
            await (await _send(producer, record))
        except KafkaError as error:
            self._failed(record, written, error, producer, attempt + 1)
        else:
            if not written.done():
                written.set_result(None)

    async def _replace(self, spent: AIOKafkaProducer) -> AIOKafkaProducer:
        """Another producer: a broker that refused one record of an idempotent producer takes no later one of it."""
        async with self._replacing:
            if self._producer is spent and self._another is not None:
                self._producer = await self._another()
                await stop_client(spent)
            return self._producer

    async def _close(self) -> None:
        await stop_client(self._producer)


async def _send(producer: AIOKafkaProducer, record: OutgoingRecord) -> asyncio.Future[RecordMetadata]:
    sent: asyncio.Future[RecordMetadata] = await producer.send(
        record.topic, record.value, key=record.key, partition=record.partition, headers=record.headers
    )
    return sent


async def partitions_of(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    """The partitions of a topic, without the subscription that would ask for them.

    Raises:
        TopicMismatch: there is no such topic. (To ask for it by name would create it on some brokers.)
    """
    cluster = await consumer._client.fetch_all_metadata()  # `topics()` does the same and forgets the partitions
    numbers = cluster.partitions_for_topic(topic)
    if not numbers:
        raise TopicMismatch(f"topic {topic} does not exist; create it: tocsin topics provision")
    return [TopicPartition(topic, number) for number in sorted(numbers)]
