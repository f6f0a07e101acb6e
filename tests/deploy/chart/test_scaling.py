"""As many replicas as there are partitions for, counted by the lag of the group that reads them."""

import json
from typing import Any

import pytest

from services.backbone.settings import Settings
from services.backbone.topics import ALERTS, ARTICLES, ARTICLES_TAGGED, INGESTION_STATE, MENTIONS, NOTIFICATIONS, Topic
from tests.deploy.chart.conftest import values
from tests.deploy.chart.helm import CHART, Manifest, Refused, render
from tests.deploy.chart.rendered import STAGES, Rendered

READS: dict[str, tuple[Topic[Any], ...]] = {
    "ingestion": (INGESTION_STATE,),
    "tagging": (ARTICLES,),
    "match": (ARTICLES_TAGGED,),
    "decide": (MENTIONS,),
    "notify": (ALERTS, NOTIFICATIONS),
}
PARTITIONS = {stage: min(topic.partitions for topic in topics) for stage, topics in READS.items()}


def replicas(stage: str, **count: int) -> list[Manifest]:
    written: dict[str, Any] = {f"processes__{stage}__{name}": number for name, number in count.items()}
    return render(values("small"), **written)


@pytest.mark.parametrize("stage", PARTITIONS)
def test_more_replicas_than_partitions_are_refused(stage: str) -> None:
    most = PARTITIONS[stage]
    assert replicas(stage, replicas=most)
    for name in ("replicas", "maxReplicas"):
        with pytest.raises(Refused, match=rf"/processes/{stage}/{name}': maximum: got {most + 1}, want {most}"):
            replicas(stage, **{name: most + 1})


def test_the_schema_says_which_topic_bounds_a_process() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    for stage, topics in READS.items():
        said = schema["properties"]["processes"]["properties"][stage]["allOf"][1]["description"]
        assert said == f"{topics[0].name} has {PARTITIONS[stage]} partitions"


def test_a_scaler_stays_within_its_bounds_and_leaves_the_count_to_nobody_else(rendered: Rendered) -> None:
    scaled = {}
    for scaler in rendered.of("HorizontalPodAutoscaler", "ScaledObject"):
        spec = scaler["spec"]
        target = rendered.named(spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"])
        assert "replicas" not in target["spec"]  # an upgrade would set it back
        most = spec.get("maxReplicas", spec.get("maxReplicaCount"))
        least = spec.get("minReplicas", spec.get("minReplicaCount"))
        stage = target["metadata"]["labels"]["app.kubernetes.io/component"]
        scaled[stage] = most
        assert 1 <= least <= most <= PARTITIONS.get(stage, most)
    for stage, pod in rendered.processes().items():
        assert (stage in scaled) is ("replicas" not in pod.owner["spec"])
    assert set(scaled) == (set() if rendered.name == "small" else set(STAGES) - {"decide"})


def test_lag_is_that_of_the_group_that_the_process_joins(ministry: Rendered) -> None:
    settings = Settings(deployment="press")
    counted = {}
    for scaler in ministry.of("ScaledObject"):
        [trigger] = scaler["spec"]["triggers"]
        if trigger["type"] == "kafka":
            counted[trigger["metadata"]["consumerGroup"]] = trigger["metadata"]["topic"]
    assert counted == {settings.group(stage): READS[stage][0].name for stage in ("tagging", "match")}


def test_keda_signs_in_as_the_processes_do(ministry: Rendered) -> None:
    trigger = ministry.named("ScaledObject", "tocsin-tagging")["spec"]["triggers"][0]
    env = ministry.processes()["tagging"].env
    assert trigger["metadata"]["bootstrapServers"] == env["TOCSIN_KAFKA_BOOTSTRAP_SERVERS"]
    assert (trigger["metadata"]["sasl"], trigger["metadata"]["tls"]) == ("scram_sha512", "enable")
    authentication = ministry.named("TriggerAuthentication", trigger["authenticationRef"]["name"])["spec"]
    assert {each["parameter"]: (each["name"], each["key"]) for each in authentication["secretTargetRef"]} == {
        "password": ("press-kafka", "sasl-password"),
        "ca": ("kafka-ca", "ca.crt"),
        "cert": ("press-kafka-client", "tls.crt"),
        "key": ("press-kafka-client", "tls.key"),
        "keyPassword": ("press-kafka-client", "tls.password"),
    }
    [username] = authentication["env"]
    assert username["parameter"] == "username"
    assert env[username["name"]] == "press"


def test_one_that_is_scaled_by_cpu_asks_for_some(newsroom: Rendered) -> None:
    for scaler in newsroom.of("HorizontalPodAutoscaler"):
        target = newsroom.named(scaler["spec"]["scaleTargetRef"]["kind"], scaler["spec"]["scaleTargetRef"]["name"])
        [container] = target["spec"]["template"]["spec"]["containers"]
        assert container["resources"]["requests"]["cpu"]
