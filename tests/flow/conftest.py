"""A desk on the default pack, and a site to read."""

import shutil
from collections.abc import Iterator

import pytest

from services.backbone.settings import DEFAULT_CONFIG, Settings
from tests.vocabulary import Desk, Site


@pytest.fixture
def site() -> Iterator[Site]:
    """A site on loopback."""
    with Site().open() as site:
        yield site


@pytest.fixture
def desk(settings: Settings, site: Site) -> Desk:
    """The default pack, and one webhook channel to the site."""
    shutil.copytree(DEFAULT_CONFIG / "pack", settings.config / "pack")
    desk = Desk(settings, {"WEBHOOK_SECRET": "whsec_dG9jc2luLXRlc3Qtc2VjcmV0LTAxMjM0NTY3"})
    desk.writes(
        "tocsin.yaml",
        {
            "channels": [
                {
                    "id": "hook",
                    "type": "webhook",
                    "url": f"{site.url}/hook",
                    "secret": {"env": "WEBHOOK_SECRET"},
                    "allow_networks": ["127.0.0.0/8"],
                },
                {"id": "screen", "type": "terminal"},
            ],
            "default_channels": ["hook", "screen"],
        },
    )
    return desk
