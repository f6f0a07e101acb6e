"""Outputs, state changes and offsets in ONE Kafka transaction: what a `read_committed` reader sees, it sees once.

librdkafka, because it has the consumer-generation fence (KIP-447) and stable offset fetch; CONTRIBUTING.md says how
that was measured. Two rules, for reasons that stand there too:

1. Fence before you read. On assignment: the stable committed offset first (it waits for an open transaction to end),
   then that partition's slice of the state topic, read_committed, up to where the log ended, then resume.
2. No retry in doubt. After any doubtful result the producer, the consumer and all memory are dropped, and a new session
   begins at rule 1. A delayed EndTxn could else end the next transaction.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)

from services.backbone.errors import TransactionStuck
from services.backbone.librdkafka import REQUEST_SECONDS, ReadRecord, read, read_to_end
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord
from services.backbone.settings import Settings
from services.backbone.telemetry import TRANSACTIONS, logger
from services.backbone.topics import BROKER_RECORD_BYTES

BATCH_RECORDS = 500
POLL_SECONDS = 0.25
TRANSACTION_SECONDS = 10.0
RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0)
ANY_PARTITION = -1
MOST_STUCK = 5
LOGGED_FAILURES = 5

log = logger()


class Decider(Protocol):
    """What is decided, with the memory that it is decided on: one slice a partition."""

    def restore(self, partition: int, records: Iterable[ReadRecord]) -> None:
        """Take over a partition with these state records, oldest first."""

    def forget(self) -> None:
        """Drop the memory of all partitions."""

    def decide(self, record: ReadRecord) -> list[OutgoingRecord]:
        """One input to its outputs and state changes, remembered. Never raises."""


class TransactionalLoop:
    """Reads one topic, decides, and writes everything that follows in one transaction a batch."""

    def __init__(self, settings: Settings, stage: str, source: str, state: str, progress: Progress) -> None:
        self._settings = settings
        self._stage = stage
        self._source = source
        self._state = state
        self._progress = progress

    def run(self, decider: Decider, stopping: Callable[[], bool]) -> None:
        """Run sessions until told to stop; a doubtful one is followed by a new one.

        Raises:
            KafkaException: an error that a new session cannot mend (say, no permission).
            TransactionStuck: it happened again and again; each time leaves a thread behind, so the process must end.
        """
        failures = stuck = 0
        while not stopping():
            session = _Session(self, decider)
            try:
                session.open()
                while not stopping():
                    if session.step():
                        failures = 0
                return
            except KafkaException as error:
                if _is_final(error.args[0]):
                    raise
                self._abandoned(error, failures)
            except TransactionStuck as error:
                stuck += 1
                if stuck == MOST_STUCK:
                    raise
                self._abandoned(error, failures)
            finally:
                session.close()
                decider.forget()
            _pause(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)], stopping)
            failures += 1

    def _abandoned(self, error: Exception, failures: int) -> None:
        TRANSACTIONS.labels("abandoned").inc()
        self._progress.waiting("a new session")
        if failures % LOGGED_FAILURES == 0:  # while the broker is away, about once a minute
            log.warning("session.abandoned", stage=self._stage, error=str(error), again=failures + 1)


class _Session:
    """One producer, one consumer, one memory: alive together, dropped together."""

    def __init__(self, loop: TransactionalLoop, decider: Decider) -> None:
        self._loop = loop
        self._decider = decider
        settings = loop._settings
        base = settings.kafka.librdkafka() | {"client.id": f"{settings.deployment}.{loop._stage}", "log_level": 2}
        session_ms = int(settings.kafka.session_timeout_seconds * 1000)
        self._reader_config = base | {
            "group.id": settings.group(loop._stage),
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "fetch.message.max.bytes": BROKER_RECORD_BYTES,
            "fetch.wait.max.ms": 100,
        }
        self._consumer = Consumer(
            self._reader_config
            | {
                "session.timeout.ms": session_ms,
                "heartbeat.interval.ms": session_ms // 3,
                "error_cb": self._on_error,
            }
        )
        self._producer = Producer(
            base
            | {
                "transactional.id": f"{settings.deployment}.{loop._stage}.{settings.instance}",
                "transaction.timeout.ms": int(TRANSACTION_SECONDS * 1000),
                "message.timeout.ms": int(REQUEST_SECONDS * 1000),
                "message.max.bytes": BROKER_RECORD_BYTES,
                "partitioner": "murmur2_random",
                "linger.ms": 0,
                # A transaction is refused while the marks of the last one are under way: ask again soon.
                "retry.backoff.ms": 10,
            }
        )
        self._failure: Exception | None = None
        self._revoked = False

    def open(self) -> None:
        """Fence older owners of the transactional id, then join the group."""
        self._producer.init_transactions(REQUEST_SECONDS)
        self._consumer.subscribe([self._loop._source], on_assign=self._on_assign, on_revoke=self._on_revoke)
        self._loop._progress.started()

    def step(self) -> bool:
        """Wait for records, decide them, write what follows.

        Returns:
            Whether a transaction was committed.
        """
        records = self._batch()
        if not records:
            return False
        outputs = [output for record in records for output in self._decider.decide(record)]
        next_offsets = {record.partition: record.offset + 1 for record in records}
        self._commit(outputs, next_offsets)
        self._observe(next_offsets)
        return True

    def _batch(self) -> list[ReadRecord]:
        """The records at hand. One by one, so that none is kept from before a rebalance: its memory is gone."""
        records: list[ReadRecord] = []
        while len(records) < BATCH_RECORDS:
            message = self._consumer.poll(0 if records else POLL_SECONDS)
            if self._failure is not None:
                raise self._failure
            if self._revoked:
                self._revoked = False
                records.clear()
            if message is None:
                break
            records.append(read(message))
        return records

    def _commit(self, outputs: list[OutgoingRecord], next_offsets: dict[int, int]) -> None:
        self._producer.begin_transaction()
        for output in outputs:
            self._producer.produce(
                output.topic,
                output.value,
                output.key,
                ANY_PARTITION if output.partition is None else output.partition,
                headers=[(name, value) for name, value in output.headers],
            )
        offsets = [TopicPartition(self._loop._source, number, offset) for number, offset in next_offsets.items()]
        _Ending(self._producer, offsets, self._consumer.consumer_group_metadata()).within(TRANSACTION_SECONDS)
        TRANSACTIONS.labels("committed").inc()

    def close(self) -> None:
        """Leave the group. An open transaction is left to the next session's fence, or to its time-out."""
        self._consumer.close()

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        try:
            committed = consumer.committed(partitions, REQUEST_SECONDS)
            for partition in committed:
                if partition.error is not None:
                    raise KafkaException(partition.error)
                if partition.offset < 0:
                    partition.offset = OFFSET_BEGINNING
            began = time.monotonic()
            restored = 0
            for partition in partitions:
                records = read_to_end(self._reader_config, self._loop._state, partition.partition)
                restored += len(records)
                self._decider.restore(partition.partition, records)
            consumer.assign(committed)
            names = [(partition.topic, partition.partition) for partition in partitions]
            self._loop._progress.assigned(names)
            log.info(
                "partitions.assigned",
                stage=self._loop._stage,
                partitions=[number for _, number in names],
                state_records=restored,
                seconds=round(time.monotonic() - began, 3),
            )
        except Exception as error:
            self._failure = error

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.unassign()
        self._revoked = True
        self._decider.forget()
        self._loop._progress.assigned([])

    def _on_error(self, error: KafkaError) -> None:
        """After a time without any broker a transaction would get stuck: begin a new session before one is open."""
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self._failure = KafkaException(error)

    def _observe(self, next_offsets: dict[int, int]) -> None:
        for number, offset in next_offsets.items():
            partition = TopicPartition(self._loop._source, number)
            _, end = self._consumer.get_watermark_offsets(partition, cached=True)
            self._loop._progress.observe((self._loop._source, number), offset, max(end, offset))


class _Ending(threading.Thread):
    """Ends a transaction in a thread of its own, because librdkafka can block in it for ever.

    `send_offsets_to_transaction` passes over its time-out once the broker was away (librdkafka's issue 5456). A thread
    that comes late does not commit: the next session has fenced its producer, or is about to.
    """

    def __init__(self, producer: Producer, offsets: list[TopicPartition], metadata: Any) -> None:
        super().__init__(daemon=True, name="transaction")
        self._producer = producer
        self._offsets = offsets
        self._metadata = metadata
        self._abandoned = False
        self._failure: Exception | None = None

    def within(self, seconds: float) -> None:
        """Commit.

        Raises:
            KafkaException: the result is doubtful, or the transaction was refused.
            TransactionStuck: it did not end in time.
        """
        self.start()
        self.join(seconds)
        self._abandoned = self.is_alive()
        if self._abandoned:
            raise TransactionStuck(f"the transaction did not end within {seconds:.0f} s; was the broker away?")
        if self._failure is not None:
            raise self._failure

    def run(self) -> None:
        try:
            self._producer.send_offsets_to_transaction(self._offsets, self._metadata, REQUEST_SECONDS)
            if not self._abandoned:
                self._producer.commit_transaction(REQUEST_SECONDS)
        except Exception as error:
            self._failure = error


def _is_final(error: KafkaError) -> bool:
    return error.code() in {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        KafkaError._AUTHENTICATION,
    }


def _pause(seconds: float, stopping: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    gate = threading.Event()
    while not stopping() and time.monotonic() < end:
        gate.wait(0.1)
