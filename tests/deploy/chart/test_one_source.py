"""The chart carries files that stand elsewhere, too: a package may not lead out of itself."""

from pathlib import Path

import yaml

from tests.deploy.chart.helm import CHART
from tests.deploy.chart.rendered import Rendered

MONITORING = CHART.parents[1] / "monitoring"
FIX = """
cp deploy/monitoring/rules/tocsin.yaml deploy/helm/tocsin/files/rules.yaml
cp deploy/monitoring/grafana/dashboards/*.json deploy/helm/tocsin/files/dashboards/
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_rules_and_dashboards_are_those_of_monitoring() -> None:
    [rules] = (MONITORING / "rules").glob("*.yaml")
    assert (CHART / "files" / "rules.yaml").read_bytes() == rules.read_bytes(), FIX
    assert contents(CHART / "files" / "dashboards") == contents(MONITORING / "grafana" / "dashboards"), FIX


def test_they_reach_the_cluster_unchanged(newsroom: Rendered) -> None:
    [rule] = newsroom.of("PrometheusRule")
    assert rule["spec"] == yaml.safe_load((MONITORING / "rules" / "tocsin.yaml").read_text(encoding="utf-8"))
    carried: dict[str, bytes] = {}
    for config_map in newsroom.of("ConfigMap"):
        if config_map["metadata"]["labels"].get("grafana_dashboard") == "1":
            carried |= {name: text.encode() for name, text in config_map["data"].items()}
    assert carried == contents(MONITORING / "grafana" / "dashboards")


def test_the_chart_has_the_version_of_the_program() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    program = [
        line.split('"')[1]
        for line in (CHART.parents[2] / "pyproject.toml").read_text(encoding="utf-8").splitlines()
        if line.startswith("version = ")
    ]
    assert [chart["version"], chart["appVersion"]] == program * 2
