"""The broker is away at start, and goes away for a while: processes wait and say so, and nothing is lost."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from services.backbone.provision import provision
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import ARTICLES, TOPICS, declared
from services.broker import KafkaBroker, free_port
from services.cli.run import LINE, Stage
from tests.broker.conftest import JARS, installed
from tests.vocabulary import Desk, Item, Site, rings

PACK = {
    "actors": [{"id": "ttp", "name": "Tehreek-e-Taliban Pakistan", "kind": "armed-group", "aliases": {"en": ["TTP"]}}]
}


@pytest.fixture
def broker(tmp_path: Path) -> KafkaBroker:
    """A Kafka that is installed and not started."""
    return installed(KafkaBroker(tmp_path / "kafka", free_port(), jars=JARS))


@pytest.fixture
def desk(broker: KafkaBroker, tmp_path: Path) -> Desk:
    """A desk on that broker, with a pack of one actor."""
    (tmp_path / "config").mkdir()
    kafka = KafkaSettings(bootstrap_servers=broker.address, session_timeout_seconds=6)
    desk = Desk(Settings(config=tmp_path / "config", deployment="away", instance="one", kafka=kafka))
    desk.writes("pack/actors.yaml", PACK)
    desk.writes("tocsin.yaml", {"channels": [{"id": "screen", "type": "terminal"}], "default_channels": ["screen"]})
    desk.watches(ttp={"any": [{"actor": "ttp"}]})
    return desk


def readiness(desk: Desk, stage: Stage) -> dict[str, object]:
    """What `/readyz` of a stage answers; its port is in its log."""
    listening = next(
        json.loads(line) for line in desk.log(stage).read_text(encoding="utf-8").splitlines() if "listening" in line
    )
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{listening['port']}/readyz", timeout=5) as answer:
            report: dict[str, object] = json.load(answer)
    except urllib.error.HTTPError as error:
        report = json.load(error)
    return report


def test_processes_wait_for_a_broker_that_comes_late_and_outlive_its_absence(
    broker: KafkaBroker, desk: Desk, site: Site
) -> None:
    first, second = Item("one", "The TTP is named", "A text."), Item("two", "The TTP is named again", "A text.")
    site.publishes("feed", [first])
    desk.reads(f"{site.url}/feed")

    with desk.running(*LINE):
        for stage in LINE:
            desk.eventually(
                lambda stage=stage: desk.said(stage, "broker.away"),  # type: ignore[misc]
                f"{stage} says that it waits",
            )
            assert readiness(desk, stage)["waiting_for"] == "broker"
            assert not desk.said(stage, "Traceback")

        with broker:
            asyncio.run(provision(desk.settings.kafka, declared()))
            desk.eventually(lambda: len(rings(desk)) == 1, "it rings once the broker is there")
            broker.stop()
            site.publishes("feed", [first, second])
            polls = site.requests["/feed"]
            desk.eventually(lambda: site.requests["/feed"] > polls, "the feed is polled while no broker is there")
            time.sleep(15)  # longer than a session
            broker.start(daemon=False)
            desk.eventually(lambda: len(rings(desk)) == 2, "what was read meanwhile rings, and nothing twice", 120)
            assert {ring.article.url for ring in rings(desk)} == {first.url, second.url}
            assert not any(desk.said(stage, "process.failed") for stage in LINE)


def test_a_topic_with_another_partition_count_is_refused_with_the_fix(broker: KafkaBroker, desk: Desk) -> None:
    with broker:
        wrong = [replace(topic, partitions=5) if topic is ARTICLES else topic for topic in TOPICS]
        asyncio.run(provision(desk.settings.kafka, wrong))
        desk.starts(Stage.TAGGING)
        assert desk.processes[Stage.TAGGING].wait(30) == 1
        assert desk.said(Stage.TAGGING, "articles: has 5 partitions, declared are 3")
        assert desk.said(Stage.TAGGING, "delete the topic and provision it anew")
        assert not desk.said(Stage.TAGGING, "Traceback")
