"""The demo's configuration folder: the default pack and watches, the loopback feeds, one webhook."""

import base64
import secrets
import shutil
from pathlib import Path

import yaml

from services.backbone.settings import DEFAULT_CONFIG
from services.cli.demo.articles import FEEDS

SECRET_VARIABLE = "TOCSIN_DEMO_WEBHOOK_SECRET"  # noqa: S105 - the variable's name
SECRET = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def write_installation(folder: Path, site: str, *, real_sources: bool) -> None:
    """Write the folder.

    Args:
        folder: where; it must not exist.
        site: address of the loopback site.
        real_sources: whether the default sources are polled too.
    """
    shutil.copytree(DEFAULT_CONFIG, folder)
    if not real_sources:
        shutil.rmtree(folder / "sources")
        (folder / "sources").mkdir()
    sources = [
        {"id": f"demo-{name}", "name": title, "url": f"{site}/{name}.xml", "interval": 2}
        for name, title in FEEDS.items()
    ]
    _write(folder / "sources" / "demo.yaml", {"sources": sources})
    channel = {"id": "demo-hook", "type": "webhook", "url": f"{site}/hook", "secret_env": SECRET_VARIABLE}
    _write(folder / "tocsin.yaml", {"channels": [channel], "default_channels": ["demo-hook"]})


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
