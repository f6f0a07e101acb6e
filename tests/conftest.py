"""One real Kafka for the whole run; each test that asks for it gets empty topics and a deployment of its own."""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from services.backbone.provision import provision
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import declared
from services.broker import KafkaBroker, free_port
from tests.broker.conftest import JARS, installed

SHARED = Path(__file__).resolve().parents[2] / "shared"
"""Study material that is not part of the project: seed article, labelled articles. Tests that read it say so."""


LONGEST = (
    "tests/deploy/compose/test_stack.py",
    "tests/upgrade/test_rolling_restart.py",
    "tests/cli/backup/test_backup.py",
)
"""Files that take minutes. They begin first, so that none is left to run alone when all others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        file = item.nodeid.partition("::")[0]
        return LONGEST.index(file) if file in LONGEST else len(LONGEST)

    items.sort(key=place)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """A real Apache Kafka on loopback. Where it cannot be had, tests are skipped with the reason; in CI they fail."""
    with installed(KafkaBroker(tmp_path_factory.mktemp("kafka"), free_port(), jars=JARS)) as broker:
        yield broker


@pytest.fixture
def settings(kafka: KafkaBroker, tmp_path: Path) -> Settings:
    """A deployment of its own on empty, provisioned topics; its configuration folder is empty."""
    config = tmp_path / "config"
    config.mkdir()
    settings = Settings(
        config=config,
        deployment=f"test-{uuid.uuid4().hex[:8]}",
        instance="one",
        port=0,
        log_format="json",
        kafka=KafkaSettings(bootstrap_servers=kafka.address, session_timeout_seconds=6),
    )
    asyncio.run(empty_topics(settings.kafka))
    return settings


async def empty_topics(kafka: KafkaSettings) -> None:
    await no_topics(kafka)
    await provision(kafka, declared())


async def no_topics(kafka: KafkaSettings) -> None:
    admin = AIOKafkaAdminClient(**kafka.aiokafka())
    await admin.start()
    try:
        while ours := [name for name in await admin.list_topics() if not name.startswith("__")]:
            await admin.delete_topics(ours)  # a deleted topic is shown for a moment
    finally:
        await admin.close()
