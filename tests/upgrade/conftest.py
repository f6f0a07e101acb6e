"""An installation of the last release: its topics, its configuration, and its code beside this one's."""

import asyncio
import shutil
from collections.abc import Iterator

import pytest

from services.backbone.settings import Settings
from services.broker import free_port
from tests.conftest import no_topics
from tests.upgrade.last_release import Release, unpack
from tests.upgrade.two_releases import TwoReleases
from tests.vocabulary import Desk, Site


@pytest.fixture(scope="session")
def last_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Unpacked once."""
    return unpack(tmp_path_factory.mktemp("last-release"))


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on loopback."""
    with Site().open() as site:
        yield site


@pytest.fixture
def installation(last_release: Release, settings: Settings, site: Site) -> Iterator[TwoReleases]:
    """What the last release made: topics provisioned by it, and its pack. Nothing runs yet."""
    asyncio.run(no_topics(settings.kafka))
    shutil.copytree(last_release.folder / "deploy/config/pack", settings.config / "pack")
    environment = {
        "WEBHOOK_SECRET": "whsec_dG9jc2luLXRlc3Qtc2VjcmV0LTAxMjM0NTY3",
        "TOCSIN_DATA": str(settings.config.parent / "data"),
        "TOCSIN_API_PORT": str(free_port()),
    }
    old = Desk(
        settings.model_copy(update={"instance": "old"}),
        environment | last_release.environment,
        checkout=last_release.folder,
    )
    new = Desk(settings.model_copy(update={"instance": "new"}), environment)
    old.writes(
        "tocsin.yaml",
        {
            "channels": [
                {
                    "id": "hook",
                    "type": "webhook",
                    "url": f"{site.url}/hook",
                    "secret": {"env": "WEBHOOK_SECRET"},
                    "allow_networks": ["127.0.0.0/8"],
                }
            ],
            "default_channels": ["hook"],
        },
    )
    last_release.runs(
        "-m", "services.cli", "topics", "provision", TOCSIN_KAFKA_BOOTSTRAP_SERVERS=settings.kafka.bootstrap_servers
    )
    both = TwoReleases(old, new)
    with old.running(), new.running():
        yield both
