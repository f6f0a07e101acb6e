"""One channel at work: notifications > agenda > attempts > deliveries. The agenda decides, this carries it out.

Each channel is a consumer group of its own, so a dead one holds up nobody else. A new one begins with the notifications
of the last hour. Where as much is unfinished as is kept (room.py) it reads no further until something has ended:
nothing is dropped. Killed between an attempt and the word on it, the attempt is made again under the same id: at least
once.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Collection, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from schemas import Handling
from services.alerting.notify.agenda import Agenda
from services.alerting.notify.attempt_span import attempt_span, tell
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Channel, Send
from services.alerting.notify.deliver import Kept, deliver
from services.alerting.notify.errand import Errand
from services.alerting.notify.gauges import Gauges
from services.alerting.notify.intake import Fresh, Intake
from services.alerting.notify.outcomes import Outcomes
from services.alerting.notify.read_back import ReadBack
from services.alerting.notify.room import READ_AT_ONCE, Room
from services.alerting.notify.steps import Attempt, Conditions, Said, together
from services.alerting.notify.trouble import Trouble
from services.backbone.beginning import begin_group
from services.backbone.canary import CANARY
from services.backbone.clients import Writer, new_consumer, stop_client
from services.backbone.errors import BrokerUnavailable
from services.backbone.process import Process, unless
from services.backbone.record import trace_of
from services.backbone.telemetry import logger
from services.backbone.topics import NOTIFICATIONS

ROUND_SECONDS: Final = 1.0
STOP_SECONDS: Final = 5.0
"""What attempts under way get to end when the channel is stopped."""
JOIN_SECONDS: Final = 30.0
"""What it waits at most for partitions, if all that is left is to give up."""
LOOK_BACK: Final = timedelta(hours=1)
"""How old a notification may be at most that a new channel begins with."""
_REMOVED: Final = "the channel was removed from the configuration"

log = logger()


class Handled(Protocol):
    """What people did about alerts, as of now."""

    def acknowledged(self, alert_id: str) -> Handling | None:
        """What was done about an alert that somebody cares for; None where nobody does."""
        ...


class ChannelLoop:
    """One channel at work."""

    def __init__(self, process: Process, channel: Channel, writer: Writer, handling: Handled, trouble: Trouble) -> None:
        """
        Args:
            process: the process that it runs in.
            channel: where messages go.
            writer: where its deliveries are written.
            handling: asked before an escalation is told.
            trouble: is told what the channel takes and what it does not.
        """
        self.channel = channel
        self.moved_at = time.monotonic()
        """When it last did something, or had nothing to do, or waited for the channel."""
        self.partitions: frozenset[int] = frozenset()
        """Those of `notifications` that it reads."""
        self._process = process
        self._writer = writer
        self._handling = handling
        self._trouble = trouble
        self._id = channel.config.id
        self._group = process.settings.group(f"notify.{self._id}")
        self._gauges = Gauges(self._id)
        self._outcomes = Outcomes(process.stage, self._id, writer)
        self._agenda = Agenda(channel.config, random.random)
        self._stopping = asyncio.Event()
        self._is_removed = False
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = Room(self._id, self._agenda)

    def stop(self, *, removed: bool = False) -> None:
        """End it: attempts under way may finish, the rest is left to the next start.

        Args:
            removed: the channel is configured no more: the rest has failed. Said before `run`, it only gives up.
        """
        self._is_removed = self._is_removed or removed
        self._stopping.set()
        self._changed.set()

    async def run(self) -> None:
        """Work until stopped.

        Raises:
            aiokafka.errors.KafkaError: one that waiting cannot mend.
        """
        kafka, stage, group = self._process.settings.kafka, f"notify.{self._id}", self._group
        consumer = new_consumer(kafka, NOTIFICATIONS.name, group=group)
        ends = self._process.stopping if self._is_removed else self._stopping
        try:
            await unless(ends, begin_group(kafka, group, NOTIFICATIONS.name, datetime.now(UTC) - LOOK_BACK))
            await unless(ends, consumer.start())
            async with ReadBack(kafka) as back, self.channel.connect() as send:
                self._kept = Kept(back)
                self._intake = Intake(
                    stage, self._id, consumer, back, self._writer, self._agenda.window.length, self._lose
                )
                await self._work(send)
        finally:
            await stop_client(consumer)
            self.partitions = frozenset()
            self._gauges.remove()
            self._trouble.waits(self.channel.config, 0)

    async def _work(self, send: Send) -> None:
        parts = [asyncio.ensure_future(each) for each in (self._read(), self._send(send), self._keep())]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            self.stop()  # one that failed ends the others
            await asyncio.gather(*parts)
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
                self._take_results()
            if self._is_removed:
                await self._give_up()
            await self._intake.commit()
        finally:
            for task in (*parts, *self._tasks):
                task.cancel()
            self._intake.close()

    async def _read(self) -> None:
        while not self._stopping.is_set():
            room = self._room.now()
            if fresh := await self._intake.fetch(room):
                self._say(self._take(fresh))
                self._changed.set()
            elif room == 0:
                await asyncio.sleep(ROUND_SECONDS / 2)
            await self._read_again()
            if self._intake.has_caught_up:
                self._intake.journal.trim()

    async def _read_again(self) -> None:
        """Take in what was left where it stands, if there is room now."""
        if not (places := self._room.to_read_again()):
            return
        try:
            fresh = await self._intake.again(places)
        except BrokerUnavailable as error:
            log.warning("channel.waits_for_broker", channel=self._id, error=str(error))
            await asyncio.sleep(ROUND_SECONDS)
            return
        self._say(self._take(fresh))
        for place in set(places) - {each.place for each in fresh}:
            self._room.takes_back(place)  # it stands there no more
        self._changed.set()

    def _take(self, fresh: Sequence[Fresh]) -> list[Said]:
        agenda, intake, now, said = self._agenda, self._intake, datetime.now(UTC), list[Said]()
        if taken := intake.journal.taken():
            agenda.window.restore(taken)
        for place, record, notification in fresh:
            errand = Errand.of(notification, place, trace_of(record))
            if agenda.knows(errand.id):
                intake.done(place)  # the router repeated itself; the first of them is at work
                continue
            past = self._room.takes_back(place) or intake.journal.past(errand.id)
            if self._room.leaves(errand, past):
                continue
            said += agenda.add(errand, past, now)
            if agenda.is_begun(errand):
                self._kept.keep(record)
        self.moved_at = time.monotonic()
        return said

    async def _send(self, send: Send) -> None:
        while not self._stopping.is_set():
            self._changed.clear()
            self._take_results()
            conditions, now = self._conditions(), datetime.now(UTC)
            steps = self._agenda.next(now, conditions)
            for attempt in steps.attempts:
                self._start(self._attempt(attempt, send))
            self._say(steps.said)
            wakes_at = self._agenda.wakes_at(now, conditions)
            seconds = ROUND_SECONDS if wakes_at is None else (wakes_at - datetime.now(UTC)).total_seconds()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(max(seconds, 0.0), ROUND_SECONDS)):
                    await self._changed.wait()

    async def _attempt(self, attempt: Attempt, send: Send) -> None:
        with attempt_span(self.channel.config, attempt, self._group) as span:
            if attempt.parcel.reason is not None and attempt.number == 1:
                await self._write(together(self._id, attempt))
            began = time.perf_counter()
            answer = await deliver(attempt.parcel, self._id, send, self._kept, self._process.settings)
            self._outcomes.answered_after(time.perf_counter() - began)
            tell(span, answer)
            await self._answered(attempt, answer)

    async def _answered(self, attempt: Attempt, answer: Answer) -> None:
        said = self._agenda.answered(attempt, answer, datetime.now(UTC))
        self.moved_at = time.monotonic()
        self._changed.set()
        await self._write(said)
        if self._id == CANARY:
            return  # one that comes says nothing of the others; services/alerting/canary looks at them
        match answer.verdict:
            case Verdict.TAKEN:
                await self._trouble.took(self.channel.config)
            case Verdict.DISABLE:
                await self._trouble.disabled(self.channel.config, answer.detail)
            case _:
                await self._trouble.failed(self.channel.config, answer.detail)

    async def _keep(self) -> None:
        """Each second: commit, tell how it stands."""
        while not self._stopping.is_set():
            await self._intake.commit()
            self._gauges.show(self._agenda, self._room)
            self.partitions = self._intake.partitions
            self._trouble.waits(self.channel.config, self._agenda.begun + self._agenda.put_off)
            if self._room.is_full or not self._intake.is_behind:
                self.moved_at = time.monotonic()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ROUND_SECONDS):
                    await self._stopping.wait()

    def _conditions(self) -> Conditions:
        config = self.channel.config
        since = self._trouble.disabled_since(config)
        how = f"tocsin channel enable {config.id}"
        return Conditions(
            has_caught_up=self._intake.has_caught_up or self._room.is_full,
            refuses=None if since is None else f"disabled since {since:%Y-%m-%d %H:%M} UTC; {how}",
            acknowledged_by=self._acknowledged_by,
        )

    def _acknowledged_by(self, alert_id: str) -> str | None:
        handling = self._handling.acknowledged(alert_id)
        return None if handling is None else handling.acknowledged_by

    def _say(self, said: Sequence[Said]) -> None:
        if said:
            self._start(self._write(said))

    async def _write(self, said: Sequence[Said]) -> None:
        """Write words; what has ended is done once its word is written."""
        for errand, delivery in said:
            if delivery.outcome.ends:
                self._intake.journal.ended(errand.id)
            if not self._agenda.is_begun(errand):
                self._kept.drop(errand.place)
        await self._outcomes.write(said)
        for errand, delivery in said:
            if delivery.outcome.ends:
                self._intake.done(errand.place)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda _: self._changed.set())

    def _take_results(self) -> None:
        """Let go of what has ended; a failure ends the channel."""
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.discard(task)
            if not task.cancelled():
                task.result()

    async def _give_up(self) -> None:
        """Let all have failed that was addressed to a channel that is no more."""
        joined_by = time.monotonic() + JOIN_SECONDS
        while not (self._intake.is_at_work or self._process.stopping.is_set() or time.monotonic() > joined_by):
            self._take(await self._intake.fetch(READ_AT_ONCE))
        await self._write(self._agenda.give_up(_REMOVED, datetime.now(UTC)))
        await self._intake.look_ahead()
        while not (self._intake.has_caught_up and not self._room.left) and not self._process.stopping.is_set():
            self._take(await self._intake.fetch(READ_AT_ONCE))
            await self._read_again()
            await self._write(self._agenda.give_up(_REMOVED, datetime.now(UTC)))

    def _lose(self, partitions: Collection[int]) -> None:
        """Leave the partitions that are another instance's now to it."""
        self._agenda.drop(lambda errand: errand.place[0] in partitions)
        self._kept.drop_all(lambda place: place[0] in partitions)
        self._room.drop(lambda place: place[0] in partitions)
