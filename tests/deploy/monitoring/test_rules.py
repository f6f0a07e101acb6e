"""Each alert rule, by promtool: what makes it fire, and what of the same kind does not."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.deploy.monitoring.tools import RULES, alert_rules, tool

WELL: Final = {
    f'tocsin_ready{{stage="{stage}"}}': "1x900" for stage in ("ingestion", "tagging", "match", "decide", "notify")
}


@dataclass(frozen=True)
class Case:
    """Series beside those of a line that is up, and what they make of an alert."""

    alert: str
    what: str
    at: str
    series: dict[str, str]
    fires: dict[str, str] | None = None
    """The labels beside name and severity; None where it must not fire."""

    def __str__(self) -> str:
        return f"{self.alert}: {self.what}"


CASES: Final = [
    Case(alert, **case)
    for alert, cases in yaml.safe_load((Path(__file__).parent / "alerts.yaml").read_text(encoding="utf-8")).items()
    for case in cases
]
FIRING: Final = [case for case in CASES if case.fires is not None]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_alert_fires_when_it_must_and_only_then(case: Case, tmp_path: Path) -> None:
    firing = []
    if case.fires is not None:
        labels = {"alertname": case.alert, "alertstate": "firing", "severity": _severity(case.alert)} | case.fires
        firing = [{"labels": f"ALERTS{_labels(labels)}", "value": 1}]
    expression = f'ALERTS{{alertname="{case.alert}",alertstate="firing"}}'
    told = _promtool(
        tmp_path, case, {"promql_expr_test": [{"expr": expression, "eval_time": case.at, "exp_samples": firing}]}
    )
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("case", FIRING, ids=str)
def test_the_words_of_an_alert_name_what_it_is_about(case: Case, tmp_path: Path) -> None:
    """No label is missing from them: Prometheus would write a hole, or that the template has failed."""
    told = _promtool(tmp_path, case, {"alert_rule_test": [{"alertname": case.alert, "eval_time": case.at}]})
    (words,) = {line for line in told.stdout.splitlines() + told.stderr.splitlines() if "summary=" in line}
    assert re.search(r"error expanding|<no value>|=\" |  |\( |: \.", words.partition("Annotations:")[2].strip()) is None


def test_each_alert_is_shown_firing_and_quiet() -> None:
    firing = {case.alert for case in CASES if case.fires is not None}
    quiet = {case.alert for case in CASES if case.fires is None}
    assert firing == quiet == {rule["alert"] for rule in alert_rules()}


def test_each_alert_says_how_bad_it_is_and_what_to_do() -> None:
    for rule in alert_rules():
        assert rule["labels"]["severity"] in ("critical", "warning"), rule["alert"]
        assert rule["for"], rule["alert"]
        assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}, rule["alert"]
        assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{rule['alert']}.md"


def _promtool(folder: Path, case: Case, tests: dict[str, object]) -> subprocess.CompletedProcess[str]:
    series = [{"series": name, "values": values} for name, values in (WELL | case.series).items()]
    document = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": series} | tests],
    }
    (folder / "test.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return subprocess.run(
        [tool("promtool"), "test", "rules", folder / "test.yaml"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _severity(alert: str) -> str:
    (severity,) = [rule["labels"]["severity"] for rule in alert_rules() if rule["alert"] == alert]
    return str(severity)


def _labels(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"
