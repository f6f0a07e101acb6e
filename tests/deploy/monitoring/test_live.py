"""What six real processes say of themselves, and what the dashboard and the rules make of it."""

import json
import subprocess
import time
from typing import Final

import httpx
import pytest

from services.backbone.metrics_document import metrics
from services.cli.run import BODIES, Stage
from tests.deploy.monitoring.line import Line
from tests.deploy.monitoring.panels import Query, queries
from tests.deploy.monitoring.tools import tool

AT_WORK: Final = {
    Stage.INGESTION: """
        tocsin_articles_total
        tocsin_article_age_seconds_count{since="seen",stage="ingestion"}
        tocsin_article_age_seconds_count{since="published",stage="ingestion"}
        tocsin_poll_seconds_count
        tocsin_poll_lateness_seconds_count
        tocsin_polls_total{outcome="new"}
        tocsin_polls_total{outcome="failed"}
        tocsin_fetched_bytes_total
        tocsin_records_total{outcome="handled",stage="ingestion"}
        tocsin_sources{outcome="failed"}
        tocsin_source_last_success_timestamp_seconds{source="source-0"}
        tocsin_source_last_new_timestamp_seconds{source="source-0"}
        tocsin_source_entries{source="source-0"}
        tocsin_source_failures{source="source-3"}
        tocsin_source_poll_seconds{source="source-0"}
        tocsin_source_fetched_bytes_total{source="source-0"}
        tocsin_configuration_reload_success{part="sources"}
        tocsin_consumer_lag_records{consumer="recheck-1h",partition="*",stage="ingestion",topic="alerts"}
    """,
    Stage.TAGGING: """
        tocsin_records_total{outcome="handled",stage="tagging"}
        tocsin_records_total{outcome="dead_letter",stage="tagging"}
        tocsin_dead_letters_total{reason="UnreadableRecord",stage="tagging"}
        tocsin_stage_seconds_count{stage="tagging"}
        tocsin_canary_age_seconds_count{script="han",stage="tagging"}
        tocsin_canary_last_timestamp_seconds{script="han",stage="tagging"}
        tocsin_article_age_seconds_count{since="seen",stage="tagging"}
        tocsin_article_age_seconds_count{since="published",stage="tagging"}
        tocsin_configuration_reload_success{part="pack"}
    """,
    Stage.MATCH: """
        tocsin_records_total{outcome="handled",stage="match"}
        tocsin_stage_seconds_count{stage="match"}
        tocsin_canary_age_seconds_count{script="han",stage="match"}
        tocsin_canary_last_timestamp_seconds{script="han",stage="match"}
        tocsin_article_age_seconds_count{since="seen",stage="match"}
        tocsin_article_age_seconds_count{since="published",stage="match"}
        tocsin_configuration_defects{part="watches"}
    """,
    Stage.DECIDE: """
        tocsin_records_total{outcome="handled",stage="decide"}
        tocsin_stage_seconds_count{stage="decide"}
        tocsin_canary_age_seconds_count{script="han",stage="decide"}
        tocsin_canary_last_timestamp_seconds{script="han",stage="decide"}
        tocsin_article_age_seconds_count{since="seen",stage="decide"}
        tocsin_article_age_seconds_count{since="published",stage="decide"}
        tocsin_decisions_total{reason="first-mention"}
        tocsin_alerts_total{held="",reason="first-mention"}
        tocsin_transactions_total{outcome="committed"}
        tocsin_transaction_seconds_count
        tocsin_remembered_records{partition="*"}
        tocsin_configuration_reload_success{part="silences"}
    """,
    Stage.NOTIFY: """
        tocsin_records_total{outcome="handled",stage="route"}
        tocsin_stage_seconds_count{stage="route"}
        tocsin_canary_age_seconds_count{script="han",stage="route"}
        tocsin_canary_last_timestamp_seconds{script="han",stage="route"}
        tocsin_article_age_seconds_count{since="seen",stage="route"}
        tocsin_article_age_seconds_count{since="published",stage="route"}
        tocsin_article_age_seconds_count{since="seen",stage="notify"}
        tocsin_article_age_seconds_count{since="published",stage="notify"}
        tocsin_deliveries_total{channel="desk",outcome="delivered"}
        tocsin_deliveries_total{channel="screen",outcome="delivered"}
        tocsin_deliveries_total{channel="dead",outcome="retrying"}
        tocsin_delivery_seconds_count{channel="desk"}
        tocsin_canary_age_seconds_count{script="han",stage="notify"}
        tocsin_canary_last_timestamp_seconds{script="han",stage="notify"}
        tocsin_channel_unfinished{channel="dead",kind="begun"}
        tocsin_consumer_lag_records{consumer="notify.dead",partition="*",stage="notify",topic="notifications"}
        tocsin_configuration_defects{part="routes"}
    """,
    Stage.API: """
        tocsin_records_total{outcome="handled",stage="api"}
        tocsin_stage_seconds_count{stage="api"}
    """,
}
"""What is above zero where it must be, once a line was at work. `*`: of one partition at least."""
AT_ZERO: Final = {
    Stage.TAGGING: ['tocsin_consumer_lag_records{consumer="tagging",partition="*",stage="tagging",topic="articles"}'],
    Stage.MATCH: ['tocsin_consumer_lag_records{consumer="match",partition="*",stage="match",topic="articles.tagged"}'],
    Stage.DECIDE: [
        'tocsin_consumer_lag_records{consumer="decide",partition="*",stage="decide",topic="mentions"}',
        'tocsin_transactions_total{outcome="abandoned"}',
        'tocsin_dead_letters_total{reason="FromTheFuture",stage="decide"}',
    ],
    Stage.NOTIFY: [
        'tocsin_consumer_lag_records{consumer="route",partition="*",stage="route",topic="alerts"}',
        'tocsin_deliveries_total{channel="desk",outcome="failed"}',
        'tocsin_dead_letters_total{reason="defect",stage="route"}',
        'tocsin_alerts_nowhere_total{stage="route"}',
        'tocsin_channel_circuit_open{channel="desk"}',
        'tocsin_channel_full{channel="desk"}',
    ],
    Stage.API: ['tocsin_consumer_lag_records{consumer="api",partition="*",stage="api",topic="alerts"}'],
}
"""What is told though nothing of it has happened: a rise from nothing is not seen."""
MAY_BE_EMPTY: Final = {
    "Changes A": "no edit was taken over",
    "Pages A": "no source asks for pages",
    "Waiting A": "nothing is waited for",
    "Writes B": "the broker took everything",
    "Starts A": "nothing started anew",
    "Incidents A": "no incident is raised so soon",
}


@pytest.mark.parametrize("stage", BODIES)
def test_each_process_tells_in_the_manner_of_prometheus(line: Line, stage: Stage) -> None:
    text = line.metrics(stage)
    told = subprocess.run(
        [tool("promtool"), "check", "metrics"], input=text, capture_output=True, text=True, check=False, timeout=20
    )
    ours = [
        fault for fault in (told.stdout + told.stderr).splitlines() if not fault.startswith(("python_", "process_"))
    ]
    assert ours == []
    unknown = {name for name in _families(text) if name.startswith("tocsin_")} - {each.name for each in metrics()}
    assert unknown == set(), "docs/metrics.md does not list them"


@pytest.mark.parametrize("stage", BODIES)
def test_each_process_counts_what_it_does(line: Line, stage: Stage) -> None:
    samples = _samples(line.metrics(stage))
    assert samples[f'tocsin_ready{{stage="{stage}"}}'] == 1
    assert sum(value for name, value in samples.items() if name.startswith("tocsin_build_info{")) == 1
    wanted = [each.strip() for each in AT_WORK[stage].splitlines() if each.strip()]
    assert [name for name in wanted if not any(value > 0 for value in _of(samples, name))] == []
    assert [name for name in AT_ZERO.get(stage, ()) if min(_of(samples, name), default=1) != 0] == []


@pytest.mark.parametrize("query", list(queries()), ids=lambda query: query.title)
def test_each_panel_shows_something(line: Line, query: Query) -> None:
    expression = query.expression()
    given = line.asks(expression) if query.target["instant"] else line.asks_over(expression, 30)
    if query.title in MAY_BE_EMPTY:
        return
    assert given, f"{query.title} is empty: {expression}"


def test_prometheus_keeps_the_rules(line: Line) -> None:
    groups = httpx.get(f"{line.prometheus}/api/v1/rules", timeout=5).json()["data"]["groups"]
    assert {rule["health"] for group in groups for rule in group["rules"]} == {"ok"}
    assert line.asks("stage:tocsin_consumer_lag_records:sum")
    assert line.asks('stage_since:tocsin_article_age_seconds:p99_rate5m{stage="notify"}')


def test_who_is_to_be_told_is_told(line: Line) -> None:
    """A dead letter fires an alert, and the Alertmanager brings it to its receiver with the fix."""
    end = time.monotonic() + 20
    while not (told := [body for path, _, body in line.site.received if path == "/monitoring"]):
        assert time.monotonic() < end, "nobody is told"
        time.sleep(0.2)
    alerts = {alert["labels"]["alertname"]: alert for each in told for alert in json.loads(each)["alerts"]}
    letter = alerts["TocsinDeadLetters"]
    assert letter["labels"]["stage"] == "tagging"
    assert letter["annotations"]["summary"] == "tagging set records aside: UnreadableRecord."


def _families(text: str) -> set[str]:
    """Names of metrics as declared, from the `# TYPE` lines; a counter's ends in `_total` there."""
    return {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}


def _samples(text: str) -> dict[str, float]:
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def _of(samples: dict[str, float], name: str) -> list[float]:
    head, star, tail = name.partition("*")
    if not star:
        return [samples[name]] if name in samples else []
    return [value for each, value in samples.items() if each.startswith(head) and each.endswith(tail)]
