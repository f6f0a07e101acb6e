"""A stage as a plain loop: read a batch, handle each record, write the outputs, then commit. At least once.

Offsets are committed only when every output is acknowledged. Killed in between, the batch comes again, and gives the
same ids again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord

from services.backbone import tracing
from services.backbone.clients import Writer
from services.backbone.dead_letters import set_aside
from services.backbone.process import Process, unless
from services.backbone.record import ConsumedRecord, OutgoingRecord
from services.backbone.telemetry import RECORDS, STAGE_SECONDS, count_from_zero, logger

BATCH_RECORDS = 200
POLL_MS = 500
LOOK_SECONDS = 15.0

log = logger()

Handle = Callable[[ConsumedRecord], Iterable[OutgoingRecord] | Awaitable[Iterable[OutgoingRecord]]]
Before = Callable[[Collection[TopicPartition]], Awaitable[None]]


async def _nothing(_: Collection[TopicPartition]) -> None:
    """There is nothing to do before."""


async def consume(
    process: Process,
    consumer: AIOKafkaConsumer,
    writer: Writer,
    handle: Handle,
    before: Before = _nothing,
    *,
    name: str | None = None,
) -> None:
    """Run the loop until the process is told to stop.

    Args:
        process: the process; its progress is kept.
        consumer: started, subscribed, with a group.
        writer: where the outputs go.
        handle: one record to its outputs; what it raises sends the record to dead letters.
        before: is awaited in each round with the partitions that are ours or have records, before any is handled.
        name: what this loop is called in logs and metrics, where the process does more than this.
    """
    stage = name or process.stage
    group = process.settings.group(stage)
    if name is not None:
        process.progress.reads_as(name)
        count_from_zero(name)
    process.progress.started()
    handled: dict[TopicPartition, int] = {}
    looking = asyncio.ensure_future(_look(process, consumer, handled))
    process.stack.callback(looking.cancel)
    while not process.stopping.is_set():
        polling = consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS)
        batches = {tp: records for tp, records in (await unless(process.stopping, polling) or {}).items() if records}
        await before({*batches, *consumer.assignment()})
        if process.stopping.is_set():
            return
        handled |= {partition: records[0].offset for partition, records in batches.items()}
        _observe(process, consumer, handled)
        outputs = [
            output
            for records in batches.values()
            for record in records
            for output in await _handled(stage, group, handle, record)
        ]
        await writer.write(outputs)
        done = {partition: records[-1].offset + 1 for partition, records in batches.items()}
        await commit(stage, consumer, done)
        handled |= done
        await _pass_over(consumer, handled)
        _observe(process, consumer, handled)


async def _handled(stage: str, group: str, handle: Handle, record: ConsumerRecord) -> list[OutgoingRecord]:
    began = time.perf_counter()
    with tracing.processing(record, group):
        try:
            given = handle(record)
            outputs = list(await given if isinstance(given, Awaitable) else given)
        except Exception as error:  # one bad record must not stop its partition, nor vanish
            outputs = [set_aside(record, error, stage)]
        else:
            RECORDS.labels(stage, "handled").inc()
    STAGE_SECONDS.labels(stage).observe(time.perf_counter() - began)
    return outputs


async def _pass_over(consumer: AIOKafkaConsumer, handled: dict[TopicPartition, int]) -> None:
    """Count the marks of transactions as handled once they were read: behind them nothing may come for days, and a
    partition whose end is never reached would be taken for one that stands still."""
    with suppress(IllegalStateError):  # one was lost meanwhile
        for partition in handled.keys() & consumer.assignment():
            handled[partition] = max(handled[partition], await consumer.position(partition))


async def commit(stage: str, consumer: AIOKafkaConsumer, done: Mapping[TopicPartition, int]) -> bool:
    """Commit what is done; where that cannot be now, say so and go on: it comes again, or the next commit covers it.

    Returns:
        Whether it is committed.

    Raises:
        aiokafka.errors.KafkaError: one that waiting cannot mend.
    """
    if not done:
        return False
    if consumer._subscription.reassignment_in_progress:
        return False  # queued behind our join it is refused, and aiokafka joins anew; so on without end (its issue 727)
    try:
        await consumer.commit(dict(done))
    except (CommitFailedError, IllegalStateError) as error:
        log.info("commit.superseded", stage=stage, error=str(error))  # another instance has them, and repeats
        return False
    except KafkaError as error:
        if not error.retriable:
            raise
        log.warning("commit.waits", stage=stage, error=str(error))  # the next commit covers these too
        return False
    return True


def _observe(process: Process, consumer: AIOKafkaConsumer, handled: dict[TopicPartition, int]) -> None:
    assigned = consumer.assignment()
    process.progress.assigned([(partition.topic, partition.partition) for partition in assigned])
    for lost in handled.keys() - assigned:
        del handled[lost]
    for partition, offset in handled.items():
        end = consumer.highwater(partition)
        if end is not None:
            process.progress.observe((partition.topic, partition.partition), offset, end)


async def _look(process: Process, consumer: AIOKafkaConsumer, handled: Mapping[TopicPartition, int]) -> None:
    """Ask the broker where partitions end: a consumer that stopped fetching does not know (aiokafka's issue 1037)."""
    while not process.stopping.is_set():
        await process.sleep(LOOK_SECONDS)
        with suppress(TimeoutError, KafkaError, IllegalStateError):
            async with asyncio.timeout(LOOK_SECONDS):
                for partition, end in (await consumer.end_offsets(consumer.assignment())).items():
                    offset = handled.get(partition)
                    if offset is None:
                        offset = await consumer.position(partition)
                    process.progress.observe((partition.topic, partition.partition), offset, end)
