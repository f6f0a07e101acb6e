"""What the dashboard asks, as it asks it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.deploy.monitoring.tools import DASHBOARD

NAMES: Final = re.compile(r"\b(tocsin_[a-z_]+|process_[a-z_]+|stage(?:_since)?:[a-z_:0-9]+)")
_SUFFIX: Final = re.compile(r"_(bucket|sum|count)$")


@dataclass(frozen=True)
class Query:
    """One query of a panel."""

    panel: dict[str, Any]
    target: dict[str, Any]

    @property
    def title(self) -> str:
        return f"{self.panel['title']} {self.target['refId']}"

    def expression(self, interval: str = "5s", range_: str = "1m") -> str:
        """With Grafana's variables put in."""
        text = str(self.target["expr"])
        for name, value in {"$__rate_interval": interval, "$__range": range_, "$stage": ".*", "$channel": ".*"}.items():
            text = text.replace(name, value)
        assert "$" not in text, text
        return text


def dashboard() -> dict[str, Any]:
    """The file."""
    read: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return read


def panels() -> list[dict[str, Any]]:
    """Its panels, rows left out."""
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def queries() -> Iterator[Query]:
    """Every query."""
    for panel in panels():
        for target in panel["targets"]:
            yield Query(panel, target)


def names_in(expression: str) -> set[str]:
    """The metrics that an expression asks for, without the suffix of a histogram's series."""
    return {_SUFFIX.sub("", name) for name in NAMES.findall(expression)}
