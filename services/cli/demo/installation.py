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
            "allow_networks": [LOOPBACK],
            "site": ["news.example"],
        }
        for name, title in FEEDS.items()
    ]
    _write(folder / "sources" / "demo.yaml", {"sources": sources})
    channel = {"id": "demo-hook", "type": "webhook", "url": f"{site}/hook", "secret_env": SECRET_VARIABLE}
    _write(folder / "tocsin.yaml", {"channels": [channel], "default_channels": ["demo-hook"]})


def add_real_sources(folder: Path) -> None:
    """Add the default sources; the running ingestion takes them over."""
    shutil.copytree(DEFAULT_CONFIG / "sources", folder / "sources", dirs_exist_ok=True)


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
