"""The alerts of one delay, waited for on the topic itself: a consumer group stands where the next one is due.

    fetched    some records of each partition; the partition is paused, which keeps the membership
    due        from the head of each partition, as long as they are old enough: asked for together
    done       committed behind the last of them; the partition is resumed once none is held

Nothing is written down but the offsets. Killed in between, the same alerts come again, and asking twice does no harm.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord

from schemas import Alert, ArticleSummary
from services.backbone.clients import new_consumer, stop_client
from services.backbone.consume import commit
from services.backbone.errors import RecordError
from services.backbone.lag import Lag
from services.backbone.process import Process, unless
from services.backbone.record import decode
from services.backbone.telemetry import RECHECKS, logger
from services.backbone.topics import ALERTS
from services.ingestion.rechecking.delays import Delay, article_to_ask

HELD: Final = 100
"""Records of a partition that are held while they wait."""
AT_A_TIME: Final = 10
"""Polls wait for the same turns."""
SECONDS: Final = 60.0
"""For all that are asked together; what is not done then, behind others of its host, is left to the next delay."""
POLL_MS: Final = 500
FETCH: Final[dict[str, Any]] = {"fetch_max_wait_ms": 2_000, "max_partition_fetch_bytes": 256 * 1024}
"""There is no hurry, and the topic is read once for each delay."""
AGAIN_SECONDS: Final = 30.0

Check = Callable[[ArticleSummary], Awaitable[object]]

log = logger()


class Waiting(ConsumerRebalanceListener):  # type: ignore[misc]
    """One delay's reader of `alerts`."""

    def __init__(self, process: Process, delay: Delay, check: Check) -> None:
        self._process = process
        self._delay = delay
        self._check = check
        self._name = f"recheck-{delay.name}"
        self._lag = Lag(process.stage, self._name)
        self._held: dict[TopicPartition, deque[ConsumerRecord]] = {}

    async def run(self) -> None:
        """Wait and ask until the process is told to stop. What goes wrong with it stops nothing else."""
        while not self._process.stopping.is_set():
            try:
                await self._run()
            except (KafkaError, OSError) as error:
                reason = str(error) or type(error).__name__
                log.warning("recheck.waits", delay=self._delay.name, error=reason, fix="is the broker up? trying again")
                await self._process.sleep(AGAIN_SECONDS)

    async def _run(self) -> None:
        settings = self._process.settings
        consumer = new_consumer(settings.kafka, group=settings.group(self._name), **FETCH)
        asking: asyncio.Task[None] | None = None
        try:
            await consumer.start()
            consumer.subscribe([ALERTS.name], listener=self)
            while not self._process.stopping.is_set():
                await self._fetch(consumer)
                await self._show(consumer)
                if asking is not None and asking.done():
                    asking.result()
                    asking = None
                if asking is None and (due := self._due(datetime.now(UTC))):
                    asking = asyncio.ensure_future(self._ask(consumer, due))
        finally:
            if asking is not None:
                asking.cancel()
                await asyncio.wait({asking})
            self._held.clear()
            self._lag.keep(())
            await stop_client(consumer)

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """What was not asked comes again to whoever has them next."""
        self._held.clear()

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """They are read from where their last reader came to."""

    async def _fetch(self, consumer: AIOKafkaConsumer) -> None:
        polling = consumer.getmany(timeout_ms=POLL_MS, max_records=HELD)
        for partition, records in (await unless(self._process.stopping, polling) or {}).items():
            if records and partition in consumer.assignment():
                self._held.setdefault(partition, deque()).extend(records)
                consumer.pause(partition)

    async def _show(self, consumer: AIOKafkaConsumer) -> None:
        """How much was not asked yet, whatever it waits for."""
        with suppress(IllegalStateError):  # a partition was lost meanwhile
            assigned = consumer.assignment()
            self._lag.keep([(each.topic, each.partition) for each in assigned])
            for each in assigned:
                if each in consumer.assignment() and (end := consumer.highwater(each)) is not None:
                    held = self._held.get(each)
                    reached = held[0].offset if held else await consumer.position(each)
                    self._lag.show((each.topic, each.partition), max(0, end - reached))

    def _due(self, now: datetime) -> dict[TopicPartition, list[tuple[ConsumerRecord, ArticleSummary | None]]]:
        """From the head of each partition what is old enough, with the article to ask about, if there is one."""
        due: dict[TopicPartition, list[tuple[ConsumerRecord, ArticleSummary | None]]] = {}
        room = AT_A_TIME
        for partition, records in self._held.items():
            for record in records:
                alert = self._read(record)
                if room == 0 or (alert is not None and self._delay.wait(alert.rang_at, now) > timedelta(0)):
                    break
                over = alert is None or self._delay.is_over(alert.rang_at, now)
                article = None if alert is None or over else article_to_ask(alert)
                due.setdefault(partition, []).append((record, article))
                room -= article is not None
        return due

    def _read(self, record: ConsumerRecord) -> Alert | None:
        try:
            return decode(ALERTS, record)
        except RecordError as error:
            log.warning("recheck.unreadable", partition=record.partition, offset=record.offset, error=str(error))
            return None

    async def _ask(
        self,
        consumer: AIOKafkaConsumer,
        due: dict[TopicPartition, list[tuple[ConsumerRecord, ArticleSummary | None]]],
    ) -> None:
        articles = {article.id: article for records in due.values() for _, article in records if article is not None}
        checks = [asyncio.ensure_future(self._check(article)) for article in articles.values()]
        try:
            if checks:
                _, late = await asyncio.wait(checks, timeout=SECONDS)
                RECHECKS.labels("late").inc(len(late))
        finally:
            for check in checks:
                check.cancel()
        for result in await asyncio.gather(*checks, return_exceptions=True):
            if isinstance(result, Exception):  # a defect of ours, or a broker that refuses: the others go on
                log.error("recheck.defect", error=type(result).__name__, message=str(result))
        await commit(self._process.stage, consumer, {tp: records[-1][0].offset + 1 for tp, records in due.items()})
        for partition, records in due.items():
            self._done(consumer, partition, records[-1][0].offset)

    def _done(self, consumer: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> None:
        held = self._held.get(partition)
        while held and held[0].offset <= offset:
            held.popleft()
        if not held and partition in consumer.assignment():
            self._held.pop(partition, None)
            with suppress(ValueError):
                consumer.resume(partition)
