"""Mentions as records -> alerts and state as records: what `decide` writes in one transaction.

In the order applied: what of it is new (judge.py), whether people are told now (services/alerting/holding), the records
of that. State is written once a transaction, however often it changed in it.
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas import Alert, ArticleRevised, Handling, Mention, Reason
from schemas.remembered import Remembered
from services.alerting.canary.ringing import ring
from services.alerting.decide.judge import Verdict, judge, judge_revised
from services.alerting.decide.memory import Memory
from services.alerting.decide.policies import Policies
from services.alerting.holding.coverage import Incidents
from services.alerting.holding.due import due, reschedule
from services.alerting.holding.hold import hold
from services.alerting.watching.catching_up import CaughtUp
from services.backbone.ages import Since
from services.backbone.canary import is_canary
from services.backbone.dead_letters import set_aside
from services.backbone.errors import FromTheFuture
from services.backbone.keyed_state import partition_of
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, decode_any, encode, trace_of
from services.backbone.telemetry import (
    ALERTS_WRITTEN,
    DECISIONS,
    RECORDS,
    REMEMBERED,
    STAGE_SECONDS,
    logger,
)
from services.backbone.topics import ALERTING_STATE, ALERTS, CANARY, MENTIONS, alert_topic

AHEAD: Final = timedelta(hours=1)
"""How far a mention's time may lie before the clock."""
LOOK: Final = timedelta(seconds=0.5)
"""How often what waits is looked at."""
MOST_LOGGED: Final = 10
_STATE_HEADERS: Final = [
    ("ce_specversion", b"1.0"),
    ("ce_type", Remembered.ce_type.encode()),
    ("content-type", b"application/json"),
]
"""Fewer than other records have: there can be millions, and only `decide` reads them."""

log = logger()


def _nobody_did_anything(alert_id: str) -> Handling | None:
    return None


class AlertDecider:
    """The `Decider` of alerts. Its memory is dropped and restored with the partitions."""

    def __init__(
        self,
        stage: str,
        policies: Callable[[], Policies],
        incidents: Callable[[], Incidents],
        provide_topic: Callable[[str], None],
        catch_up: Callable[[str], None],
        clock: Callable[[], datetime],
        handling: Callable[[str], Handling | None] = _nobody_did_anything,
    ) -> None:
        """
        Args:
            stage: the process that decides.
            policies: the watches and silences in force.
            incidents: what is the matter with sources.
            provide_topic: makes sure that the alert topic of this name exists. It is called once for each name: a
                transaction that writes to a topic that is not there would fail, again and again.
            catch_up: reads the configuration anew, and waits a moment for a watch of this id: the process that met it
                may know it already. It is called once for each digest of a configuration.
            clock: aware UTC; only what is due is compared with it.
            handling: what people did about the alert of this id so far.
        """
        self._stage = stage
        self._policies = policies
        self._incidents = incidents
        self._provide_topic = provide_topic
        self._catch_up = catch_up
        self._clock = clock
        self._handling = handling
        self._caught_up = CaughtUp()
        self._provided: set[str] = set()
        self._memories: dict[int, Memory] = {}
        self._look_at = datetime.min.replace(tzinfo=UTC)
        self._scheduled: dict[int, Policies] = {}
        """The policies by which each partition's queues were dated."""

    def restore(self, partition: int, records: Iterable[tuple[bytes | None, bytes | None, int]]) -> None:
        """Take over a partition with these state records, oldest first. One that is not ours is passed over."""
        memory = Memory()
        strangers = memory.restore(records)
        for offset, error in strangers[:MOST_LOGGED]:
            log.error("state.unreadable", topic=ALERTING_STATE.name, partition=partition, offset=offset, error=error)
        if len(strangers) > MOST_LOGGED:
            log.error("state.unreadable", topic=ALERTING_STATE.name, partition=partition, records=len(strangers))
        self._memories[partition] = memory
        gc.freeze()  # there can be millions, and they live long: the collector need not look at them again and again

    def forget(self) -> None:
        """Drop the memory of all partitions."""
        for partition in self._memories:
            with suppress(KeyError):  # nothing was decided with it
                REMEMBERED.remove(str(partition))
        self._memories.clear()
        self._scheduled.clear()
        self._provided.clear()

    def decide(self, record: ReadRecord) -> list[OutgoingRecord]:
        """One mention, or one revised article, to its alerts; a bad record to its dead letter."""
        memory = self._memories[record.partition]
        began = time.perf_counter()
        memory.begin()
        try:
            event = decode_any(MENTIONS, record)
            if is_canary(record.key):
                return self._canary(event, memory, trace_of(record))
            verdicts = self._judged(event, memory)
            alerts = [self._held(verdict.alert, event, memory) for verdict in verdicts if verdict.alert is not None]
            outputs = [output for alert in alerts for output in self._records(alert, trace_of(record))]
        except Exception as error:  # one bad record must not stop its partition, nor vanish
            memory.undo()
            return [set_aside(record, error, self._stage)]
        for verdict in verdicts:
            self._tell(verdict, event)
        if isinstance(event, Mention) and not event.first_pass and alerts:
            age = Since.of(event.article, revised=any(alert.action == "update" for alert in alerts))
            age.observe(self._stage, self._clock())
        RECORDS.labels(self._stage, "handled").inc()
        STAGE_SECONDS.labels(self._stage).observe(time.perf_counter() - began)
        return outputs

    def changes(self) -> list[OutgoingRecord]:
        """The state that changed since it was last asked for, each thing once."""
        changes = []
        for partition, memory in self._memories.items():
            for key, value in memory.dirty():
                headers = _STATE_HEADERS if value is not None else []
                changes.append(OutgoingRecord(ALERTING_STATE.name, key, value, headers, partition))
            for name, error in memory.unreadable():
                log.error("state.unreadable", topic=ALERTING_STATE.name, partition=partition, key=name, error=error)
            REMEMBERED.labels(str(partition)).set(len(memory))
        return changes

    def due(self, now: datetime) -> bool:
        """Whether it is time to look again at what waits."""
        return now >= self._look_at

    def tick(self, now: datetime) -> list[OutgoingRecord]:
        """What is due: collective alerts, digests; and what is forgotten by now."""
        self._look_at = now + LOOK
        policies = self._policies()
        outputs: list[OutgoingRecord] = []
        for partition, memory in self._memories.items():
            if self._scheduled.get(partition) is not policies:
                reschedule(memory, policies.watches, policies.silences, now, self._owner(partition))
                self._scheduled[partition] = policies
            for alert in due(memory, policies.watches, policies.silences, self._incidents(), now, policies.sources):
                outputs += self._records(alert, None)
                log.info("alert.due", reason=alert.reason.value, watch=alert.watch.id, stands_for=alert.stands_for)
            memory.forget(now)
        return outputs

    def _owner(self, partition: int) -> Callable[[str], bool]:
        return lambda watch: partition_of(watch, MENTIONS.partitions) == partition

    def _judged(self, event: object, memory: Memory) -> list[Verdict]:
        if isinstance(event, ArticleRevised):
            self._refuse_the_future(event.revised_at)
            return judge_revised(event, memory)
        assert isinstance(event, Mention)  # noqa: S101 - nothing else stands there
        self._refuse_the_future(event.met_at)
        return [judge(event, memory)]

    def _canary(self, event: object, memory: Memory, trace: str | None) -> list[OutgoingRecord]:
        """A canary rings whatever rang before, and on a topic of its own."""
        assert isinstance(event, Mention)  # noqa: S101 - it is never revised
        self._refuse_the_future(event.met_at)
        output = encode(CANARY.name, ring(event, memory), self._stage, trace)
        Since.of(event.article).observe(self._stage, self._clock())
        RECORDS.labels(self._stage, "handled").inc()
        return [output]

    def _refuse_the_future(self, moment: datetime) -> None:
        ahead = moment - self._clock()
        if ahead > AHEAD:
            raise FromTheFuture(f"its time is {moment:%Y-%m-%dT%H:%M:%SZ}, {ahead} ahead of the clock of this machine")

    def _held(self, alert: Alert, event: object, memory: Memory) -> Alert:
        mention = event if isinstance(event, Mention) else None
        if mention is not None:
            self._know(mention.watch.id, mention.config_digest)
        policies = self._policies()
        watch = policies.watches.get(alert.watch.id)
        return hold(alert, mention, watch, policies.silences, memory, self._clock())

    def _know(self, watch: str, config_digest: str) -> None:
        """A watch that is not in force here may be so new that only `match` has read it."""
        if watch not in self._policies().watches and self._caught_up.is_new(config_digest):
            self._catch_up(watch)

    def _records(self, alert: Alert, trace: str | None) -> Iterator[OutgoingRecord]:
        self._provide(alert.watch.topic)
        if alert.action == "update":
            alert = alert.model_copy(update={"handling": self._handling(alert.id)})
        yield encode(ALERTS.name, alert, self._stage, trace)
        if alert.watch.topic is not None:
            yield encode(alert_topic(alert.watch.topic).name, alert, self._stage, trace)
        ALERTS_WRITTEN.labels(alert.reason.value, "" if alert.held is None else alert.held.value).inc()

    def _tell(self, verdict: Verdict, event: object) -> None:
        DECISIONS.labels(verdict.reason.value).inc()
        if isinstance(event, Mention):
            rings = verdict.alert is not None and verdict.alert.action == "ring"
            say = log.info if rings else log.debug  # a log event costs as much as the decision
            say("mention.decided", reason=verdict.reason.value, watch=event.watch.id, article=event.article.id)
        elif verdict.reason is not Reason.NOT_RUNG_FOR and verdict.alert is not None:
            log.info("article.revised", reason=verdict.reason.value, watch=verdict.alert.watch.id)

    def _provide(self, topic: str | None) -> None:
        if topic is not None and topic not in self._provided:
            self._provide_topic(topic)
            self._provided.add(topic)
