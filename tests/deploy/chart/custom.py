"""Kinds that operators bring, validated by the definitions that their authors publish."""

from functools import cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import yaml

from tests.deploy.chart.helm import Manifest, module

OPERATOR = ("github.com/prometheus-operator/prometheus-operator", "v0.85.0", "example/prometheus-operator-crd")
KEDA = ("github.com/kedacore/keda/v2", "v2.21.0", "config/crd/bases")
DEFINED = {
    ("monitoring.coreos.com/v1", "ServiceMonitor"): (OPERATOR, "monitoring.coreos.com_servicemonitors.yaml"),
    ("monitoring.coreos.com/v1", "PrometheusRule"): (OPERATOR, "monitoring.coreos.com_prometheusrules.yaml"),
    ("keda.sh/v1alpha1", "ScaledObject"): (KEDA, "keda.sh_scaledobjects.yaml"),
    ("keda.sh/v1alpha1", "TriggerAuthentication"): (KEDA, "keda.sh_triggerauthentications.yaml"),
}


def validate_custom(manifest: Manifest) -> None:
    """Pass an object that its operator would take, with no field that it does not know.

    Raises:
        jsonschema.ValidationError: what is wrong, and where.
    """
    jsonschema.validate(manifest, _schema(manifest["apiVersion"], manifest["kind"]))


@cache
def _schema(api_version: str, kind: str) -> dict[str, Any]:
    (name, version, folder), file = DEFINED[api_version, kind]
    definition = yaml.load((module(name, version) / folder / file).read_text(encoding="utf-8"), yaml.CSafeLoader)
    [schema] = [
        each["schema"]["openAPIV3Schema"]
        for each in definition["spec"]["versions"]
        if f"{definition['spec']['group']}/{each['name']}" == api_version
    ]
    closed = _closed(schema)
    assert isinstance(closed, dict)
    closed["properties"]["metadata"] = {"type": "object"}
    return closed


def _closed(schema: object) -> object:
    """The schema without room for fields that it does not name: a cluster drops them in silence."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: _closed(value) for name, value in schema.items()}
    if isinstance(pattern := schema.get("pattern"), str) and "(?i)" in pattern:  # Go takes it anywhere
        inner["pattern"] = "(?i)" + pattern.replace("(?i)", "")
    is_open = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not is_open:
        inner["additionalProperties"] = False
    return inner
