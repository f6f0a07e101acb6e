"""Nothing runs as root, writes where it should not, is left unwatched, or carries a secret."""

import re

import pytest

from tests.deploy.chart.conftest import values
from tests.deploy.chart.helm import Refused, render
from tests.deploy.chart.rendered import STAGES, Rendered, texts

DRAIN_SECONDS = 10
"""What a process needs to end by itself (`tocsin run --help`)."""
MAY_WRITE = {"/tmp", "/var/lib/tocsin"}  # noqa: S108 - a folder of the container


def test_no_container_is_root_or_can_become_it(rendered: Rendered) -> None:
    for pod in rendered.pods():
        of_pod, of_container = pod.spec["securityContext"], pod.container["securityContext"]
        assert (of_pod["runAsNonRoot"], of_pod["runAsUser"], of_pod["runAsGroup"]) == (True, 10001, 10001)
        assert of_pod["seccompProfile"] == {"type": "RuntimeDefault"}
        assert of_container == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.spec.keys()
        assert pod.spec["automountServiceAccountToken"] is False


def test_what_can_be_written_is_scratch_with_a_bound_or_a_volume_of_its_own(rendered: Rendered) -> None:
    for pod in rendered.pods():
        volumes = {volume["name"]: volume for volume in pod.spec["volumes"]}
        for mount in pod.container["volumeMounts"]:
            assert mount.get("readOnly", False) is (mount["mountPath"] not in MAY_WRITE)
            if mount["mountPath"] in MAY_WRITE and mount["name"] in volumes:
                assert volumes[mount["name"]]["emptyDir"]["sizeLimit"]
    assert {mount["mountPath"] for mount in rendered.processes()["api"].container["volumeMounts"]} >= MAY_WRITE


def test_every_container_has_bounds_and_every_process_is_watched(rendered: Rendered) -> None:
    for pod in rendered.pods():
        assert pod.container["resources"]["limits"]["memory"]
        assert pod.container["resources"]["requests"].keys() >= {"cpu", "memory"}
    for pod in rendered.processes().values():
        assert pod.container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "health"}
        assert pod.container["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "health"}
        assert pod.container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "health"}
        assert {"name": "health", "containerPort": 8080} in pod.container["ports"]


def test_a_process_gets_the_time_to_drain_after_it_left_the_endpoints(rendered: Rendered) -> None:
    for pod in rendered.processes().values():
        leaving = pod.container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        assert pod.spec["terminationGracePeriodSeconds"] > leaving + DRAIN_SECONDS
        serves = {port["name"] for port in pod.container["ports"]} - {"health"}
        assert bool(leaving) is bool(serves)


def test_no_secret_stands_in_what_is_rendered(rendered: Rendered) -> None:
    assert rendered.of("Secret") == []
    for pod in rendered.pods():
        for name, value in pod.env.items():
            if re.search(r"PASSWORD|SECRET|TOKEN|HEADERS|CREDENTIALS", name):
                assert value is None or (name.endswith("_FILE") and value.startswith("/run/secrets/"))
    assert not any(re.search(r"whsec_|BEGIN [A-Z ]*PRIVATE KEY", text) for text in texts(rendered.manifests))


def test_a_secret_reaches_only_those_who_need_it(ministry: Rendered) -> None:
    def secrets(stage: str) -> set[str]:
        named = set()
        for volume in ministry.processes()[stage].spec["volumes"]:
            named |= {source["secret"]["name"] for source in volume.get("projected", {}).get("sources", [])
                      if "secret" in source}  # fmt: skip
            named |= {volume["secret"]["secretName"]} if "secret" in volume else set()
        return named

    kafka = {"press-kafka", "kafka-ca", "press-kafka-client"}
    assert {stage: secrets(stage) - kafka for stage in STAGES} == {
        "ingestion": {"press-sources-secrets", "press-websub"},
        "tagging": set(),
        "match": set(),
        "decide": set(),
        "notify": {"press-channels", "press-link"},
        "api": {"press-link"},
    }
    assert all(kafka <= secrets(stage) for stage in STAGES)


@pytest.mark.parametrize("name", ["TOCSIN_LINK_SECRET", "DESK_TOKEN", "OTEL_EXPORTER_OTLP_HEADERS"])
def test_a_secret_in_the_values_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=rf"env {name}: a secret stands in no values; name an existing Secret"):
        render(values("small"), env=[{"name": name, "value": "hunter2-hunter2"}])


def test_a_drain_is_never_blocked_by_a_budget(rendered: Rendered) -> None:
    budgets = rendered.of("PodDisruptionBudget")
    assert len(budgets) == len(STAGES)
    for budget in budgets:
        assert "minAvailable" not in budget["spec"]
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_instances_are_spread_and_each_has_a_name_of_its_own(rendered: Rendered) -> None:
    for stage, pod in rendered.processes().items():
        spread = pod.spec["topologySpreadConstraints"]
        assert {each["topologyKey"] for each in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
        for each in spread:
            assert each["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == stage
            assert each["whenUnsatisfiable"] == "ScheduleAnyway"  # one node is enough
        [instance] = [each for each in pod.container["env"] if each["name"] == "TOCSIN_INSTANCE"]
        assert instance["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
