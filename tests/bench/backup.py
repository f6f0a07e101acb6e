"""How long a million alerts take to back up and to restore, how large the file is, and how much memory it takes."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

from confluent_kafka import Producer

from services.backbone.backup.broker import Broker
from services.backbone.backup.contents import Place
from services.backbone.record import OutgoingRecord, encode
from services.backbone.settings import KafkaSettings
from services.backbone.topics import ALERTS
from services.broker import KafkaBroker, free_port
from tests.alerting.examples import alert
from tests.bench.kafka import kafka_and_desk
from tests.bench.report import Cell, Table
from tests.broker.conftest import JARS
from tests.cli.command import TOCSIN, variables_of, variables_with

ALERTS_MADE: Final = 1_000_000
PATTERNS: Final = 2_000
"""Alerts with titles and passages of their own; the others differ in their ids and times only."""
WATCHES: Final = 300
_ID: Final = "f" * 32
_MIB: Final = 2**20


def backup(count: int = ALERTS_MADE) -> list[Table]:
    """Fill `alerts`, back it up, restore it on an empty broker; and copy the folder of the stopped broker instead."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        folder = Path(name)
        file = folder / "backup.tar.zst"
        with kafka_and_desk() as (broker, desk):
            variables = variables_of(desk.settings)
            size = _fill(desk.settings.kafka, count)
            taken = _run(["backup", str(file), "--json"], variables)
            assert json.loads(taken.output)["records"]["alerts"] == count
            broker.stop()
            on_disk = _size_of(broker.data / "records")
            began = time.monotonic()
            cold = folder / "cold.tar.zst"
            subprocess.run(
                ["tar", "--zstd", "-cf", str(cold), str(broker.data / "records")], check=True, capture_output=True
            )
            cold_seconds, cold_size = time.monotonic() - began, cold.stat().st_size
            cold.unlink()
            shutil.rmtree(broker.data / "records")  # room for the other one
        checked = _run(["restore", "--check", str(file)], variables)
        with KafkaBroker(folder / "kafka", free_port(), jars=JARS) as other:
            kafka = KafkaSettings(bootstrap_servers=other.address)
            restored = _run(["restore", str(file)], variables | {"TOCSIN_KAFKA_BOOTSTRAP_SERVERS": other.address})
            places = [Place(ALERTS.name, number) for number in range(ALERTS.partitions)]
            begins, ends = Broker(kafka).begins(places), Broker(kafka).ends(places)
            there = sum(ends[place] - begins[place] for place in places)
            assert there == count, f"{there} of {count} alerts were restored"
        written = file.stat().st_size
    per_million = 1_000_000 / count
    rows: list[Sequence[Cell]] = [
        (name, ran.seconds, ran.seconds * per_million, ran.cpu * per_million, size_of, ran.peak / _MIB)
        for name, ran, size_of in (
            ("tocsin backup", taken, written / _MIB),
            ("tocsin restore --check", checked, None),
            ("tocsin restore, checked first", restored, None),
        )
    ]
    rows.append(
        ("tar --zstd of the stopped broker", cold_seconds, cold_seconds * per_million, None, cold_size / _MIB, None)
    )
    return [
        Table(
            "backup",
            f"{count:,} alerts of {size / count:,.0f} bytes: {size / _MIB:,.0f} MiB, {on_disk / _MIB:,.0f} MiB on disk",
            ("what", "seconds", "s per million", "CPU s per million", "MiB of the file", "MiB of memory at most"),
            rows,
            """one core: Python takes each record out of librdkafka and packs it, or unpacks it and hands it over; the
            broker works on the other core. The file is read twice by a restore: nothing is written before it is known
            to be whole. The alerts repeat some of their words, real ones do so less: the file gets larger by that.""",
        )
    ]


class _Ran:
    """A command that was run."""

    def __init__(self, output: str, seconds: float, cpu: float, peak: int) -> None:
        self.output = output
        self.seconds = seconds
        self.cpu = cpu
        """Seconds of the command itself, the broker's aside."""
        self.peak = peak
        """Of its memory, in bytes."""


def _run(arguments: Sequence[str], variables: Mapping[str, str]) -> _Ran:
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen([*TOCSIN, *arguments], env=variables_with(**variables), stdout=output)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        output.seek(0)
        told = output.read().decode()
    assert child.returncode == 0, f"{arguments[0]} ended with {child.returncode}: {told}"
    kilobytes = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss // 1024
    return _Ran(told, seconds, usage.ru_utime + usage.ru_stime, kilobytes * 1024)


def _fill(kafka: KafkaSettings, count: int) -> int:
    """Write the alerts, in transactions as decide does; their bytes."""
    config = {**kafka.librdkafka(), "transactional.id": "bench", "linger.ms": 20, "batch.size": 1_000_000}
    producer, size = Producer(config), 0
    producer.init_transactions()
    producer.begin_transaction()
    for number, record in enumerate(_records(count)):
        size += len(record.key) + len(record.value or b"")
        while True:
            try:
                producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
                break
            except BufferError:
                producer.poll(0.1)
        if number % 500 == 499:
            producer.commit_transaction()
            producer.begin_transaction()
    producer.commit_transaction()
    return size


def _records(count: int) -> Iterator[OutgoingRecord]:
    chance = Random(20261124)
    words = ["".join(chance.choices("abcdefghijklmnoprstuvwz", k=chance.randint(2, 9))) for _ in range(20_000)]
    patterns = []
    for _ in range(PATTERNS):
        made = alert(watch="watch-000")
        assert made.article is not None
        title = " ".join(chance.choices(words, k=12))
        article = made.article.model_copy(update={"title": title, "id": f"art-{_ID}"})
        made = made.model_copy(update={"id": f"alr-{_ID}", "thread": f"alr-{_ID}", "article": article})
        patterns.append(encode(ALERTS.name, made, "decide"))
    for number in range(count):
        pattern, watch = patterns[number % PATTERNS], f"watch-{number % WATCHES:03d}".encode()
        value = (pattern.value or b"").replace(_ID.encode(), b"%032x" % chance.getrandbits(128))
        yield OutgoingRecord(ALERTS.name, watch, value.replace(b"watch-000", watch), pattern.headers)


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("alerts-*/*.log"))
