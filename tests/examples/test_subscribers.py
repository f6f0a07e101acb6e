"""The example subscribers against a real Kafka on which alerts rang, were held, changed and never counted."""

import asyncio
import hashlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from schemas import Alert
from services.backbone.settings import Settings
from services.broker import free_port
from services.broker.errors import BrokerNotInstalled
from services.broker.java import fetch_jars, find_java
from services.cli.run import Stage
from tests.broker.conftest import JARS, unavailable
from tests.examples.stored import ABORTED, HELD, LATER, PRINTED, RING, UPDATE, WITHDRAWN, store, store_later
from tests.examples.subscriber import EXAMPLES, running
from tests.vocabulary import Desk


def python() -> Sequence[str | Path]:
    """The subscriber in Python."""
    return [sys.executable, EXAMPLES / "python" / "subscriber.py"]


def java() -> Sequence[str | Path]:
    """The subscriber in Java, on the jars that Kafka needs itself."""
    try:
        runtime = find_java()
        jars = fetch_jars(runtime, JARS)
    except BrokerNotInstalled as error:
        unavailable(str(error).splitlines()[0])
    modules = subprocess.run([runtime.command, "--list-modules"], capture_output=True, text=True, check=True)
    if "jdk.compiler" not in modules.stdout:
        unavailable(f"{runtime.home} is a Java without a compiler; the Java subscriber needs a JDK")
    return [
        runtime.command,
        "-XX:TieredStopAtLevel=1",
        "-cp",
        f"{jars.resolve()}/*",
        EXAMPLES / "java" / "Subscriber.java",
    ]


@pytest.mark.parametrize(("subscriber", "status"), [(python, 0), (java, 128 + signal.SIGTERM)])
async def test_a_subscriber_prints_what_people_are_told_once_and_goes_on_where_it_ended(
    subscriber: Callable[[], Sequence[str | Path]], status: int, settings: Settings, tmp_path: Path
) -> None:
    command = [*subscriber(), settings.kafka.bootstrap_servers, "alerts", settings.deployment]
    await store(settings.kafka)

    with running(tmp_path / "first", command) as first:
        assert first.prints(3) == PRINTED
        assert first.ends() == status  # the JVM says of every SIGTERM that it ended it
    assert first.lines == [*PRINTED, "stopped"]

    await store_later(settings.kafka)
    with running(tmp_path / "second", command) as second:
        assert second.prints(1) == ["RING  ttp (first-mention): After the restart"]
        assert second.ends() == status


def test_kcat_shows_every_committed_record_and_no_aborted_one(settings: Settings) -> None:
    if shutil.which("kcat") is None:
        unavailable("kcat is not on the PATH; install it: apt install kcat")
    asyncio.run(store(settings.kafka))
    shown = subprocess.run(
        [EXAMPLES / "kcat" / "alerts.sh", "-b", settings.kafka.bootstrap_servers, "-o", "beginning", "-e"],
        capture_output=True,
        timeout=30,
        check=True,
    ).stdout.decode()

    keys, values = zip(*(line.split("\t", 1) for line in shown.splitlines()), strict=True)
    ids = [json.loads(value)["id"] for value in values]
    assert set(keys) == {"ttp"}
    assert ids.count(RING.id) == 5
    assert HELD.id in ids
    assert ABORTED.id not in ids
    assert UPDATE.write().decode() in values


async def test_curl_shows_each_record_that_people_are_told_once_though_the_line_breaks(
    settings: Settings, tmp_path: Path
) -> None:
    if shutil.which("curl") is None:
        unavailable("curl is not on the PATH; install it: apt install curl")
    port, token = free_port(), "tcs_reader_" + "x" * 43
    digest = hashlib.sha256(token.encode()).hexdigest()
    desk = Desk(settings, {"TOCSIN_API_PORT": str(port), "TOCSIN_DATA": str(tmp_path / "data")})
    desk.writes("access/test.yaml", {"tokens": [{"id": "reader", "sha256": digest, "scopes": ["read"], "all": True}]})
    command: list[str | Path] = [EXAMPLES / "curl" / "stream.sh", f"http://127.0.0.1:{port}"]

    with desk.running(Stage.API), running(tmp_path / "shown", command, TOCSIN_TOKEN=token) as subscriber:
        desk.eventually((tmp_path / "last-event-id").exists, "the stream begins")
        await store(settings.kafka)
        assert len(subscriber.prints(4)) == 4
        desk.kills(Stage.API)
        await store_later(settings.kafka)
        desk.starts(Stage.API)
        shown = [Alert.read(line.encode()) for line in subscriber.prints(5)]

    assert shown == [RING, RING, UPDATE, WITHDRAWN, LATER]
