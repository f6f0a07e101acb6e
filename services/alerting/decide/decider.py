"""Mentions as records -> alerts, state and tombstones as records: what `decide` writes in one transaction."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from schemas import Mention, Reason
from services.alerting.decide.judge import decide, ring, rung
from services.alerting.decide.memory import Memory
from services.backbone.dead_letters import set_aside
from services.backbone.errors import RecordError
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, decode, encode, trace_of
from services.backbone.telemetry import ARTICLE_AGE_SECONDS, DECISIONS, RECORDS, STAGE_SECONDS, logger
from services.backbone.topics import ALERTING_STATE, ALERTS, MENTIONS, alert_topic

log = logger()


class AlertDecider:
    """The `Decider` of alerts. Its memory is dropped and restored with the partitions."""

    def __init__(self, stage: str, provide_topic: Callable[[str], None]) -> None:
        """
        Args:
            stage: the process that decides.
            provide_topic: makes sure that the alert topic of this name exists. It is called once for each name: a
                transaction that writes to a topic that is not there would fail, again and again.
        """
        self._stage = stage
        self._provide_topic = provide_topic
        self._provided: set[str] = set()
        self._memories: dict[int, Memory] = {}

    def restore(self, partition: int, records: Iterable[ReadRecord]) -> None:
        """Take over a partition with these state records, oldest first. One that is not ours is passed over."""
        rang: dict[str, datetime] = {}
        for record in records:
            key = (record.key or b"").decode("utf-8", "replace")
            if record.value is None:
                rang.pop(key, None)
                continue
            try:
                rang[key] = decode(ALERTING_STATE, record).rang_at
            except RecordError as error:
                log.error("state.unreadable", topic=record.topic, key=key, offset=record.offset, error=str(error))
        self._memories[partition] = Memory(rang.items())

    def forget(self) -> None:
        """Drop the memory of all partitions."""
        self._memories.clear()
        self._provided.clear()

    def decide(self, record: ReadRecord) -> list[OutgoingRecord]:
        """One mention to its alert, its state and what is forgotten; a bad one to its dead letter."""
        memory = self._memories[record.partition]
        began = time.perf_counter()
        try:
            mention = decode(MENTIONS, record)
            reason = decide(mention, memory)
            outputs = self._ring(mention, reason, record) if reason is Reason.FIRST_MENTION else []
        except Exception as error:  # one bad record must not stop its partition, nor vanish
            return [set_aside(record, error, self._stage)]
        if outputs:
            self._provide(mention.watch.topic)
            memory.remember(rung(mention).key, mention.met_at)
            ARTICLE_AGE_SECONDS.labels(self._stage).observe(
                (datetime.now(UTC) - mention.article.seen_at).total_seconds()
            )
        outputs += [_tombstone(key, record.partition) for key in memory.forget(mention.met_at)]
        DECISIONS.labels(reason.value).inc()
        event = log.info if reason is Reason.FIRST_MENTION else log.debug  # a log event costs as much as the decision
        event("mention.decided", reason=reason.value, watch=mention.watch.id, article=mention.article.id)
        RECORDS.labels(self._stage, "handled").inc()
        STAGE_SECONDS.labels(self._stage).observe(time.perf_counter() - began)
        return outputs

    def _ring(self, mention: Mention, reason: Reason, record: ReadRecord) -> list[OutgoingRecord]:
        alert, trace = ring(mention, reason), trace_of(record)
        topics = [ALERTS] + ([alert_topic(mention.watch.topic)] if mention.watch.topic is not None else [])
        state = encode(ALERTING_STATE.name, rung(mention), self._stage, trace)
        return [
            *(encode(topic.name, alert, self._stage, trace) for topic in topics),
            OutgoingRecord(state.topic, state.key, state.value, state.headers, record.partition),
        ]

    def _provide(self, topic: str | None) -> None:
        if topic is not None and topic not in self._provided:
            self._provide_topic(topic)
            self._provided.add(topic)


def _tombstone(key: str, partition: int) -> OutgoingRecord:
    return OutgoingRecord(ALERTING_STATE.name, key.encode(), None, [], partition)
