"""Apache Kafka in KRaft mode: one node, on loopback, durable in a folder.

broker.json        who runs (see running.py)        server.properties, log4j2.properties   written at each start
broker.log[.1]     the log of this and the last run  records/   the topics              libs/   the jars, by pom
"""

import base64
import os
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from services.broker.errors import BrokerDidNotStart
from services.broker.java import Java, fetch_jars, find_java
from services.broker.local import LocalBroker, free_port

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
_HEAP = ("-Xms128m", "-Xmx256m", "-XX:+ExitOnOutOfMemoryError")
# One collector thread and one compiler: least memory, and the soonest ready (measured: 2.2 s becomes 1.9 s).
_LEAN = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

# The whole cluster is this node, its disk is the only copy, and nobody waits for a second consumer or an old session.
_PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": "records",
    "auto.create.topics.enable": "false",
    "message.max.bytes": str(MAX_MESSAGE_BYTES),
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "2000",
    # After a kill -9 the node waits until its own old session has run out: 11.8 s with the defaults, 4.6 s with these.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "1000",
    # The default is half of our heap.
    "log.cleaner.dedupe.buffer.size": "16777216",
}

_LOGGING = """\
status = error
shutdownHook = disable
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSSX}{UTC} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.life.name = kafka.server.KafkaRaftServer
logger.life.level = info
"""


@dataclass(frozen=True, slots=True)
class Listener:
    """One more listener on loopback; `advertised_port` is what its clients are told, say that of a proxy."""

    name: str
    port: int
    advertised_port: int
    protocol: str = "PLAINTEXT"


class KafkaBroker(LocalBroker):
    """Apache Kafka from `deploy/kafka/pom.xml`.

    Args:
        data: its folder, made when missing.
        port: where clients connect, on 127.0.0.1.
        jars: where the jars are kept, `libs` in the data folder when unset; several folders may share one.
        listeners: further listeners.
        properties: further broker properties; they win over ours.
    """

    kind: ClassVar[str] = "kafka"

    def __init__(
        self,
        data: Path,
        port: int,
        *,
        jars: Path | None = None,
        listeners: Sequence[Listener] = (),
        properties: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, port)
        self._cache = jars or data / "libs"
        self._listeners = listeners
        self._extra = properties or {}
        self._installed: tuple[Java, Path] | None = None

    def install(self) -> None:
        """Find Java and have the jars, by mvn the first time."""
        self._ready()

    def _ports(self) -> list[int]:
        return [self.port, *(one.port for one in self._listeners if one.protocol == "PLAINTEXT")]

    def _ready(self) -> tuple[Java, Path]:
        if self._installed is None:
            java = find_java()
            self._installed = java, fetch_jars(java, self._cache).resolve()
        return self._installed

    def _version(self) -> str:
        _, jars = self._ready()
        return next(jars.glob("kafka-clients-*.jar")).stem.removeprefix("kafka-clients-")

    def _environment(self) -> Mapping[str, str]:
        return os.environ

    def _command(self) -> list[str]:
        (self.data / "server.properties").write_text(self._server_properties(), encoding="ascii")
        (self.data / "log4j2.properties").write_text(_LOGGING, encoding="ascii")
        if not (self.data / "records" / "meta.properties").exists():
            self._format()
        archive = self._class_archive()
        shared = [f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []
        return self._java(shared, "kafka.Kafka", "server.properties")

    def _server_properties(self) -> str:
        clients = [Listener("PLAINTEXT", self.port, self.port), *self._listeners]
        taken = {port for one in clients for port in (one.port, one.advertised_port)}
        controller = f"127.0.0.1:{next(port for port in iter(free_port, None) if port not in taken)}"
        listening = [f"{one.name}://127.0.0.1:{one.port}" for one in clients]
        properties = _PROPERTIES | {
            "controller.quorum.voters": f"1@{controller}",
            "listeners": ",".join([*listening, f"CONTROLLER://{controller}"]),
            "advertised.listeners": ",".join(f"{one.name}://127.0.0.1:{one.advertised_port}" for one in clients),
            "listener.security.protocol.map": ",".join(
                ["CONTROLLER:PLAINTEXT", *(f"{one.name}:{one.protocol}" for one in clients)]
            ),
            **self._extra,
        }
        return "".join(f"{name}={value}\n" for name, value in properties.items())

    def _format(self) -> None:
        cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]  # must not begin with a dash
        archive = self._class_archive()
        unfinished = archive.with_suffix(f".{os.getpid()}")
        shared = f"-XX:SharedArchiveFile={archive}" if archive.exists() else f"-XX:ArchiveClassesAtExit={unfinished}"
        told = "format", "--ignore-formatted", "-t", cluster, "-c", "server.properties"
        done = subprocess.run(
            self._java([shared], "kafka.tools.StorageTool", *told),
            cwd=self.data,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise BrokerDidNotStart(f"Kafka could not prepare {self.data}:\n{done.stdout}{done.stderr}".rstrip())
        if unfinished.exists():
            unfinished.replace(archive)

    def _class_archive(self) -> Path:
        """Classes to map instead of load; written by the first format, as the first Java program that ends by itself.

        Measured: ready after 1.4 s instead of 1.9 s. Formatting loads half of the broker's classes: an archive of a
        whole run would save 0.5 s more, and cost 2.4 s at a stop. A Java that cannot use one goes on without it.
        """
        java, jars = self._ready()
        return jars / f"classes-{java.version}.jsa"

    def _java(self, shared: list[str], main: str, *arguments: str) -> list[str]:
        java, jars = self._ready()
        logging = "-Dlog4j2.configurationFile=log4j2.properties"
        return [java.command, *_HEAP, *_LEAN, *shared, logging, "-cp", f"{jars}/*", main, *arguments]
