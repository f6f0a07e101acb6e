"""The words of flow tests: a site that publishes, a desk that watches, and what reaches it."""

import asyncio
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import yaml
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas import Alert, ArticleSummary
from services.backbone.clients import new_consumer, partitions_of, stop_client
from services.backbone.record import ConsumedRecord, decode
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import ALERTS
from services.cli.run import Stage, stage_command
from tests.serving import serving

LOOPBACK = "127.0.0.0/8"
"""Only public addresses are asked unless a source is permitted more."""


@dataclass(frozen=True)
class Item:
    """An entry of a feed."""

    slug: str
    title: str
    text: str

    @property
    def url(self) -> str:
        return f"https://news.example/{self.slug}"


def rss(items: Sequence[Item]) -> bytes:
    """A feed that carries these entries, of today."""
    today = format_datetime(datetime.now(UTC))
    entries = "".join(
        f"<item><guid>{item.slug}</guid><link>{item.url}</link><title>{escape(item.title)}</title>"
        f"<pubDate>{today}</pubDate>"
        f"<description>{escape(item.text)}</description></item>"
        for item in items
    )
    return f"<rss version='2.0'><channel><title>Site</title>{entries}</channel></rss>".encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """A client that is killed breaks off; nobody needs to read of it."""


class Site:
    """A real HTTP server on loopback. What a path answers can be changed at any time."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.gone: set[str] = set()
        """Paths that answer 410."""
        self.refuses: set[str] = set()
        """Paths that take nothing that is posted."""
        self.requests: Counter[str] = Counter()
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def publishes(self, name: str, items: Sequence[Item]) -> None:
        """From now on the feed of this name carries these entries."""
        self.pages[f"/{name}"] = rss(items)

    @contextmanager
    def open(self) -> Iterator["Site"]:
        """Serve for the block."""
        with serving(self._server):
            yield self

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.requests[self.path] += 1
                status = 410 if self.path in site.gone else 200 if self.path in site.pages else 404
                self._answer(status, site.pages.get(self.path, b""))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                site.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                self._answer(503 if self.path in site.refuses else 200, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/rss+xml")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Tests read counts, not logs."""

        return Handler


@dataclass
class Desk:
    """An installation: a configuration folder and real processes on it."""

    settings: Settings
    environment: dict[str, str] = field(default_factory=dict)
    processes: dict[Stage, subprocess.Popen[bytes]] = field(default_factory=dict)
    checkout: Path | None = None
    """Whose code runs, where it is not this checkout's; `PYTHONPATH` is to name it, too, for the processes' own."""

    def writes(self, file: str, content: object) -> None:
        """Put a file into the configuration folder, whole at once as `mv` does; text stays as it is."""
        path = self.settings.config / file
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
        path.with_suffix(".new").write_text(text, encoding="utf-8")
        path.with_suffix(".new").replace(path)

    def reads(self, *urls: str, every_seconds: int = 1, ring_last: str = "1h") -> None:
        """Poll these feeds; what stands there at the first poll rings, too."""
        sources = [
            {
                "id": f"source-{index}",
                "name": f"Source {index}",
                "url": url,
                "interval": every_seconds,
                "max_interval": every_seconds,
                "ring_last": ring_last,
                "allow_networks": [LOOPBACK],
            }
            for index, url in enumerate(urls)
        ]
        self.writes("sources/test.yaml", {"sources": sources})

    def watches(self, **watches: dict[str, Any]) -> None:
        """Watch for these, by id."""
        entries = [{"id": name.replace("_", "-"), **watch} for name, watch in watches.items()]
        self.writes("watches/test.yaml", {"watches": entries})

    def starts(self, *stages: Stage) -> None:
        """Start these stages, each as a process of its own."""
        for stage in stages:
            with self.log(stage).open("ab") as log:
                self.processes[stage] = subprocess.Popen(
                    stage_command(stage, self.settings.config, 0),
                    env=self._environment(),
                    stderr=log,
                    stdout=log,
                    cwd=self.checkout,
                )

    def kills(self, stage: Stage) -> None:
        """SIGKILL."""
        self.processes[stage].send_signal(signal.SIGKILL)
        self.processes[stage].wait()

    def stops(self, *stages: Stage, seconds: float = 10) -> dict[Stage, int]:
        """SIGTERM; the exit statuses. Longer than `seconds` is an error."""
        for stage in stages:
            self.processes[stage].terminate()
        return {stage: self.processes[stage].wait(seconds) for stage in stages}

    def eventually(self, happens: Callable[[], bool], what: str, seconds: float = 60) -> None:
        """Wait until something holds; fail when it does not in time, or when a process ended that nobody killed."""
        end = time.monotonic() + seconds
        while not happens():
            assert time.monotonic() < end, f"did not happen within {seconds} s: {what}"
            ended = {stage.value: process.returncode for stage, process in self.processes.items() if process.poll()}
            assert not ended, f"while waiting for: {what}, ended by themselves: {ended}"
            time.sleep(0.2)

    def log(self, stage: Stage) -> Path:
        """What a stage printed, over all its lives."""
        return self.settings.config.parent / f"{stage.value}-{self.settings.instance}.log"

    def said(self, stage: Stage, words: str) -> bool:
        """Whether a stage logged these words."""
        return words in self.log(stage).read_text(encoding="utf-8")

    @contextmanager
    def running(self, *stages: Stage) -> Iterator["Desk"]:
        """Run these stages for the block; none is left behind."""
        self.starts(*stages)
        try:
            yield self
        except BaseException:
            for stage in self.processes:
                print(f"--- {stage.value}\n{self.log(stage).read_text(encoding='utf-8')[-3000:]}")
            raise
        finally:
            for process in self.processes.values():
                if process.poll() is None:
                    process.kill()
                process.wait()

    def _environment(self) -> dict[str, str]:
        kafka = self.settings.kafka
        return os.environ | {
            "TOCSIN_DEPLOYMENT": self.settings.deployment,
            "TOCSIN_INSTANCE": self.settings.instance,
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_LOG_LEVEL": "debug",
            "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "TOCSIN_KAFKA_SESSION_TIMEOUT_SECONDS": str(kafka.session_timeout_seconds),
            **self.environment,
        }


async def read_records(kafka: KafkaSettings, topic: str, *, committed: bool = True) -> list[ConsumedRecord]:
    """Every record of a topic from its beginning to where its log ends now, open transactions awaited."""
    consumer = new_consumer(kafka, isolation="read_committed" if committed else "read_uncommitted")
    probe = new_consumer(kafka, isolation="read_uncommitted")
    await consumer.start()
    await probe.start()
    try:
        partitions = await partitions_of(consumer, topic)
        probe.assign(partitions)
        ends = await probe.end_offsets(partitions)
        return [record async for record in _until(consumer, partitions, ends)]
    finally:
        await stop_client(consumer)
        await stop_client(probe)


async def _until(consumer: AIOKafkaConsumer, partitions: list[TopicPartition], ends: dict[TopicPartition, int]) -> Any:
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    async with asyncio.timeout(30):
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    yield record


class Ring(NamedTuple):
    """An alert that people are told of, with its article."""

    watch: str
    article: ArticleSummary
    alert: Alert


def rings(desk: Desk, topic: str = ALERTS.name) -> list[Ring]:
    """What rang so far for one article each."""
    return [
        Ring(alert.watch.id, alert.article, alert)
        for alert in alerts(desk, topic)
        if alert.action == "ring" and alert.tells and alert.article is not None
    ]


def alerts(desk: Desk, topic: str = ALERTS.name) -> list[Alert]:
    """The alerts so far, as a `read_committed` subscriber sees them."""
    return [decode(ALERTS, record) for record in asyncio.run(read_records(desk.settings.kafka, topic))]
