"""OpenTelemetry's variables: what turns traces on, and what is refused with the fix."""

import pytest

from services.backbone.errors import SettingsError
from services.backbone.tracing_settings import TraceSettings, read_trace_settings

COLLECTOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}


def test_nothing_is_traced_unless_it_is_asked_for() -> None:
    assert read_trace_settings({}) is None


@pytest.mark.parametrize(
    "environment",
    [
        COLLECTOR | {"OTEL_SDK_DISABLED": "TRUE"},
        COLLECTOR | {"OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_SERVICE_NAME": "desk"},
        {"OTEL_TRACES_SAMPLER": "sometimes", "OTEL_PROPAGATORS": "b3"},
    ],
    ids=["disabled", "no-exporter", "empty-is-unset", "only-a-name", "what-is-off-is-not-judged"],
)
def test_what_leaves_it_off(environment: dict[str, str]) -> None:
    assert read_trace_settings(environment) is None


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        (COLLECTOR, TraceSettings(("otlp",), "http://collector:4318", False)),
        (
            COLLECTOR | {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://traces.example/in"},
            TraceSettings(("otlp",), "https://traces.example/in", False),
        ),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, TraceSettings(("otlp",), "http://localhost:4318", False)),
        (
            COLLECTOR | {"OTEL_TRACES_EXPORTER": "console,otlp", "OTEL_SERVICE_NAME": "desk"},
            TraceSettings(("console", "otlp"), "http://collector:4318", True),
        ),
        (
            COLLECTOR | {"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=pilot,service.name=desk"},
            TraceSettings(("otlp",), "http://collector:4318", True),
        ),
        (
            COLLECTOR
            | {
                "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
                "OTEL_TRACES_SAMPLER_ARG": "0.1",
                "OTEL_PROPAGATORS": "tracecontext,baggage",
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20abc,x-scope-orgid=desk",
            },
            TraceSettings(("otlp",), "http://collector:4318", False),
        ),
    ],
    ids=["endpoint", "traces-endpoint-wins", "exporter", "both", "named-by-attribute", "all-sound"],
)
def test_what_turns_it_on(environment: dict[str, str], asked: TraceSettings) -> None:
    assert read_trace_settings(environment) == asked


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("OTEL_TRACES_EXPORTER", "jaeger", "write otlp, console, or none"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "like http://collector:4318"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector:99999", "like http://collector:4318"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "only http/protobuf"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "Bearer s3cret", "name=value"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=s3cret%0d%0ax: y", "name=value"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem", "no such file"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon", "seconds"),
        ("OTEL_TRACES_SAMPLER", "sometimes", "parentbased_traceidratio"),
        ("OTEL_PROPAGATORS", "b3", "tracecontext"),
        ("OTEL_RESOURCE_ATTRIBUTES", "pilot", "name=value"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "-1", "whole number"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096", "has room for"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name_with_the_fix(name: str, value: str, fix: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_trace_settings({"OTEL_TRACES_EXPORTER": "otlp"} | {name: value})
    assert str(refused.value).startswith(f"{name}: ")
    assert fix in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("share", ["1.5", "-0.1", "nan", "half"])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    with pytest.raises(SettingsError, match="OTEL_TRACES_SAMPLER_ARG: write a share from 0 to 1"):
        read_trace_settings(
            COLLECTOR | {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": share}
        )
