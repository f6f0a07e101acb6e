"""What a first Faust app makes of the same work: `python -m tests.bench.naive_faust DEPLOYMENT PORT`.

One agent matches and sends mentions, another remembers in a table what rang and sends alerts; JSON values, `send`,
defaults. Only the session is as short as ours, for the default of a minute would let it stand still all the time.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import faust
from aiokafka.errors import KafkaError
from faust.types import StreamT

from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import ALERTS, ARTICLES_TAGGED, MENTIONS

TAGGED, NAIVE_MENTIONS, NAIVE_ALERTS = (
    replace(topic, name=f"naive.{topic.name}") for topic in (ARTICLES_TAGGED, MENTIONS, ALERTS)
)
WATCHED: Final = ("ttp", "iskp")
STOP_SECONDS: Final = 10.0


def app_of(deployment: str, kafka: KafkaSettings, port: int, folder: str) -> faust.App:
    """The app."""
    app = faust.App(
        deployment,
        broker=f"kafka://{kafka.bootstrap_servers}",
        web_port=port,
        datadir=folder,
        topic_partitions=TAGGED.partitions,
        broker_session_timeout=kafka.session_timeout_seconds,
        broker_heartbeat_interval=kafka.session_timeout_seconds / 3,
        consumer_auto_offset_reset="earliest",
    )
    tagged = app.topic(TAGGED.name, value_serializer="json")
    mentions = app.topic(NAIVE_MENTIONS.name, key_type=str, value_serializer="json")
    alerts = app.topic(NAIVE_ALERTS.name, key_type=str, value_serializer="json")
    rung = app.Table("rung", default=bool, partitions=TAGGED.partitions)

    @app.agent(tagged)
    async def match(articles: StreamT[dict[str, Any]]) -> None:
        async for article in articles:
            for actor in article["actors"]:
                if actor["id"] in WATCHED:
                    await mentions.send(key=actor["id"], value={"watch": actor["id"], "article": article["article"]})

    @app.agent(mentions)
    async def decide(met: StreamT[dict[str, Any]]) -> None:
        async for mention in met:
            name = f"{mention['watch']}/{mention['article']['id']}"
            if not rung[name]:
                rung[name] = True
                await alerts.send(key=mention["watch"], value=mention)

    return app


@dataclass
class NaiveWorker:
    """A worker as a process that can be killed."""

    kafka: KafkaSettings
    deployment: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def starts(self) -> None:
        """Start it."""
        environment = os.environ | {
            "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "TOCSIN_KAFKA_SESSION_TIMEOUT_SECONDS": str(self.kafka.session_timeout_seconds),
        }
        command = [sys.executable, "-m", "tests.bench.naive_faust", self.deployment, str(self.port), str(self.folder)]
        with (self.folder / f"naive-{self.port}.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def is_alive(self) -> bool:
        """Whether it runs; a naive worker may end by itself."""
        return self.process is not None and self.process.poll() is None

    def kills(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


async def _live(app: faust.App) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await app.start()
    while not stop.is_set() and not app.crashed and not app.should_stop:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await stop.wait()
    with suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(STOP_SECONDS):
            await app.stop()


def main(arguments: Sequence[str]) -> None:
    """Run one worker until it is told to stop, or crashes."""
    deployment, port, folder = arguments
    began = time.monotonic()
    asyncio.run(_live(app_of(deployment, load_settings(port=0).kafka, int(port), folder)))
    print(f"ended after {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
