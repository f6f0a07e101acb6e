"""Processes that decide together, on topics of their own: started, killed, frozen, and what they wrote."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from services.backbone.session import TRANSACTION_SECONDS
from services.backbone.settings import Settings
from tests.backbone.on_kafka import committed, ends
from tests.faults.a_decider import STAGE
from tests.faults.checks import Findings, findings
from tests.faults.kafka_proxy import Api, Fate, KafkaProxy, Rule, When
from tests.vocabulary import read_records

PARTITIONS = 3
SESSION_SECONDS = 6
"""The least that Kafka allows."""


@dataclass
class Group:
    """A deployment whose clients all go through the proxy."""

    name: str
    settings: Settings
    """To look from beside the proxy."""
    proxy: KafkaProxy
    folder: Path
    kind: str = "sound"
    transaction_seconds: float = TRANSACTION_SECONDS
    words: int = 0
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    begun: Counter[str] = field(default_factory=Counter)
    """How often each instance was started."""

    def __enter__(self) -> Self:
        admin = AdminClient(self.settings.kafka.librdkafka())
        topics = [NewTopic(f"{self.name}.{end}", PARTITIONS, 1) for end in ("in", "state", "out")]
        for made in admin.create_topics(topics).values():
            made.result(20)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()

    def feed(self, count: int) -> None:
        """So many more words, on all partitions in turn."""
        producer = Producer(self.settings.kafka.librdkafka())
        for number in range(self.words, self.words + count):
            producer.produce(f"{self.name}.in", f"word-{number}", partition=number % PARTITIONS)
        assert producer.flush(20) == 0
        self.words += count

    def starts(self, instance: str) -> None:
        """Start an instance."""
        log = self._log(instance).open("ab")
        environment = os.environ | {
            "TOCSIN_DEPLOYMENT": self.name,
            "TOCSIN_INSTANCE": instance,
            "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{self.proxy.port}",
            "TOCSIN_KAFKA_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
        }
        command = [sys.executable, "-m", "tests.faults.a_decider", self.name, self.kind]
        command.append(str(self.transaction_seconds))
        self.begun[instance] += 1
        with log:
            self.processes[instance] = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def running(self) -> set[str]:
        """The instances that run."""
        return {instance for instance, process in self.processes.items() if process.poll() is None}

    def kills(self, instance: str) -> None:
        """SIGKILL."""
        self.processes[instance].kill()
        self.processes[instance].wait()

    def sends(self, instance: str, number: signal.Signals) -> None:
        """Send a signal."""
        self.processes[instance].send_signal(number)

    def once(self, instance: str, api: Api, when: When, fate: Fate = Fate.PASS, skip: int = 0) -> Rule:
        """A rule for the requests of an instance."""
        return self.proxy.once(Rule(api, when, self.client(instance), fate, skip))

    def client(self, instance: str) -> str:
        """The client id of an instance."""
        return f"{self.name}.{STAGE}.{instance}"

    def eventually(self, happens: Callable[[], bool], what: str, seconds: float = 90) -> None:
        """Wait until something holds."""
        end = time.monotonic() + seconds
        while not happens():
            assert time.monotonic() < end, f"{self.name}: not within {seconds} s: {what}\n{self.logs()}"
            ended = [one for one, process in self.processes.items() if process.poll() not in (None, -signal.SIGKILL)]
            assert not ended, f"{self.name}: while waiting for: {what}, ended by themselves: {ended}\n{self.logs()}"
            time.sleep(0.1)

    def through(self) -> None:
        """Wait until all that was fed is decided, and nothing is under way."""
        settings = self.settings.model_copy(update={"deployment": self.name})
        topic = f"{self.name}.in"

        def is_through() -> bool:
            return asyncio.run(committed(settings, STAGE, topic)) == asyncio.run(ends(settings, topic))

        self.eventually(is_through, "all is decided")

    def findings(self, topic: str = "out", *, committed: bool = True) -> Findings:
        """What is wrong with what it wrote: with what it rang, or with what it remembers of that (`state`)."""
        expected = {
            str(partition): [f"word-{number}" for number in range(partition, self.words, PARTITIONS)]
            for partition in range(PARTITIONS)
        }
        return findings(expected, self.seen(topic, committed=committed))

    def seen(self, topic: str, *, committed: bool = True) -> Sequence[tuple[str, str]]:
        """Partition and word, as a reader sees them."""
        records = asyncio.run(read_records(self.settings.kafka, f"{self.name}.{topic}", committed=committed))
        return [(str(record.partition), (record.key or b"").decode()) for record in records]

    def said(self, instance: str, words: str) -> bool:
        """Whether an instance logged these words."""
        return words in self._log(instance).read_text(encoding="utf-8")

    def count(self, instance: str, words: str) -> int:
        """How often an instance logged these words."""
        return self._log(instance).read_text(encoding="utf-8").count(words)

    def logs(self) -> str:
        """The end of what each instance printed."""
        return "\n".join(f"--- {one}\n{self._log(one).read_text(encoding='utf-8')[-1500:]}" for one in self.processes)

    def _log(self, instance: str) -> Path:
        return self.folder / f"{self.name}-{instance}.log"
