"""A stage as a plain loop: read a batch, handle each record, write the outputs, then commit. At least once.

Offsets are committed only when every output is acknowledged. Killed in between, the batch comes again, and gives the
same ids again.
"""

import time
from collections.abc import Callable, Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord

from services.backbone.clients import Writer
from services.backbone.dead_letters import set_aside
from services.backbone.process import Process, unless
from services.backbone.record import ConsumedRecord, OutgoingRecord
from services.backbone.telemetry import RECORDS, STAGE_SECONDS, logger

BATCH_RECORDS = 200
POLL_MS = 500

log = logger()

Handle = Callable[[ConsumedRecord], Iterable[OutgoingRecord]]


async def consume(process: Process, consumer: AIOKafkaConsumer, writer: Writer, handle: Handle) -> None:
    """Run the loop until the process is told to stop.

    Args:
        process: the process; its progress is kept.
        consumer: started, subscribed, with a group.
        writer: where the outputs go.
        handle: one record to its outputs; what it raises sends the record to dead letters.
    """
    process.progress.started()
    while not process.stopping.is_set():
        polling = consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS)
        batches = await unless(process.stopping, polling) or {}
        outputs: list[OutgoingRecord] = []
        for records in batches.values():
            for record in records:
                outputs.extend(_handled(process.stage, handle, record))
        await writer.write(outputs)
        done = {partition: records[-1].offset + 1 for partition, records in batches.items() if records}
        await _commit(process, consumer, done)
        _observe(process, consumer, done)


def _handled(stage: str, handle: Handle, record: ConsumerRecord) -> list[OutgoingRecord]:
    began = time.perf_counter()
    try:
        outputs = list(handle(record))
    except Exception as error:  # one bad record must not stop its partition, nor vanish
        outputs = [set_aside(record, error, stage)]
    else:
        RECORDS.labels(stage, "handled").inc()
    STAGE_SECONDS.labels(stage).observe(time.perf_counter() - began)
    return outputs


async def _commit(process: Process, consumer: AIOKafkaConsumer, done: dict[TopicPartition, int]) -> None:
    if not done:
        return
    try:
        await consumer.commit(done)
    except (CommitFailedError, IllegalStateError) as error:
        log.info("commit.superseded", stage=process.stage, error=str(error))  # another instance has them, and repeats
    except KafkaError as error:
        if not error.retriable:
            raise
        log.warning("commit.waits", stage=process.stage, error=str(error))  # the next batch commits these too


def _observe(process: Process, consumer: AIOKafkaConsumer, done: dict[TopicPartition, int]) -> None:
    assigned = consumer.assignment()
    process.progress.assigned([(partition.topic, partition.partition) for partition in assigned])
    for partition in assigned:
        end = consumer.highwater(partition)
        if end is not None and partition in done:
            process.progress.observe((partition.topic, partition.partition), done[partition], end)
