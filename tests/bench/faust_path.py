"""CPU of a record through our Faust stage, beside a plain loop and a naive Faust app, each in a process of its own."""

import asyncio
import os
import subprocess
import sys
import time
from typing import Final

from services.backbone.record import encode
from services.backbone.settings import KafkaSettings
from services.backbone.topics import ARTICLES, ARTICLES_TAGGED
from tests.bench.articles import articles
from tests.bench.kafka import end_of, kafka_and_desk, new_deployment, produce
from tests.bench.limits import LIMITS
from tests.bench.report import Table

WARM_UP: Final = 1_000
MEASURED: Final = 10_000
ROUNDS: Final = 3
RUN_SECONDS: Final = 120.0
ROUNDS_SECONDS: Final = 300.0
"""No round is begun that would end later than this."""
KINDS: Final = {"plain": "plain aiokafka loop", "stage": "our Faust stage", "naive": "naive Faust app"}
TRANSFORMS: Final = {"same": "as it came", "tag": "tag, default pack"}


def faust_path() -> list[Table]:
    """The least of three runs of each, one after the other so that a busy minute meets all."""
    with kafka_and_desk() as (_, desk):
        kafka = desk.settings.kafka
        records = [encode(ARTICLES.name, article, "bench") for article in articles(WARM_UP + MEASURED)]
        asyncio.run(produce(kafka, records))
        rounds = _rounds(kafka)
    least = {key: min(one[key] for one in rounds) for key in rounds[0]}
    rows = [
        (work, KINDS[kind], least[name, kind], least[name, kind] / least[name, "plain"])
        for name, work in TRANSFORMS.items()
        for kind in KINDS
    ]
    title = f"CPU of a record from topic to topic ({MEASURED:,} of 4 KB, acks=all, least of {len(rounds)} runs)"
    return [Table("faust_path", title, ("work", "worker", "us", "ratio to plain"), rows, LIMITS["faust_path"])]


def _rounds(kafka: KafkaSettings) -> list[dict[tuple[str, str], float]]:
    began, rounds = time.monotonic(), list[dict[tuple[str, str], float]]()
    while len(rounds) < ROUNDS:
        rounds.append({(name, kind): _run(kafka, kind, name) for name in TRANSFORMS for kind in KINDS})
        if (time.monotonic() - began) * (len(rounds) + 1) / len(rounds) > ROUNDS_SECONDS:
            break
    return rounds


def _run(kafka: KafkaSettings, kind: str, name: str) -> float:
    before = asyncio.run(end_of(kafka, ARTICLES_TAGGED.name))
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.worker", kind, name, str(WARM_UP), str(MEASURED)],
        env=os.environ
        | {
            "TOCSIN_DEPLOYMENT": new_deployment(),
            "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "TOCSIN_KAFKA_SESSION_TIMEOUT_SECONDS": str(kafka.session_timeout_seconds),
            "TOCSIN_LOG_LEVEL": "warning",
        },
        stdout=subprocess.PIPE,
        timeout=RUN_SECONDS,
        check=True,
    )
    written = asyncio.run(end_of(kafka, ARTICLES_TAGGED.name)) - before
    assert written == WARM_UP + MEASURED, f"{kind} wrote {written} records"
    return float(done.stdout)
