"""`python -m tests.deploy.monitoring.draw FOLDER [SECONDS]`: the dashboard as a picture, without Grafana.

Runs a line for so long, asks a real Prometheus what the panels ask, and lays them out on the grid of 24 columns as
HTML, which Chromium photographs. It is not Grafana's renderer: it shows what is empty, cut off, or in a wrong unit.
"""

import asyncio
import html
import math
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from services.backbone.provision import provision
from services.backbone.settings import DEFAULT_CONFIG, KafkaSettings, Settings
from services.backbone.topics import declared
from services.broker import KafkaBroker, free_port
from tests.broker.conftest import JARS
from tests.deploy.monitoring.line import Line, watched
from tests.deploy.monitoring.panels import Query, dashboard
from tests.vocabulary import Desk, Site

COLUMN: Final = 76
UNIT: Final = 38
"""Pixels of a column, and of a unit of height; Grafana's are 30 and 8 between."""
COLOURS: Final = (
    "#73bf69",
    "#f2cc0c",
    "#5794f2",
    "#ff9830",
    "#f2495c",
    "#b877d9",
    "#8ab8ff",
    "#96d98d",
    "#fade2a",
    "#ffa6b0",
)
NAMED: Final = {
    "green": "#73bf69",
    "yellow": "#fade2a",
    "red": "#f2495c",
    "orange": "#ff9830",
    "text": "#ccccdc",
    "blue": "#5794f2",
}
STYLE: Final = """
body{margin:0;background:#111217;color:#ccccdc;font:12px Inter,Noto Sans,sans-serif}
.p{position:absolute;background:#181b1f;border:1px solid #2c3235;overflow:hidden;box-sizing:border-box}
.t{padding:5px 8px;font-weight:500;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.r{position:absolute;font-size:16px;padding:8px 2px;font-weight:500}
.s{display:flex;gap:4px;padding:0 6px;height:calc(100% - 32px)}
.v{flex:1;display:flex;flex-direction:column;align-items:center;justify-content:center;border-radius:3px;min-width:0}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:3px 8px;border-bottom:1px solid #2c3235;white-space:nowrap}
.l{position:absolute;bottom:4px;left:8px;right:8px;height:17px;white-space:nowrap;overflow:hidden;font-size:11px}
.n{position:absolute;top:45%;width:100%;text-align:center;color:#7b8087}
"""


def main(folder: Path, seconds: float) -> None:
    """Run a line, draw it."""
    folder.mkdir(parents=True, exist_ok=True)
    with KafkaBroker(folder / "kafka", free_port(), jars=JARS) as broker, Site().open() as site:
        (folder / "config").mkdir()
        kafka = KafkaSettings(bootstrap_servers=broker.address, session_timeout_seconds=6)
        settings = Settings(
            config=folder / "config", deployment=f"drawn-{uuid.uuid4().hex[:8]}", instance="one", kafka=kafka
        )
        asyncio.run(provision(kafka, declared()))
        shutil.copytree(DEFAULT_CONFIG / "pack", settings.config / "pack")
        with watched(Desk(settings), site, folder, feed_seconds=seconds) as line:
            page = "".join(_panel(line, panel, int(seconds) + 10) for panel in dashboard()["panels"])
    (folder / "dashboard.html").write_text(f"<meta charset=utf-8><style>{STYLE}</style>{page}", encoding="utf-8")
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in dashboard()["panels"]) * UNIT + 10
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", f"--window-size={24 * COLUMN},{height}",
         f"--screenshot={folder / 'dashboard.png'}", (folder / "dashboard.html").as_uri()],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip


def _panel(line: Line, panel: dict[str, Any], seconds: int) -> str:
    at = panel["gridPos"]
    where = f"left:{at['x'] * COLUMN + 4}px;top:{at['y'] * UNIT + 4}px"
    if panel["type"] == "row":
        return f'<div class=r style="{where}">{html.escape(panel["title"])}</div>'
    width, height = at["w"] * COLUMN - 8, at["h"] * UNIT - 8
    found = []
    for target in panel["targets"]:
        query = Query(panel, target)
        expression = query.expression("10s", f"{seconds}s")
        given = line.asks(expression) if target["instant"] else line.asks_over(expression, seconds)
        found += [(_legend(target, each["metric"]), each) for each in given]
    if panel["type"] == "table":
        body = _table(panel, found)
    elif not found:
        body = f"<div class=n>{html.escape(panel['fieldConfig']['defaults'].get('noValue', 'No data'))}</div>"
    else:
        body = _stat(panel, found) if panel["type"] == "stat" else _series(panel, found, width, height, seconds)
    title = f"<div class=t>{html.escape(panel['title'])}</div>"
    return f'<div class=p style="{where};width:{width}px;height:{height}px">{title}{body}</div>'


def _legend(target: dict[str, Any], labels: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda match: labels.get(match[1], ""), target["legendFormat"])


def _stat(panel: dict[str, Any], found: list[tuple[str, Any]]) -> str:
    defaults, cells = panel["fieldConfig"]["defaults"], []
    for legend, each in found:
        value = float(each["value"][1])
        mapped = {key: told["text"] for m in defaults.get("mappings", []) for key, told in m["options"].items()}
        steps = defaults["thresholds"]["steps"]
        colour = NAMED[[step["color"] for step in steps if step["value"] is None or value >= step["value"]][-1]]
        text = mapped.get(f"{value:.0f}") or _said(value, defaults.get("unit", "short"))
        style = f"background:{colour};color:#111217" if mapped else f"color:{colour}"
        label = legend if len(found) > 1 else ""
        size = 17 if mapped else 26
        shown = f'<div style="font-size:{size}px">{text}</div>'
        cells.append(f'<div class=v style="{style}"><div>{html.escape(label)}</div>{shown}</div>')
    return f"<div class=s>{''.join(cells)}</div>"


def _table(panel: dict[str, Any], found: list[tuple[str, Any]]) -> str:
    (organize,) = (each["options"] for each in panel["transformations"] if each["id"] == "organize")
    rows = [each["metric"] | {"Value": each["value"][1]} for _, each in found]
    names = {name for row in rows for name in row} - organize["excludeByName"].keys()
    order = sorted(names, key=lambda name: organize["indexByName"].get(name, 99))
    unit = panel["fieldConfig"]["defaults"].get("unit", "short")
    head = "".join(f"<th>{organize['renameByName'].get(name, name)}" for name in order)
    cells = [
        "<tr>" + "".join(f"<td>{_said(float(row[n]), unit) if n == 'Value' else row.get(n, '')}" for n in order)
        for row in rows
    ]
    return f"<table><tr>{head}{''.join(cells)}</table>" if rows else "<div class=n>No data</div>"


def _series(panel: dict[str, Any], found: list[tuple[str, Any]], width: int, height: int, seconds: int) -> str:
    defaults = panel["fieldConfig"]["defaults"]
    custom, unit = defaults["custom"], defaults.get("unit", "short")
    lines = [(legend, [(float(t), float(v)) for t, v in each["values"]]) for legend, each in found]
    lines = [(legend, [(t, v) for t, v in points if not math.isnan(v)]) for legend, points in lines]
    if custom["stacking"]["mode"] == "normal":
        lines = list(_stacked(lines))
    values = [value for _, points in lines for _, value in points]
    if not values:
        return "<div class=n>No data</div>"
    log = custom["scaleDistribution"]["type"] == "log"
    low = min([v for v in values if v > 0], default=0.1) if log else defaults.get("min", 0)
    high = max(defaults.get("max", max(values)), low * 1.01 if log else low + 1e-9) * (1 if log else 1.05)
    begin = time.time() - seconds
    left, right, top, bottom = 66, width - 10, 32, height - 42

    def x(moment: float) -> float:
        return left + (right - left) * (moment - begin) / seconds

    def y(value: float) -> float:
        share = math.log(max(value, low) / low) / math.log(high / low) if log else (value - low) / (high - low)
        return bottom - (bottom - top) * min(1, max(0, share))

    grid = [low * (high / low) ** (i / 4) if log else low + (high - low) * i / 4 for i in range(5)]
    drawn = "".join(
        f'<line x1={left} x2={right} y1={y(v):.1f} y2={y(v):.1f} stroke="#2c3235"/>'
        f'<text x={left - 6} y={y(v) + 4:.1f} fill="#9fa7b3" font-size=11 text-anchor=end>{_said(v, unit)}</text>'
        for v in grid
    )
    colours = [_colour(panel, name, index) for index, (name, _) in enumerate(lines)]
    for (_, points), colour in zip(lines, colours, strict=True):
        if custom["drawStyle"] == "bars":
            drawn += "".join(
                f'<rect x={x(t) - 2:.1f} y={y(v):.1f} width=4 height={bottom - y(v):.1f} fill="{colour}"/>'
                for t, v in points
            )
        elif points:
            path = " ".join(f"{x(t):.1f},{y(v):.1f}" for t, v in points)
            drawn += f'<polyline points="{path}" fill=none stroke="{colour}" stroke-width=2 />'
    legend = " &nbsp; ".join(
        f'<span style="color:{colour}">■</span> {html.escape(name)}'
        for (name, _), colour in zip(lines, colours, strict=True)
    )
    svg = f'<svg style="position:absolute;left:0;top:0" width={width} height={height}>{drawn}</svg>'
    return f"{svg}<div class=l>{legend}</div>"


def _colour(panel: dict[str, Any], name: str, index: int) -> str:
    for override in panel["fieldConfig"]["overrides"]:
        if re.search(override["matcher"]["options"].strip("/"), name):
            return NAMED[override["properties"][0]["value"]["fixedColor"]]
    return COLOURS[index % len(COLOURS)]


def _stacked(lines: list[tuple[str, list[tuple[float, float]]]]) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    below: dict[float, float] = {}
    for legend, points in lines:
        yield legend, [(t, below.setdefault(t, 0) + v) for t, v in points]
        below |= {t: below[t] + v for t, v in points}


def _said(value: float, unit: str) -> str:
    if unit == "percentunit":
        return f"{value * 100:.0f} %"
    if unit == "s":
        for size, name in ((86_400, "day"), (3_600, "hour"), (60, "min"), (1, "s")):
            if value >= size:
                return f"{value / size:.3g} {name}"
        return f"{value * 1000:.3g} ms" if value >= 1e-3 or value == 0 else f"{value * 1e6:.3g} µs"
    if unit in ("bytes", "Bps"):
        for size, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
            if value >= size:
                return f"{value / size:.3g} {name}{'/s' if unit == 'Bps' else ''}"
    unit = unit.removeprefix("suffix:").strip()
    number = f"{value / 1000:.3g} K" if value >= 1000 else f"{value:.3g}"
    return number if unit in ("short", "none") else f"{number} {unit}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 60)
