"""One line for all tests of this folder that ask for it."""

import asyncio
import shutil
import uuid
from collections.abc import Iterator

import pytest

from services.backbone.settings import DEFAULT_CONFIG, KafkaSettings, Settings
from services.broker import KafkaBroker
from tests.conftest import empty_topics
from tests.deploy.monitoring.line import Line, watched
from tests.deploy.monitoring.tools import tool
from tests.vocabulary import Desk, Site


@pytest.fixture(scope="module")
def line(kafka: KafkaBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line at work, watched."""
    for program in ("prometheus", "prometheus-alertmanager"):
        tool(program)
    folder = tmp_path_factory.mktemp("watched")
    (folder / "config").mkdir()
    settings = Settings(
        config=folder / "config",
        deployment=f"test-{uuid.uuid4().hex[:8]}",
        instance="one",
        kafka=KafkaSettings(bootstrap_servers=kafka.address, session_timeout_seconds=6),
    )
    asyncio.run(empty_topics(settings.kafka))
    shutil.copytree(DEFAULT_CONFIG / "pack", settings.config / "pack")
    with Site().open() as site, watched(Desk(settings), site, folder) as line:
        yield line
