"""The broker's disk takes nothing more: the processes wait, say what for, and go on by themselves once it does."""

import asyncio
from pathlib import Path

import psutil
import pytest

from services.backbone.provision import provision
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import declared
from services.broker import KafkaBroker, free_port
from services.cli.run import LINE
from tests.broker.conftest import JARS, installed
from tests.cli.command import eventually
from tests.flow.test_broker_away import PACK, readiness
from tests.vocabulary import Desk, Item, Site, rings


@pytest.fixture
def broker(tmp_path: Path) -> KafkaBroker:
    return installed(KafkaBroker(tmp_path / "kafka", free_port(), jars=JARS))


@pytest.fixture
def desk(broker: KafkaBroker, tmp_path: Path) -> Desk:
    (tmp_path / "config").mkdir()
    kafka = KafkaSettings(bootstrap_servers=broker.address, session_timeout_seconds=6)
    desk = Desk(Settings(config=tmp_path / "config", deployment="full", instance="one", kafka=kafka))
    desk.writes("pack/actors.yaml", PACK)
    desk.watches(ttp={"any": [{"actor": "ttp"}]})
    return desk


ROOM_BYTES = 20 * 1024
"""Enough for the broker to say in its log what is the matter, and less than the article that comes."""


def fills_up(broker: KafkaBroker) -> psutil.Process:
    """From now on no file of the broker grows any longer, as if its disk were full; the process."""
    running = broker.running()
    assert running is not None
    process = psutil.Process(running.pid)
    _, hard = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (ROOM_BYTES, hard))
    return process


def test_nothing_is_lost_while_the_brokers_disk_is_full(broker: KafkaBroker, desk: Desk, site: Site) -> None:
    before = Item("one", "The TTP is named", "A text.")
    meanwhile = Item("two", "The TTP is named again", "A text of many words. " * 2_000)
    site.publishes("feed", [before])
    desk.reads(f"{site.url}/feed")
    with broker:
        asyncio.run(provision(desk.settings.kafka, declared()))
        with desk.running(*LINE):
            desk.eventually(lambda: len(rings(desk)) == 1, "it rings")
            full = fills_up(broker)
            site.publishes("feed", [before, meanwhile])
            eventually(lambda: not full.is_running() or full.status() == psutil.STATUS_ZOMBIE, "the broker gives up")
            words = (broker.data / "broker.log").read_text(encoding="utf-8")
            assert "File too large" in words, "it was the disk"
            for stage in LINE:
                desk.eventually(lambda stage=stage: desk.said(stage, "broker.away"), f"{stage} says what is away")  # type: ignore[misc]
                assert "start the broker" in str(readiness(desk, stage)["broker"])

            broker.kill()
            broker.start(daemon=False)  # with room, as after somebody made some
            desk.eventually(lambda: len(rings(desk)) == 2, "what came meanwhile rings, and nothing twice", 90)
            assert not any(desk.said(stage, words) for stage in LINE for words in ("Traceback", "process.failed"))
            broker.kill()  # it would wait for its clients
