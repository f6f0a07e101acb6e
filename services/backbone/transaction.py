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
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from confluent_kafka import KafkaException

from services.backbone.errors import TransactionStuck
from services.backbone.kafka_faults import Cure, NothingCommitted, cure, fix
from services.backbone.progress import Progress
from services.backbone.session import Decider, Session
from services.backbone.settings import Settings
from services.backbone.telemetry import TRANSACTIONS, logger

RETRY_SECONDS: Final = (0.5, 1.0, 2.0, 5.0)
MOST_STUCK: Final = 5
MOST_REFUSED: Final = 10
"""Sessions in a row without a transaction, though the broker was there: half a minute."""
FENCED_SECONDS: Final = 60.0
LOGGED_FAILURES: Final = 5

log = logger()


def utc_now() -> datetime:
    """The time by the system's clock."""
    return datetime.now(UTC)


class TransactionalLoop:
    """Reads one topic, decides, and writes everything that follows in one transaction a batch."""

    def __init__(
        self,
        settings: Settings,
        stage: str,
        source: str,
        state: str,
        progress: Progress,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """
        Args:
            settings: of the process.
            stage: its name; group and transactional id are made from it.
            source: the topic that is read.
            state: the compacted topic of what is remembered, with as many partitions.
            progress: kept.
            clock: for what is due without an input.
        """
        self._settings = settings
        self._stage = stage
        self._source = source
        self._state = state
        self._progress = progress
        self._clock = clock
        for outcome in ("committed", "abandoned"):
            TRANSACTIONS.labels(outcome)  # a rise is seen from 0

    def run(self, decider: Decider, stopping: Callable[[], bool]) -> None:
        """Run sessions until told to stop; one that ends by an error is followed by a new one.

        Raises:
            NothingCommitted: an error that a new session cannot mend, or has not mended again and again.
            TransactionStuck: it happened again and again; each time leaves a thread behind, so the process must end.
        """
        failures = refused = stuck = 0
        fenced_at = -FENCED_SECONDS
        while not stopping():
            session = Session(self._settings, self._stage, self._source, self._state, self._progress, decider)
            try:
                session.open()
                while not stopping():
                    if session.step(self._clock()):
                        failures = refused = 0
                return
            except KafkaException as error:
                cured_by = cure(error.args[0])
                refused = refused + 1 if cured_by is Cure.ANEW else 0
                fenced_twice = cured_by is Cure.FENCED and time.monotonic() - fenced_at < FENCED_SECONDS
                if cured_by is Cure.NOBODY or refused == MOST_REFUSED or fenced_twice:
                    self._progress.waiting("a person")
                    raise NothingCommitted(f"{error.args[0].str()}; {fix(error.args[0])}") from error
                if cured_by is Cure.FENCED:
                    fenced_at = time.monotonic()
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


def _pause(seconds: float, stopping: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    gate = threading.Event()
    while not stopping() and time.monotonic() < end:
        gate.wait(0.1)
