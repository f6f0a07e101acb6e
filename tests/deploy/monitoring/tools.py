"""Prometheus as Debian ships it, and the files under test."""

import os
import shutil
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[3]
MONITORING: Final = ROOT / "deploy" / "monitoring"
RULES: Final = MONITORING / "rules" / "tocsin.yaml"
DASHBOARD: Final = MONITORING / "grafana" / "dashboards" / "tocsin.json"
RUNBOOKS: Final = ROOT / "docs" / "runbooks"

_PACKAGES: Final = {
    "promtool": "prometheus",
    "prometheus": "prometheus",
    "amtool": "prometheus-alertmanager",
    "prometheus-alertmanager": "prometheus-alertmanager",
}


def tool(name: str) -> str:
    """The program. Where it is not installed the test is skipped and says so; in CI it fails."""
    if (path := shutil.which(name)) is not None:
        return path
    reason = f"{name} is not installed; on Debian: apt-get install {_PACKAGES[name]}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def rules() -> list[dict[str, Any]]:
    """Every rule of the file."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alert_rules() -> list[dict[str, Any]]:
    """Those that alert."""
    return [rule for rule in rules() if "alert" in rule]
