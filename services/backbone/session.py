"""One life of a transactional loop: a producer, a consumer and a memory that are made, fenced and dropped together."""

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from services.backbone import tracing
from services.backbone.ending import Ending
from services.backbone.errors import TransactionStuck
from services.backbone.kafka_faults import Connections
from services.backbone.librdkafka import REQUEST_SECONDS, ReadRecord, StateRecord, read, stream_to_end
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord
from services.backbone.settings import Settings
from services.backbone.telemetry import COMMIT_SECONDS, TRANSACTIONS, logger
from services.backbone.topics import BROKER_RECORD_BYTES

BATCH_RECORDS: Final = 500
BATCH_BYTES: Final = 4 * 1024 * 1024
POLL_SECONDS: Final = 0.25
TRANSACTION_SECONDS: Final = 10.0
SHORT_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 15.0
ANY_PARTITION: Final = -1

log = logger()


class Decider(Protocol):
    """What is decided, with the memory that it is decided on: one slice a partition. None of this may raise."""

    def restore(self, partition: int, records: Iterable[StateRecord]) -> None:
        """Take over a partition with these state records, oldest first; they are read while they are asked for."""

    def forget(self) -> None:
        """Drop the memory of all partitions, and what `changes` has not given yet."""

    def decide(self, record: ReadRecord) -> list[OutgoingRecord]:
        """One input to its outputs."""

    def due(self, now: datetime) -> bool:
        """Whether something is due without an input. Cheap: asked several times a second, of what was restored."""

    def tick(self, now: datetime) -> list[OutgoingRecord]:
        """The outputs that are due; asked when `due` said so."""

    def changes(self) -> list[OutgoingRecord]:
        """State records for all that `decide` and `tick` changed since this was asked: once a transaction, at its end.

        Each names the partition whose memory it is of.
        """


class Session:
    """One producer, one consumer, one memory: alive together, dropped together."""

    def __init__(
        self, settings: Settings, stage: str, source: str, state: str, progress: Progress, decider: Decider
    ) -> None:
        self._stage = stage
        self._source = source
        self._state = state
        self._progress = progress
        self._decider = decider
        name = f"{settings.deployment}.{stage}.{settings.instance}"
        base = settings.kafka.librdkafka() | {"client.id": name, "log_level": 2}
        session_ms = int(settings.kafka.session_timeout_seconds * 1000)
        self._reader_config = base | {
            "group.id": settings.group(stage),
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
        self._connections = Connections()
        self._producer = Producer(
            base
            | {
                "transactional.id": name,
                "transaction.timeout.ms": int(TRANSACTION_SECONDS * 1000),
                "message.timeout.ms": int(REQUEST_SECONDS * 1000),
                "message.max.bytes": BROKER_RECORD_BYTES,
                "queue.buffering.max.messages": 0,  # a batch is bounded by us
                "partitioner": "murmur2_random",
                "linger.ms": 0,
                # A transaction is refused while the marks of the last one are under way: ask again soon. (Measured, one
                # after the other without a pause: 13.4 ms each with 10 here, 4.1 ms with 2.)
                "retry.backoff.ms": 2,
                "log_level": 6,
            },
            logger=self._connections,
        )
        self._failure: Exception | None = None
        self._revoked = False
        self._to_abort = False
        self._look_at = 0.0
        self._positions: dict[int, int] = {}
        self._membership: Any = None
        """Of the group, as it was when our partitions were assigned. Never as it is now: a client whose session has run
        out drops generation and member id in the background, and a broker takes a transaction's offsets from one who
        names neither (seen with Kafka 4), so that old clients may write them."""

    def open(self) -> None:
        """Fence older owners of the transactional id, then join the group."""
        self._producer.init_transactions(REQUEST_SECONDS)
        self._consumer.subscribe([self._source], on_assign=self._on_assign, on_revoke=self._on_revoke)
        self._progress.started()

    def step(self, now: datetime) -> bool:
        """Wait for records, decide them, add what is due without one, and write what follows.

        Returns:
            Whether a transaction was committed.
        """
        records = self._batch()
        if time.monotonic() >= self._look_at:
            self._look()
        outputs = [output for record in records for output in self._decided(record)]
        due = bool(self._positions) and self._decider.due(now)
        if due:
            outputs += self._decider.tick(now)
        if records or due:
            outputs += self._decider.changes()
        if not records and not outputs:
            return False
        next_offsets = {record.partition: record.offset + 1 for record in records}
        with tracing.written_together(outputs) as sent:
            self._commit(sent, next_offsets or self._positions)
        self._positions |= next_offsets
        for number, offset in next_offsets.items():
            _, end = self._consumer.get_watermark_offsets(TopicPartition(self._source, number), cached=True)
            self._progress.observe((self._source, number), offset, max(end, offset))
        return True

    def _batch(self) -> list[ReadRecord]:
        """The records at hand. One by one, so that none is kept from before a rebalance: its memory is gone."""
        records: list[ReadRecord] = []
        size = 0
        while len(records) < BATCH_RECORDS and size < BATCH_BYTES:
            message = self._consumer.poll(0 if records else POLL_SECONDS)
            if self._failure is not None:
                raise self._failure
            if self._revoked:
                self._revoked = False
                records.clear()
            if message is None:
                break
            records.append(record := read(message))
            size += len(record.value or b"")
        return records

    def _decided(self, record: ReadRecord) -> list[OutgoingRecord]:
        with tracing.processing(record, self._reader_config["group.id"]):
            return self._decider.decide(record)

    def _commit(self, outputs: Sequence[OutgoingRecord], next_offsets: dict[int, int]) -> None:
        began = time.perf_counter()
        self._producer.begin_transaction()
        for output in outputs:
            self._producer.produce(
                output.topic,
                output.value,
                output.key,
                ANY_PARTITION if output.partition is None else output.partition,
                headers=[(name, value) for name, value in output.headers],
            )
        offsets = [TopicPartition(self._source, number, offset) for number, offset in next_offsets.items()]
        ending = Ending(
            partial(self._producer.send_offsets_to_transaction, offsets, self._membership, REQUEST_SECONDS),
            partial(self._producer.commit_transaction, REQUEST_SECONDS),
        )
        try:
            ending.within(TRANSACTION_SECONDS)
        except KafkaException as error:
            self._to_abort = error.args[0].txn_requires_abort()
            raise
        TRANSACTIONS.labels("committed").inc()
        COMMIT_SECONDS.observe(time.perf_counter() - began)
        self._producer.poll(0)
        if self._connections.broken:
            self._failure = KafkaException(KafkaError(KafkaError._TRANSPORT, "a connection broke: begin anew"))

    def close(self) -> None:
        """Abort what was refused and leave the group. What else is open, the next session's fence ends."""
        if self._to_abort:
            with contextlib.suppress(KafkaException, TransactionStuck):
                Ending(partial(self._producer.abort_transaction, SHORT_SECONDS)).within(SHORT_SECONDS + 1)
        self._consumer.close()

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        try:
            began = time.monotonic()
            self._membership = consumer.consumer_group_metadata()
            places = self._places(consumer, partitions)
            self._progress.waiting("its memory")
            restored = sum(self._restore(place.partition) for place in places)
            consumer.assign(places)
            self._positions = {place.partition: place.offset for place in places}
            self._look_at = 0.0
            self._progress.assigned([(self._source, number) for number in self._positions])
            self._progress.started()
            log.info(
                "partitions.assigned",
                stage=self._stage,
                partitions=list(self._positions),
                state_records=restored,
                seconds=round(time.monotonic() - began, 3),
            )
        except Exception as error:
            self._failure = error

    def _places(self, consumer: Consumer, partitions: list[TopicPartition]) -> list[TopicPartition]:
        """Where each partition goes on: behind what is committed, by a transaction that is still open too."""
        places = consumer.committed(partitions, REQUEST_SECONDS) if partitions else []
        for place in places:
            if place.error is not None:
                raise KafkaException(place.error)
            if place.offset < 0:
                place.offset, _ = consumer.get_watermark_offsets(place, REQUEST_SECONDS, cached=False)
        return places

    def _restore(self, number: int) -> int:
        count = 0

        def counted() -> Iterator[StateRecord]:
            nonlocal count
            for record in stream_to_end(self._reader_config, self._state, number):
                count += 1
                yield record

        self._decider.restore(number, counted())
        return count

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.unassign()
        self._revoked = True
        self._positions = {}
        self._decider.forget()
        self._progress.assigned([])

    def _on_error(self, error: KafkaError) -> None:
        """After a time without any broker a transaction would get stuck: begin a new session before one is open."""
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self._failure = KafkaException(error)

    def _look(self) -> None:
        """Ask the broker where the partitions end: a consumer that stopped fetching does not know."""
        self._look_at = time.monotonic() + LOOK_SECONDS
        with contextlib.suppress(KafkaException):
            for number, position in self._positions.items():
                partition = TopicPartition(self._source, number)
                _, end = self._consumer.get_watermark_offsets(partition, SHORT_SECONDS, cached=False)
                self._progress.observe((self._source, number), position, max(end, position))
