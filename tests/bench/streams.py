"""One alert to a thousand who listen over HTTP, some of whom never read; and what those cost.

The API, those who listen and the producer are processes of their own. The usual way, a queue for each listener, runs
the same rounds in the same run.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import httpx
import psutil

from services.backbone.clients import new_producer, stop_client
from services.backbone.record import encode
from services.backbone.settings import KafkaSettings
from services.backbone.topics import ALERTS
from services.broker import free_port
from services.cli.run import Stage
from tests.alerting.api.newsdesk import Instance, lets_in
from tests.alerting.examples import alert
from tests.bench.kafka import kafka_and_desk
from tests.bench.report import Table
from tests.vocabulary import Desk

LISTENERS: Final = 1_000
IDLE: Final = 10
ROUNDS: Final = 20
MANY: Final = 20_000
FEW: Final = 20
"""Listeners that read while many alerts come."""
START_SECONDS: Final = 60.0
MEBIBYTE: Final = 1024 * 1024
TOKENS: Final = ("first", "second")
"""A token has at most a thousand streams."""


@dataclass
class Server:
    """A server of streams at work."""

    name: str
    port: int
    process: psutil.Process
    secrets: Mapping[str, str]

    @property
    def resident(self) -> float:
        """What it holds in memory, in MiB."""
        return self.process.memory_info().rss / MEBIBYTE


@dataclass
class Listeners:
    """Those who listen to a server."""

    child: subprocess.Popen[str]

    def says(self, key: str) -> dict[str, Any]:
        """The next that they say of this kind."""
        assert self.child.stdout is not None
        while line := self.child.stdout.readline():
            said: dict[str, Any] = json.loads(line)
            if "lost" in said:
                raise AssertionError(f"a listener was cut: {said}")
            if key in said:
                return said
        raise AssertionError("they ended")


def streams() -> list[Table]:
    """How soon all have an alert, and what is held for those who do not read."""
    with kafka_and_desk() as (_, desk):
        kafka = desk.settings.kafka
        rounds, floods = [], []
        for start in (_tocsin, _queued):
            with start(desk) as server:
                idle_before = server.resident
                rounds += [_rounds(kafka, server, idle, idle_before) for idle in (0, IDLE)]
            with start(desk) as server:  # anew: what the thousand needed would be free for the flood
                floods.append(_flood(kafka, server))
    return [
        Table(
            "streams",
            f"One alert to {LISTENERS:,} listeners: {ROUNDS} rounds, ms from before it is produced",
            [
                "server",
                "never read",
                "first p50",
                "middle p50",
                "last p50",
                "last worst",
                "MiB idle",
                "MiB with them",
                "MiB after",
            ],
            rounds,
            """the two cores: the server encodes an alert once, then writes it to each socket in about the time that the
            listeners' process (Python too, on the other core) takes to read it. Both share them with the broker.""",
        ),
        Table(
            "slow_listeners",
            f"{MANY:,} alerts to {FEW} who read and {IDLE} who never do",
            ["server", "MiB before", "MiB after", "s until the readers have all", "bytes of an alert"],
            floods,
            """for those who never read both hold what the kernel takes. The queues hold the rest of all that comes, for
            as long as it comes. A position holds nothing: what grows here, whoever listens, is the tail (16 MiB at
            most) and the pages that SQLite keeps (96 MiB at most). After 30 s those who take nothing are cut.""",
        ),
    ]


@contextmanager
def _tocsin(desk: Desk) -> Iterator[Server]:
    secrets = lets_in(desk.settings, **{name: {"all": True} for name in TOKENS})
    instance = Instance.of(desk.settings, "bench", desk.settings.config.parent / "data")
    with instance.running():
        process = psutil.Process(instance.desk.processes[Stage.API].pid)
        yield Server("tocsin run api", int(instance.url.rpartition(":")[2]), process, secrets)


@contextmanager
def _queued(desk: Desk) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.queued_streams", desk.settings.kafka.bootstrap_servers, str(port)]
    child = subprocess.Popen(command)
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
                break
            except httpx.TransportError:
                assert time.monotonic() < end, "it does not serve"
                time.sleep(0.1)
        yield Server("a queue for each", port, psutil.Process(child.pid), dict.fromkeys(TOKENS, "none"))
    finally:
        child.kill()
        child.wait()


@contextmanager
def _listening(server: Server, token: str, listeners: int, idle: int) -> Iterator[Listeners]:
    arguments = ["127.0.0.1", str(server.port), "/alerts/stream", server.secrets[token], str(listeners), str(idle)]
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.listeners", *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        listening = Listeners(child)
        if listeners:
            listening.says("connected")
        yield listening
    finally:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _rounds(kafka: KafkaSettings, server: Server, idle: int, idle_before: float) -> list[Any]:
    with ExitStack() as stack:
        if idle:
            stack.enter_context(_listening(server, "second", 0, idle))
        listeners = stack.enter_context(_listening(server, "first", LISTENERS, 0))
        time.sleep(1)
        with_them = server.resident
        took = asyncio.run(_ring_and_wait(kafka, listeners))
        first, middle, last = ([1_000 * each[key] for each in took] for key in ("first", "middle", "last"))
        return [
            server.name, idle, median(first), median(middle), median(last), max(last),
            idle_before, with_them, server.resident,
        ]  # fmt: skip


async def _ring_and_wait(kafka: KafkaSettings, listeners: Listeners) -> list[dict[str, float]]:
    """Ring once a round; seconds until it came."""
    producer, took = new_producer(kafka), list[dict[str, float]]()
    await producer.start()
    try:
        for number in range(ROUNDS + 1):
            record = encode(ALERTS.name, alert(slug=f"round-{number}"), "bench")
            began = time.time()
            await producer.send_and_wait(record.topic, record.value, key=record.key, headers=record.headers)
            said = await asyncio.to_thread(listeners.says, "event")
            if number:  # the first warms up
                took.append({key: said[key] - began for key in ("first", "middle", "last")})
            await asyncio.sleep(0.1)
    finally:
        await stop_client(producer)
    return took


def _flood(kafka: KafkaSettings, server: Server) -> list[Any]:
    records = [encode(ALERTS.name, alert(slug=f"flood-{number}"), "bench") for number in range(MANY)]

    async def ring() -> None:
        producer = new_producer(kafka)
        await producer.start()
        try:
            for record in records:
                await producer.send(record.topic, record.value, key=record.key, headers=record.headers)
            await producer.flush()
        finally:
            await stop_client(producer)

    with _listening(server, "second", 0, IDLE), _listening(server, "first", FEW, 0) as readers:
        time.sleep(1)
        before, began = server.resident, time.time()
        asyncio.run(ring())
        for _ in range(MANY):
            last = readers.says("event")["last"]
        return [server.name, before, server.resident, last - began, len(records[0].value or b"")]
