"""The demo's configuration folder: the default pack and watches, the loopback feeds, one webhook."""

import base64
import secrets
import shutil
from pathlib import Path

import yaml

from services.backbone.settings import DEFAULT_CONFIG
from services.cli.demo.articles import FEEDS

SECRET_VARIABLE = "TOCSIN_DEMO_WEBHOOK_SECRET"  # noqa: S105 - the variable's name
LOOPBACK = "127.0.0.0/8"
"""Only public addresses are asked unless a source is permitted more."""
RING_LAST = "1d"
"""Who looks at a demo is to see what came before it began, too."""
SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def write_installation(folder: Path, site: str) -> None:
    """Write the folder.

    Args:
        folder: where; it must not exist.
        site: address of the loopback site.
    """
    shutil.copytree(DEFAULT_CONFIG, folder, ignore=shutil.ignore_patterns("sources"))
    (folder / "sources").mkdir()
    sources = [
        {
            "id": f"demo-{name}",
            "name": title,
            "url": f"{site}/{name}.xml",
            "interval": 2,
            "max_interval": 2,
            "ring_last": RING_LAST,
            "allow_networks": [LOOPBACK],
            "site": ["news.example"],
        }
        for name, title in FEEDS.items()
    ]
    _write(folder / "sources" / "demo.yaml", {"sources": sources})
    channel = {
        "id": "demo-hook",
        "type": "webhook",
        "url": f"{site}/hook",
        "secret": {"env": SECRET_VARIABLE},
        "allow_networks": [LOOPBACK],
    }
    _write(folder / "tocsin.yaml", {"channels": [channel], "default_channels": ["demo-hook"]})


def add_real_sources(folder: Path) -> None:
    """Add the default sources, to ring for the last day, too; the running ingestion takes them over."""
    for file in sorted((DEFAULT_CONFIG / "sources").glob("*.yaml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        _write(
            folder / "sources" / file.name,
            {"sources": [source | {"ring_last": RING_LAST} for source in content["sources"]]},
        )


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
