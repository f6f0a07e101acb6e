"""A Faust worker on our terms: no tables, raw bytes, acknowledged by hand once the output is written.

What Faust is left with is what it does well: the group, the partitions and the flow of records. The rest, for reasons
that CONTRIBUTING.md gives with figures:
- topics exist before it starts and it declares none (a topic of its own making gets its own defaults);
- no leader, no tables, no exactly-once, no web server, no command line, no logging of its own;
- no Monitor among the sensors (a tenth of the whole path, per record): our metrics replace it;
- Faust acknowledges an event when its loop moves on, even if the body raised; `noack` does not;
- Faust commits past a record that is not acknowledged yet (its issue 606): we acknowledge in the order of the records.
"""

import asyncio
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any, cast

import faust
from aiokafka.errors import KafkaError
from faust.types import TP, EventT, StreamT

from services.backbone import tracing
from services.backbone.clients import Writer
from services.backbone.dead_letters import DeadLetters
from services.backbone.errors import Stalled
from services.backbone.process import Process
from services.backbone.record import ConsumedRecord, OutgoingRecord
from services.backbone.settings import KafkaSettings
from services.backbone.telemetry import RECORDS, STAGE_SECONDS, logger
from services.backbone.topics import BROKER_RECORD_BYTES, Topic

OBSERVE_SECONDS = 1.0
LOOK_SECONDS = 15.0

log = logger()

Map = Callable[[ConsumedRecord], OutgoingRecord]


async def run_stage(process: Process, source: Topic[Any], transform: Map) -> None:
    """Map each record of `source` to one output until the process stops.

    A record that `transform` refuses goes to dead letters. A record is acknowledged when what became of it is written.

    Args:
        process: the process; its progress is kept.
        source: the topic to read.
        transform: one record to its output; pure, and the only thing a stage brings.

    Raises:
        RecordTooLarge, KafkaError: an output cannot be written, and waiting does not help.
        Stalled: Faust ended by itself; the supervisor starts the process anew.
    """
    writer = await Writer.start(process)
    done = _Done()
    folder = tempfile.TemporaryDirectory(prefix="tocsin-")
    app = faust_app(process, folder.name)
    topic = app.topic(source.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    @app.agent(topic, name=process.stage)
    async def agent(records: StreamT[bytes]) -> None:
        await _follow(process, unacked(records), transform, writer, done)

    process.stack.push_async_callback(app.stop)
    await app.start()
    folder.cleanup()  # Faust asks for it at start and uses it for tables only; a killed process leaves nothing behind
    app.sensors.remove(app.monitor)
    process.progress.started()
    looking = asyncio.ensure_future(_look(process, app, done))
    process.stack.callback(looking.cancel)
    while not process.stopping.is_set():
        await process.sleep(OBSERVE_SECONDS)
        _observe(process, app, done)
        if done.failure is not None:
            raise done.failure
        if app.crashed or app.should_stop:
            raise Stalled(f"the Faust worker ended by itself: {app.crash_reason!r}") from app.crash_reason
    app.consumer.pause_partitions(app.consumer.assignment())
    await writer.drain()
    await app.consumer.commit()


class _Done:
    """What became of the records, partition by partition, in their order.

    A record that is written before its predecessor is acknowledged after it. The first failed write ends that for good.
    """

    def __init__(self) -> None:
        self.failure: BaseException | None = None
        self.handled: dict[TP, int] = {}
        """Below this offset everything is acknowledged."""
        self._waiting: defaultdict[TP, deque[tuple[EventT[bytes], asyncio.Future[None]]]] = defaultdict(deque)

    def begin(self, event: EventT[bytes]) -> None:
        """A record has come."""
        self.handled.setdefault(event.message.tp, event.message.offset)

    def once(self, written: asyncio.Future[None], event: EventT[bytes]) -> None:
        """Acknowledge a record once it, and everything before it, is written."""
        tp: TP = event.message.tp
        self._waiting[tp].append((event, written))
        written.add_done_callback(lambda _: self._acknowledge(tp))

    def _acknowledge(self, tp: TP) -> None:
        waiting = self._waiting[tp]
        while self.failure is None and waiting and waiting[0][1].done():
            event, written = waiting[0]
            if written.cancelled():
                return
            self.failure = written.exception()
            if self.failure is None:
                waiting.popleft()
                event.ack()
                self.handled[tp] = event.message.offset + 1


async def _follow(
    process: Process, records: AsyncIterator[EventT[bytes]], transform: Map, writer: Writer, done: _Done
) -> None:
    stage, group = process.stage, process.settings.group(process.stage)
    dead_letters = DeadLetters(writer, stage)
    async for event in records:
        record = cast(ConsumedRecord, event.message)
        done.begin(event)
        began = time.perf_counter()
        with tracing.processing(record, group):
            try:
                output = transform(record)
            except Exception as error:  # one bad record must not stop its partition, nor vanish
                written = await dead_letters.send(record, error)
            else:
                RECORDS.labels(stage, "handled").inc()
                STAGE_SECONDS.labels(stage).observe(time.perf_counter() - began)
                written = await writer.send(output)
        done.once(written, event)


async def unacked(records: StreamT[bytes]) -> AsyncIterator[EventT[bytes]]:
    """The stream's events, each to be acknowledged by hand."""
    async for event in cast(faust.Stream[bytes], records).noack().events():
        yield event


def faust_app(process: Process, folder: str) -> faust.App:
    """A Faust app that holds nothing and declares nothing."""
    settings, kafka = process.settings, process.settings.kafka
    return faust.App(
        settings.group(process.stage),
        broker=[f"kafka://{server}" for server in kafka.bootstrap_servers.split(",")],
        broker_credentials=_credentials(kafka),
        broker_session_timeout=kafka.session_timeout_seconds,
        broker_heartbeat_interval=kafka.session_timeout_seconds / 3,
        broker_max_poll_interval=300.0,
        broker_commit_interval=1.0,
        broker_max_poll_records=500,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=BROKER_RECORD_BYTES,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        store="memory://",
        datadir=folder,
        web_enabled=False,
        logging_config=None,
        loghandlers=[],
    )


def _credentials(kafka: KafkaSettings) -> faust.types.auth.CredentialsT | None:
    if kafka.security_protocol == "PLAINTEXT":
        return None
    context = kafka.ssl_context() if kafka.security_protocol.endswith("SSL") else None
    if kafka.security_protocol == "SSL":
        return faust.SSLCredentials(context)
    assert kafka.sasl_password is not None  # noqa: S101 - settings refuse SASL without it
    return faust.SASLCredentials(
        username=kafka.sasl_username,
        password=kafka.sasl_password.get_secret_value(),
        mechanism=kafka.sasl_mechanism,
        ssl_context=context,
    )


def _observe(process: Process, app: faust.App, done: _Done) -> None:
    assigned = app.consumer.assignment()
    process.progress.assigned([(tp.topic, tp.partition) for tp in assigned])
    for tp in done.handled.keys() - assigned:
        del done.handled[tp]
    for tp, handled in done.handled.items():
        end = app.consumer.highwater(tp)
        if end:
            process.progress.observe((tp.topic, tp.partition), handled, end)


async def _look(process: Process, app: faust.App, done: _Done) -> None:
    """Ask the broker where the partitions end: a worker whose fetching stopped does not know (Faust's issue 175)."""
    while not process.stopping.is_set():
        await process.sleep(LOOK_SECONDS)
        with suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(LOOK_SECONDS):
                for tp, end in (await app.consumer.highwaters(*app.consumer.assignment())).items():
                    handled = done.handled.get(tp)
                    if handled is None:
                        handled = await app.consumer.position(tp)
                    if handled is not None:
                        process.progress.observe((tp.topic, tp.partition), handled, end)
