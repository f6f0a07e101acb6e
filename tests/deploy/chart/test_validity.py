"""A cluster takes every object, knows every field of it, and finds what they speak of."""

import copy
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from tests.deploy.chart.conftest import SETS, values
from tests.deploy.chart.custom import DEFINED, validate_custom
from tests.deploy.chart.helm import KUBERNETES, Manifest, lint, package, render
from tests.deploy.chart.rendered import STAGE_LABEL, STAGES, Rendered, selects


def validate(manifest: Manifest) -> None:
    if (manifest["apiVersion"], manifest["kind"]) in DEFINED:
        validate_custom(manifest)
    else:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


@pytest.mark.parametrize("name", SETS)
def test_helm_has_nothing_to_say_against_the_chart(name: str) -> None:
    assert "0 chart(s) failed" in lint(values(name))


def test_every_object_is_one_that_a_cluster_knows_to_the_last_field(rendered: Rendered) -> None:
    for manifest in rendered.manifests:
        validate(manifest)
    names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in rendered.manifests]
    assert len(names) == len(set(names))
    assert all(len(name) <= 63 for _, name in names)


MISTYPED: dict[str, Callable[[Manifest], object]] = {
    "Deployment": lambda spec: spec.update(replicsa=1),
    "NetworkPolicy": lambda spec: spec.update(policyType=["Egress"]),
    "ScaledObject": lambda spec: spec["triggers"][0].update(metdata={}),
    "ServiceMonitor": lambda spec: spec["endpoints"][0].update(prot="health"),
    "PrometheusRule": lambda spec: spec["groups"][0]["rules"][0].update(exp="1"),
    "TriggerAuthentication": lambda spec: spec["secretTargetRef"][0].update(secret="x"),
}


@pytest.mark.parametrize("kind", MISTYPED)
def test_a_field_that_is_mistyped_would_be_seen(ministry: Rendered, kind: str) -> None:
    broken = copy.deepcopy(ministry.of(kind)[0])
    MISTYPED[kind](broken["spec"])
    with pytest.raises(jsonschema.ValidationError):
        validate(broken)


def test_the_oldest_cluster_that_the_chart_names_takes_it_too(ministry: Rendered) -> None:
    for manifest in ministry.manifests:
        if (manifest["apiVersion"], manifest["kind"]) not in DEFINED:
            kubernetes_validate.validate(manifest, "1.31", strict=True)


def test_each_process_has_one_workload_and_selectors_find_it_alone(rendered: Rendered) -> None:
    assert set(rendered.processes()) == set(STAGES)
    workloads = rendered.of("Deployment", "StatefulSet")
    assert len(workloads) == len(STAGES)
    for workload in workloads:
        selector = workload["spec"]["selector"]["matchLabels"]
        found = [pod.owner["metadata"]["name"] for pod in rendered.pods() if selects(selector, pod.labels)]
        assert found == [workload["metadata"]["name"]]


def test_budgets_and_policies_select_pods_that_there_are(rendered: Rendered) -> None:
    selectors = [
        *(budget["spec"]["selector"]["matchLabels"] for budget in rendered.of("PodDisruptionBudget")),
        *(policy["spec"]["podSelector"]["matchLabels"] for policy in rendered.of("NetworkPolicy")),
    ]
    assert len(selectors) >= len(STAGES) + 3
    for selector in selectors:
        assert any(selects(selector, pod.labels) for pod in rendered.pods())


def test_services_lead_to_ports_that_are_open_and_ingresses_to_services(rendered: Rendered) -> None:
    for service in rendered.of("Service"):
        found = [pod for pod in rendered.processes().values() if selects(service["spec"]["selector"], pod.labels)]
        assert found
        for port in service["spec"]["ports"]:
            assert all(port["targetPort"] in {each["name"] for each in pod.container["ports"]} for pod in found)
    for ingress in rendered.of("Ingress"):
        [rule] = ingress["spec"]["rules"]
        for path in rule["http"]["paths"]:
            backend = path["backend"]["service"]
            service = rendered.named("Service", backend["name"])
            assert backend["port"]["number"] in [port["port"] for port in service["spec"]["ports"]]


def test_the_monitor_finds_the_metrics_of_all_under_the_name_that_the_rules_use(newsroom: Rendered) -> None:
    [monitor] = newsroom.of("ServiceMonitor")
    [service] = [
        service
        for service in newsroom.of("Service")
        if selects(monitor["spec"]["selector"]["matchLabels"], service["metadata"]["labels"])
    ]
    found = {stage for stage, pod in newsroom.processes().items() if selects(service["spec"]["selector"], pod.labels)}
    assert found == set(STAGES)
    [endpoint] = monitor["spec"]["endpoints"]
    assert endpoint["port"] in [port["name"] for port in service["spec"]["ports"]]
    job, process = endpoint["relabelings"]
    assert (job["targetLabel"], job["replacement"]) == ("job", "tocsin")
    assert process["targetLabel"] == "process"
    assert process["sourceLabels"] == ["__meta_kubernetes_pod_label_" + re.sub(r"\W", "_", STAGE_LABEL)]


def test_the_published_package_renders_what_the_folder_does(tmp_path: Path, newsroom: Rendered) -> None:
    assert render(values("newsroom"), chart=package(tmp_path)) == newsroom.manifests
