"""A process that decides: `python -m tests.faults.a_decider NAME KIND SECONDS`, on the topics NAME.in, .state and .out.

It rings once for each word, and remembers that it did. Its settings come from the environment as those of `decide`, and
its transactions may last so many seconds. It is `sound`, or has a fault that the tests must find:

apart      offsets are committed by themselves, before the transaction
stranger   the group is not asked whose the partitions are
doubtful   a transaction whose connection broke counts as any other
"""

import signal
import sys
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime

from confluent_kafka import Consumer, TopicPartition

from services.backbone import session, transaction
from services.backbone.librdkafka import ReadRecord, StateRecord
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord
from services.backbone.session import Session
from services.backbone.settings import load_settings
from services.backbone.telemetry import configure_logging
from services.backbone.transaction import TransactionalLoop

BATCH_RECORDS = 20
STAGE = "decide"


class OnceEach:
    """Rings once for each word."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rung: dict[int, set[bytes]] = {}
        self._changed: list[tuple[int, bytes]] = []

    def restore(self, partition: int, records: Iterable[StateRecord]) -> None:
        self._rung[partition] = {key or b"" for key, _, _ in records}

    def forget(self) -> None:
        self._rung.clear()
        self._changed.clear()

    def decide(self, record: ReadRecord) -> list[OutgoingRecord]:
        word = record.value or b""
        if word in self._rung[record.partition]:
            return []
        self._rung[record.partition].add(word)
        self._changed.append((record.partition, word))
        return [OutgoingRecord(f"{self._name}.out", word, word, [], record.partition)]

    def changes(self) -> list[OutgoingRecord]:
        changed, self._changed = self._changed, []
        return [OutgoingRecord(f"{self._name}.state", word, b"rung", [], partition) for partition, word in changed]

    def due(self, now: datetime) -> bool:
        return False

    def tick(self, now: datetime) -> list[OutgoingRecord]:
        return []


class Apart(Session):
    """Commits by itself what it is about to decide."""

    def _commit(self, outputs: Sequence[OutgoingRecord], next_offsets: dict[int, int]) -> None:
        places = [TopicPartition(self._source, number, offset) for number, offset in next_offsets.items()]
        self._consumer.commit(offsets=places, asynchronous=False)
        super()._commit(outputs, {})


class Stranger(Session):
    """Names neither generation nor member id."""

    def _commit(self, outputs: Sequence[OutgoingRecord], next_offsets: dict[int, int]) -> None:
        nobody = Consumer(self._reader_config)
        self._membership = nobody.consumer_group_metadata()
        super()._commit(outputs, next_offsets)
        nobody.close()


class Doubtful(Session):
    """Goes on in the same epoch whatever happened, as long as librdkafka does."""

    def _commit(self, outputs: Sequence[OutgoingRecord], next_offsets: dict[int, int]) -> None:
        super()._commit(outputs, next_offsets)
        self._failure = None


KINDS = {"sound": Session, "apart": Apart, "stranger": Stranger, "doubtful": Doubtful}


def main(name: str, kind: str, transaction_seconds: str) -> None:
    """Decide until SIGTERM."""
    settings = load_settings()
    configure_logging("json", "info")
    seconds = float(transaction_seconds)
    vars(session).update(BATCH_RECORDS=BATCH_RECORDS, TRANSACTION_SECONDS=seconds, REQUEST_SECONDS=seconds - 2)
    vars(transaction)["Session"] = KINDS[kind]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    loop = TransactionalLoop(settings, STAGE, f"{name}.in", f"{name}.state", Progress(STAGE))
    loop.run(OnceEach(name), stop.is_set)


if __name__ == "__main__":
    main(*sys.argv[1:])
