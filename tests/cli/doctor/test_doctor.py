"""`tocsin doctor` on a real broker, with real processes and with nothing at all."""

import asyncio
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from schemas import Article, ChannelState, DeadLetter, Delivery, Mention
from services.alerting.notify.installation import load_installation
from services.backbone.clients import new_consumer, stop_client
from services.backbone.record import encode
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import ARTICLES, CHANNEL_STATE, DEAD_LETTERS, DELIVERIES, MENTIONS
from services.broker import KafkaBroker, free_port
from tests.alerting.examples import PACK, write_folder
from tests.backbone.kafka_dialect import broker_that_knows
from tests.broker.conftest import JARS, installed
from tests.cli.command import eventually, invoke, run, variables_of
from tests.cli.history import has_read, store
from tests.cli.ports import six_free_ports
from tests.cli.test_run import Supervisor
from tests.schemas.examples import example

SOUND = {
    "pack/small.yaml": PACK,
    "watches/desk.yaml": {"watches": [{"id": "ttp", "any": [{"actor": "ttp"}]}]},
    "tocsin.yaml": {
        "channels": [{"id": "screen", "type": "terminal"}, {"id": "log", "type": "file", "path": "alerts.jsonl"}],
        "default_channels": ["screen"],
    },
}


class Examined:
    """What the doctor said."""

    def __init__(self, status: int, findings: list[dict[str, str]]) -> None:
        self.status = status
        self.findings = findings

    def of(self, check: str) -> dict[str, str]:
        """The first finding of a check."""
        return next(finding for finding in self.findings if finding["check"] == check)

    def bad(self, state: str | None = None) -> list[str]:
        """What is no good, with its fix."""
        return [
            f"{each['check']}: {each['found']} > {each['fix']}"
            for each in self.findings
            if each["state"] == (state or each["state"]) != "ok"
        ]


def examined(settings: Settings, *options: str, **more: str) -> Examined:
    environment = variables_of(settings) | {"TOCSIN_PORT": "0", "TOCSIN_DATA": str(settings.config.parent)} | more
    told = invoke("doctor", "--json", *options, **environment)
    assert not told.exception or isinstance(told.exception, SystemExit), told.exception
    return Examined(told.exit_code, json.loads(told.stdout))


@pytest.fixture
def folder(settings: Settings) -> Path:
    return write_folder(settings.config, SOUND)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a checkout has a Compose file, and Docker is looked at beside it


@pytest.fixture
def supervisor(settings: Settings, folder: Path, tmp_path: Path) -> Iterator[Supervisor]:
    here = Path.cwd()
    os.chdir(Path(__file__).resolve().parents[3])
    supervisor = Supervisor(six_free_ports(), settings, tmp_path / "log")
    os.chdir(here)
    try:
        yield supervisor
    finally:
        supervisor.process.terminate()
        supervisor.process.wait(20)


def test_an_installation_that_has_just_begun_is_well(settings: Settings, supervisor: Supervisor) -> None:
    eventually(lambda: len(supervisor.ready()) == 6, "all six are ready")
    found = examined(settings, "--strict", TOCSIN_PORT=str(supervisor.port))
    assert (found.status, found.bad()) == (0, [])
    assert found.of("processes")["found"] == "api, decide, ingestion, match, notify, tagging ready"
    assert {each["check"] for each in found.findings} >= {
        "broker", "cluster", "topics", "processes", "lag", "sources", "channels", "dead letters", "clock",
        "configuration", "secrets", "python", "disk", "files", "data", "dns",
    }  # fmt: skip


def test_it_works_without_a_broker_a_folder_or_anything(tmp_path: Path) -> None:
    began = datetime.now(UTC)
    told = invoke(
        "doctor", TOCSIN_CONFIG=str(tmp_path / "nowhere"),
        TOCSIN_KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}", TOCSIN_PORT="0",
    )  # fmt: skip
    assert told.exit_code == 1
    assert "error    broker         nothing listens at 127.0.0.1:" in told.stdout
    assert "> start the broker (tocsin broker start" in told.stdout
    assert f"error    configuration  there is no folder {tmp_path / 'nowhere'}" in told.stdout
    assert datetime.now(UTC) - began < timedelta(seconds=10)


def test_a_broker_that_has_just_been_made_lacks_topics_and_no_more(tmp_path: Path) -> None:
    """Nobody coordinates groups there yet: asked the wrong way, librdkafka ends the process."""
    with installed(KafkaBroker(tmp_path / "kafka", free_port(), jars=JARS)) as broker:
        told = run("doctor", "--json", TOCSIN_KAFKA_BOOTSTRAP_SERVERS=broker.address, TOCSIN_CONFIG=str(tmp_path))
    assert told.returncode == 1, told.stderr
    found = Examined(told.returncode, json.loads(told.stdout))
    assert "tocsin topics provision" in found.of("topics")["fix"]
    assert found.of("lag")["state"] == "ok"


def test_settings_that_cannot_be_read_are_a_finding(tmp_path: Path) -> None:
    empty = tmp_path / "password"
    empty.write_text("", encoding="utf-8")
    told = invoke(
        "doctor", "--json", TOCSIN_KAFKA_SECURITY_PROTOCOL="SASL_SSL", TOCSIN_KAFKA_SASL_USERNAME="desk",
        TOCSIN_KAFKA_SASL_PASSWORD_FILE=str(empty),
    )  # fmt: skip
    [finding] = json.loads(told.stdout)
    assert (told.exit_code, finding["check"], finding["state"]) == (1, "settings", "error")
    assert finding["found"].startswith(f"TOCSIN_KAFKA_SASL_PASSWORD_FILE: {empty} is empty")


async def test_a_broker_of_the_wrong_version_is_told_as_that(tmp_path: Path) -> None:
    async with broker_that_knows({3: (0, 9), 9: (0, 6), 18: (0, 3), 28: (0, 2)}) as address:
        settings = Settings(config=tmp_path, kafka=KafkaSettings(bootstrap_servers=address))
        found = await asyncio.to_thread(examined, settings)
    assert found.status == 1
    assert found.of("broker")["found"].startswith(f"a broker of the wrong version at {address}")
    assert found.of("broker")["fix"].startswith("run Apache Kafka 2.5 or later")


def test_what_waits_and_nobody_reads_is_an_error_and_what_is_handled_is_none(settings: Settings, folder: Path) -> None:
    hours_ago = datetime.now(UTC) - timedelta(hours=3)
    store(
        settings, [(encode(ARTICLES.name, example(Article, id=f"art-{n}"), "ingestion"), hours_ago) for n in range(5)]
    )
    store(settings, [(encode(MENTIONS.name, example(Mention), "match"), hours_ago)])
    has_read(settings, "decide", MENTIONS.name)
    found = examined(settings)
    assert [each["found"] for each in found.findings if each["check"] == "lag"] == [
        "tagging: 5 records of articles wait, the oldest for 3 hours, and nobody reads: tagging does not run"
    ]
    assert "tocsin run tagging" in found.of("lag")["fix"]
    assert found.of("processes")["found"] == "none runs"
    assert found.status == 1


def test_a_reader_that_stands_still_is_told_apart_from_one_that_does_not_run(settings: Settings, folder: Path) -> None:
    minutes_ago = datetime.now(UTC) - timedelta(minutes=5)
    store(settings, [(encode(ARTICLES.name, example(Article), "ingestion"), minutes_ago)])

    async def hold_and_look() -> Examined:
        consumer = new_consumer(settings.kafka, ARTICLES.name, group=settings.group("tagging"))
        await consumer.start()
        try:
            async with asyncio.timeout(20):
                while not consumer.assignment():  # noqa: ASYNC110 - the library tells nobody
                    await asyncio.sleep(0.1)
            return await asyncio.to_thread(examined, settings)
        finally:
            await stop_client(consumer)

    told = asyncio.run(hold_and_look()).of("lag")
    assert told["state"] == "error"
    assert told["found"] == "tagging: 1 record of articles waits, the oldest for 5 minutes, and it stands still"


def test_a_missing_topic_is_told_once(settings: Settings, folder: Path) -> None:
    async def spoil() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka.bootstrap_servers)
        await admin.start()
        await admin.delete_topics([DEAD_LETTERS.name])
        async with asyncio.timeout(20):
            while DEAD_LETTERS.name in await admin.list_topics():  # noqa: ASYNC110 - it is shown for a moment
                await asyncio.sleep(0.1)
        await admin.close()

    asyncio.run(spoil())
    found = examined(settings)
    [told] = [each for each in found.bad("error") if not each.startswith("lag")]
    assert told.startswith("topics: 1 of ")
    assert "missing: dead-letters > create them: tocsin topics provision" in told


def test_a_channel_in_trouble_and_dead_letters_are_told_with_what_to_do(settings: Settings, folder: Path) -> None:
    now = datetime.now(UTC)
    digest = {channel.id: channel.digest for channel, _, _ in load_installation(folder).channels}
    gone = ChannelState(
        channel="screen", config=digest["screen"], disabled_at=now - timedelta(hours=5), reason="410", at=now
    )
    failed = example(
        Delivery, channel="log", outcome="failed", detail="no space", next_attempt_at=None, attempted_at=now
    )
    letters = [
        example(DeadLetter, stage="tagging", origin_offset=offset, error="not JSON: expected value", failed_at=now)
        for offset in range(3)
    ]
    store(
        settings, [(encode(CHANNEL_STATE.name, gone, "notify"), now), (encode(DELIVERIES.name, failed, "notify"), now)]
    )
    store(settings, [(encode(DEAD_LETTERS.name, letter, "tagging"), now) for letter in letters])
    found = examined(settings)
    told = [each for each in found.bad() if each.startswith(("channels", "dead"))]
    assert [each.partition(" > ")[0] for each in told] == [
        "channels: screen wants nothing any more, for 5 hours: 410",
        "channels: log failed to take alerts in the last day: no space",
        "dead letters: 3 records of the last day set aside by tagging: not JSON",
    ]
    fixes = [each.partition(" > ")[2] for each in told]
    assert "tocsin channel enable screen" in fixes[0]
    assert "tocsin channel test log; then tocsin deliveries retry" in fixes[1]
    assert fixes[2] == letters[0].fix
