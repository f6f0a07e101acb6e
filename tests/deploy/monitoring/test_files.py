"""Rules, dashboard, configuration and runbooks fit together, and name only what exists."""

import re
import subprocess
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from services.backbone.metrics_document import metrics
from services.cli.run import BODIES
from tests.deploy.monitoring.panels import dashboard, names_in, panels, queries
from tests.deploy.monitoring.tools import MONITORING, RULES, RUNBOOKS, alert_rules, rules, tool
from tests.docs.command_line import fault_of, ours

PAGES = sorted(RUNBOOKS.glob("*.md"))
SECTIONS = ["What it means", "What people miss", "How to look", "How to mend it", "When to leave it"]
OF_EVERY_PROCESS = {
    "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds",
    "process_start_time_seconds",
}  # fmt: skip
"""Of prometheus_client, on Linux."""


def test_prometheus_and_alertmanager_read_their_configuration() -> None:
    commands = [
        [tool("promtool"), "check", "config", str(MONITORING / "prometheus.yml")],
        [tool("promtool"), "check", "rules", "--lint-fatal", str(RULES)],
        [tool("amtool"), "check-config", str(MONITORING / "alertmanager.yml")],
    ]
    for command in commands:
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
        assert told.returncode == 0, told.stdout + told.stderr


def test_every_process_is_collected() -> None:
    job = yaml.safe_load((MONITORING / "prometheus.yml").read_text("utf-8"))["scrape_configs"][0]
    assert job["job_name"] == "tocsin"
    assert sorted(job["dns_sd_configs"][0]["names"]) == sorted(stage.value for stage in BODIES)


def test_rules_and_dashboard_ask_only_for_what_exists() -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    known = {each.name for each in metrics()} | OF_EVERY_PROCESS | recorded
    asked = {name for rule in rules() for name in names_in(rule["expr"])}
    asked |= {name for query in queries() for name in names_in(query.expression())}
    assert asked - known == set()
    assert recorded <= {name for rule in alert_rules() for name in names_in(rule["expr"])} | {
        "stage_since:tocsin_article_age_seconds:p50_rate5m"  # beside its like of 99 %, for who looks by hand
    }


def test_what_is_told_aside_names_alerts_that_exist() -> None:
    text = (MONITORING / "alertmanager.yml").read_text("utf-8")
    assert set(re.findall(r"Tocsin[A-Z]\w+", text)) <= {rule["alert"] for rule in alert_rules()}


def test_the_dashboard_lies_on_its_grid() -> None:
    places = [panel["gridPos"] for panel in dashboard()["panels"]]
    assert all(at["x"] >= 0 and at["x"] + at["w"] <= 24 for at in places)
    assert not [pair for pair in combinations(places, 2) if _overlap(*pair)]
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(set(ids)) == len(ids)


def test_the_dashboard_asks_the_datasource_that_is_chosen_and_explains_itself() -> None:
    provisioned = yaml.safe_load((MONITORING / "grafana/provisioning/datasources/tocsin.yaml").read_text("utf-8"))
    assert {each["uid"] for each in provisioned["datasources"]} == {"tocsin-prometheus", "tocsin-alertmanager"}
    for panel in panels():
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])
        assert panel["description"].endswith("."), panel["title"]


def test_each_alert_has_its_page_and_each_page_its_alert() -> None:
    assert [page.stem for page in PAGES] == sorted(rule["alert"] for rule in alert_rules())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_it_means_and_what_to_do(page: Path) -> None:
    text = page.read_text("utf-8")
    (rule,) = [rule for rule in alert_rules() if rule["alert"] == page.stem]
    assert text.startswith(f"# {page.stem}\n\nSeverity: {rule['labels']['severity']}.")
    assert re.findall(r"^## (.+)$", text, re.M) == SECTIONS
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).resolve().is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_command_of_a_page_exists(page: Path) -> None:
    """Those inside lists too, which tests/docs passes over."""
    blocks = re.findall(r"^ *```console\n(.*?)^ *```", page.read_text("utf-8"), re.M | re.S)
    commands = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    assert commands
    assert {command.split()[0] for command in commands} <= {"tocsin", "docker"}
    faults = [fault_of(words) for command in commands if (words := ours(command)) is not None]
    assert [fault for fault in faults if fault is not None] == []


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(one[at] < other[at] + other[by] and other[at] < one[at] + one[by] for at, by in (("x", "w"), ("y", "h")))
