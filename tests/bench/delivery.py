"""From an alert readable on its topic to its webhook received, at 100 alerts a second.

Alerts are written as decide writes them, each in a transaction. A `read_committed` reader and the receiver stand in
this process, by one clock. The same run is made with a dead endpoint and a slow-loris one as channels of the same
notify process, and beside both the least that can be: a loop that reads, signs, posts and keeps nothing.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, pairwise
from statistics import quantiles
from typing import Any, Final

import psutil
import uvloop
from aiokafka import AIOKafkaConsumer
from confluent_kafka import Producer

from schemas import Outcome
from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.record import OutgoingRecord, decode, encode, header
from services.backbone.settings import KafkaSettings
from services.backbone.topics import ALERTS, DELIVERIES, NOTIFICATIONS
from services.broker import KafkaBroker, free_port
from services.cli.run import Stage
from tests.alerting.examples import SECRET
from tests.bench.cpu import MICRO
from tests.bench.kafka import kafka_and_desk
from tests.bench.report import Cell, Table
from tests.faults.webhook_server import Connection
from tests.flow.test_notify_killed import made
from tests.vocabulary import LOOPBACK, Desk, read_records

RATE: Final = 100
"""Alerts a second."""
SECONDS: Final = 30
WARM_UP: Final = 100
START_SECONDS: Final = 60.0
READ_SECONDS: Final = 30.0
TAKEN: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"

LIMITS: Final = """
    Nothing queues: alerts are routed as soon as they can be read, then come the write and the fetch of the notification
    and the attempt itself. Whoever else wants the CPU shows in the tail before all else: with other programs on both
    cores (CPU pressure 80 to 90 %) the p99 was 360 to 950 ms, of the bare loop 12 to 157; beside the same programs, but
    at real-time priority (chrt -r 1), 6 to 7 ms and 2. CPU of notify: httpx 30 % (9 of them httpcore asking its idle
    connections whether they are still there), aiokafka's requests 13 %, the router 11 %, reading models 7 %. (py-spy on
    the busy machine, 500 samples a second of what holds the GIL; the table of hops.)
"""


@dataclass
class Seen:
    """Seconds since 1970 at which something happened to an alert, by its event id; and the CPU that it took."""

    readable: dict[str, float] = field(default_factory=dict)
    received: dict[str, float] = field(default_factory=dict)
    routed: dict[str, float] = field(default_factory=dict)
    attempted: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    """Seconds, by process."""

    def receive(self, headers: Mapping[str, str], _: bytes) -> bytes:
        """Take note of a webhook, of a repeat only the first."""
        self.received.setdefault(headers["webhook-id"], time.time())
        return TAKEN

    async def read(self, consumer: AIOKafkaConsumer) -> None:
        """Take note of alerts as they can be read."""
        while True:
            batches = await consumer.getmany(timeout_ms=1000)
            now = time.time()
            for record in chain.from_iterable(batches.values()):
                self.readable[(header(record.headers, "ce_id") or b"").decode()] = now


def delivery() -> list[Table]:
    """Latency and CPU, alone, beside two endpoints that take nothing, and of the bare loop."""
    alerts = [encode(ALERTS.name, each, "decide") for each in made(WARM_UP + RATE * SECONDS)]
    cases = {
        "a healthy webhook": partial(_notify, beside=False),
        "beside a dead one and a slow-loris one": partial(_notify, beside=True),
        "the bare loop": _bare,
    }
    seen = {}
    for name, case in cases.items():
        with kafka_and_desk() as (broker, desk):
            for file in (desk.settings.config / "watches").iterdir():
                file.unlink()
            seen[name] = uvloop.run(_measure(broker, desk, alerts, case))
            asyncio.run(_read_words(desk.settings.kafka, seen[name]))
    return [_latencies(alerts, seen), _hops(alerts, seen), _processes(seen)]


async def _measure(broker: KafkaBroker, desk: Desk, alerts: Sequence[OutgoingRecord], case: Any) -> Seen:
    seen, loop = Seen(), asyncio.get_running_loop()
    running = broker.running()
    assert running is not None
    async with AsyncExitStack() as stack:

        async def listening(protocol: Callable[[], asyncio.Protocol]) -> str:
            server = await loop.create_server(protocol, "127.0.0.1", port := free_port())
            stack.callback(server.close)
            return f"http://127.0.0.1:{port}/hook"

        healthy, slow = await listening(lambda: Connection(seen.receive)), await listening(_SlowLoris)
        await stack.enter_async_context(_reading(desk.settings.kafka, seen))
        worker = stack.enter_context(case(desk, healthy, slow))
        processes = {"notify": psutil.Process(worker), "the broker (Java)": psutil.Process(running.pid)}
        await asyncio.to_thread(_produce, broker.address, alerts[:WARM_UP])
        await _until_received(seen, alerts[:WARM_UP], START_SECONDS)
        before = _cpu(processes)
        await asyncio.to_thread(_produce, broker.address, alerts[WARM_UP:])
        await _until_received(seen, alerts[WARM_UP:], READ_SECONDS)
        seen.cpu = {name: spent - before[name] for name, spent in _cpu(processes).items()}
    return seen


@contextmanager
def _notify(desk: Desk, url: str, loris: str, *, beside: bool) -> Iterator[int]:
    """The notify process; it has the two other channels, too, where they are to stand beside."""
    urls = {"hook": url} | ({"dead": f"http://127.0.0.1:{free_port()}/", "loris": loris} if beside else {})
    channels = [
        {
            "id": name,
            "type": "webhook",
            "url": where,
            "secret": {"env": "WEBHOOK_SECRET"},
            "allow_networks": [LOOPBACK],
        }
        for name, where in urls.items()
    ]
    desk.writes("tocsin.yaml", {"channels": channels, "default_channels": list(urls)})
    desk.environment |= {"WEBHOOK_SECRET": SECRET}
    with desk.running(Stage.NOTIFY):
        yield desk.processes[Stage.NOTIFY].pid


@contextmanager
def _bare(desk: Desk, url: str, _: str) -> Iterator[int]:
    brokers = desk.settings.kafka.bootstrap_servers
    child = subprocess.Popen([sys.executable, "-m", "tests.bench.bare_webhook", brokers, ALERTS.name, url, SECRET])
    try:
        yield child.pid
    finally:
        child.kill()
        child.wait()


class _SlowLoris(asyncio.Protocol):
    """An endpoint whose answer comes a byte a second, and has no end."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._has_begun = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, _: bytes) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._transport.write(b"HTTP/1.1 200 ")
            self._go_on()

    def _go_on(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"O")
            asyncio.get_running_loop().call_later(1, self._go_on)


@asynccontextmanager
async def _reading(kafka: KafkaSettings, seen: Seen) -> AsyncIterator[None]:
    """A subscriber of the alerts, for the block."""
    consumer = new_consumer(kafka)
    await consumer.start()
    consumer.assign(await partitions_of(consumer, ALERTS.name))
    task = asyncio.create_task(seen.read(consumer))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        await stop_client(consumer)


def _cpu(processes: Mapping[str, psutil.Process]) -> dict[str, float]:
    return {name: (spent := process.cpu_times()).user + spent.system for name, process in processes.items()}


def _produce(address: str, records: Sequence[OutgoingRecord]) -> None:
    """At a steady rate, each in a transaction of its own, as decide does when alerts come one by one."""
    producer = Producer(
        {
            "bootstrap.servers": address,
            "transactional.id": "bench",
            "partitioner": "murmur2_random",
            "linger.ms": 0,
            "retry.backoff.ms": 2,
            "log_level": 3,
        }
    )
    producer.init_transactions()
    begin = time.monotonic()
    for number, record in enumerate(records):
        time.sleep(max(0.0, begin + number / RATE - time.monotonic()))
        producer.begin_transaction()
        producer.produce(record.topic, record.value, record.key, headers=dict[str, str | bytes | None](record.headers))
        producer.commit_transaction()


async def _until_received(seen: Seen, alerts: Sequence[OutgoingRecord], seconds: float) -> None:
    names, end = set(map(_name, alerts)), time.monotonic() + seconds
    while missing := names - seen.received.keys() | names - seen.readable.keys():
        if time.monotonic() > end:
            raise TimeoutError(f"{len(missing)} of {len(names)} alerts did not arrive within {seconds:.0f} s")
        await asyncio.sleep(0.1)


async def _read_words(kafka: KafkaSettings, seen: Seen) -> None:
    """When each alert was routed and attempted, from what notify wrote of the healthy webhook."""
    for record in await read_records(kafka, NOTIFICATIONS.name):
        notification = decode(NOTIFICATIONS, record)
        seen.routed[notification.message_id] = notification.routed_at.timestamp()
    for record in await read_records(kafka, DELIVERIES.name):
        delivery = decode(DELIVERIES, record)
        if delivery.outcome is Outcome.DELIVERED:
            seen.attempted[delivery.message_id] = delivery.attempted_at.timestamp()


def _name(record: OutgoingRecord) -> str:
    return (header(record.headers, "ce_id") or b"").decode()


def _latencies(alerts: Sequence[OutgoingRecord], seen: Mapping[str, Seen]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for case, one in seen.items():
        delays = [one.received[name] - one.readable[name] for name in map(_name, alerts[WARM_UP:])]
        cuts = quantiles(delays, n=100, method="inclusive")
        rows.append((case, len(delays), *(cuts[at - 1] * 1000 for at in (50, 90, 99)), max(delays) * 1000))
    columns = ("channels", "alerts", "p50 ms", "p90 ms", "p99 ms", "longest ms")
    title = f"From readable on `alerts` to received by a healthy webhook, {RATE}/s"
    return Table("delivery", title, columns, rows, LIMITS)


def _hops(alerts: Sequence[OutgoingRecord], seen: Mapping[str, Seen]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for case, one in seen.items():
        if not one.routed:
            continue
        moments = (one.readable, one.routed, one.attempted, one.received)
        hops = [[(b[name] - a[name]) * 1000 for a, b in pairwise(moments)] for name in map(_name, alerts[WARM_UP:])]
        for name, at in (("p50", 50), ("p99", 99)):
            cuts = (quantiles(hop, n=100, method="inclusive")[at - 1] for hop in zip(*hops, strict=True))
            rows.append((case, name, *cuts))
    columns = ("channels", "ms", "to routed", "to attempted", "to received")
    return Table("delivery_hops", "Where the time goes", columns, rows, LIMITS)


def _processes(seen: Mapping[str, Seen]) -> Table:
    count = RATE * SECONDS
    rows: list[tuple[Cell, ...]] = [
        (case, *(spent / count * MICRO for spent in one.cpu.values()), sum(one.cpu.values()) / SECONDS)
        for case, one in seen.items()
    ]
    columns = ("channels", "process us/alert", "broker us/alert", "cores of both")
    return Table("delivery_cpu", "CPU meanwhile", columns, rows, LIMITS)
