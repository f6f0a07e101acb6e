"""Whether and how to trace, by OpenTelemetry's own variables. Its SDK passes over what it cannot read; this refuses it.

An empty variable is as none (OpenTelemetry specification, "Environment variables").
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from services.backbone.errors import SettingsError

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
PROTOCOL: Final = "http/protobuf"
SAMPLERS: Final = (
    "always_on", "always_off", "traceidratio",
    "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
)  # fmt: skip
PROPAGATORS: Final = ("tracecontext", "baggage")
FILES: Final = tuple(
    f"OTEL_EXPORTER_OTLP_{scope}{what}"
    for scope in ("", "TRACES_")
    for what in ("CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY")
)
_QUEUE: Final = "OTEL_BSP_MAX_QUEUE_SIZE"
_BATCH: Final = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE"
SDK_QUEUE: Final = 2048
SDK_BATCH: Final = 512
"""The SDK's own, where the environment says nothing."""
WHOLE_NUMBERS: Final = (_QUEUE, _BATCH, "OTEL_BSP_SCHEDULE_DELAY")
SECONDS: Final = ("OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT")

Exporter = Literal["otlp", "console"]


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """What is asked for, beyond what the SDK reads by itself."""

    exporters: tuple[Exporter, ...]
    endpoint: str
    """Where spans go; for a message to whoever runs this."""
    names_service: bool
    """Whether the environment says what this process is called."""


def read_trace_settings(environment: Mapping[str, str]) -> TraceSettings | None:
    """What the environment asks for; None where that is no traces.

    Raises:
        SettingsError: naming each variable that is wrong.
    """
    variables = {name: value.strip() for name, value in environment.items() if name.startswith("OTEL_")}
    set_ = {name: value for name, value in variables.items() if value}
    if set_.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    named = set_.get("OTEL_TRACES_EXPORTER", "otlp" if any(name in set_ for name in ENDPOINTS) else "none")
    exporters = tuple(dict.fromkeys(_listed(named.lower())))
    if exporters == ("none",):
        return None
    if wrong := [f"{name}: {what}" for name, what in _wrong(set_, exporters)]:
        raise SettingsError("\n".join(wrong))
    return TraceSettings(
        exporters=tuple("console" if each == "console" else "otlp" for each in exporters),
        endpoint=next((set_[name] for name in ENDPOINTS if name in set_), "http://localhost:4318"),
        names_service="OTEL_SERVICE_NAME" in set_
        or any(pair.partition("=")[0].strip() == "service.name" for pair in _listed(set_.get(_ATTRIBUTES, ""))),
    )


_ATTRIBUTES: Final = "OTEL_RESOURCE_ATTRIBUTES"


def _wrong(set_: Mapping[str, str], exporters: Sequence[str]) -> list[tuple[str, str]]:
    """Each variable that cannot be followed, and what to do; no value is shown that may be a secret."""
    wrong: list[tuple[str, str]] = []

    def check(names: Sequence[str], is_sound: Callable[[str], bool], what: str) -> None:
        wrong.extend((name, what) for name in names if name in set_ and not is_sound(set_[name]))

    if not set(exporters) <= {"otlp", "console"}:
        wrong.append(("OTEL_TRACES_EXPORTER", "write otlp, console, or none"))
    if "otlp" in exporters:
        check(ENDPOINTS, _is_address, "not an address; write it like http://collector:4318")
        check(PROTOCOLS, PROTOCOL.__eq__, f"only {PROTOCOL} is spoken; collectors take it at port 4318")
        headers = ("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS")
        check(headers, _are_pairs, "not a list like name=value,name=value; write a blank as %20")
        check(FILES, lambda path: Path(path).is_file(), "there is no such file")
        check(SECONDS, lambda value: _is_number(value, 0.001, 600), "write seconds, like 10")
    check(["OTEL_TRACES_SAMPLER"], lambda value: value.lower() in SAMPLERS, f"write one of {', '.join(SAMPLERS)}")
    if set_.get("OTEL_TRACES_SAMPLER", "").lower().endswith("traceidratio"):
        check(["OTEL_TRACES_SAMPLER_ARG"], lambda value: _is_number(value, 0, 1), "write a share from 0 to 1, like 0.1")
    propagators = "write tracecontext: records and requests carry traceparent and nothing else"
    check(["OTEL_PROPAGATORS"], lambda value: _propagates(_listed(value)), propagators)
    check([_ATTRIBUTES], _are_pairs, "not a list like name=value,name=value")
    check(WHOLE_NUMBERS, lambda value: value.isdecimal() and int(value) > 0, "write a whole number over 0")
    if not wrong and int(set_.get(_BATCH, SDK_BATCH)) > int(set_.get(_QUEUE, SDK_QUEUE)):
        wrong.append((_BATCH, f"more ({set_.get(_BATCH, SDK_BATCH)}) than {_QUEUE} has room for; write less"))
    return wrong


def _propagates(listed: Sequence[str]) -> bool:
    """Whether the trace is carried, and nothing that we do not know."""
    return "tracecontext" in listed and set(listed) <= set(PROPAGATORS)


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and " " not in value
    except ValueError:
        return False


def _are_pairs(value: str) -> bool:
    pairs = [pair.partition("=") for pair in _listed(value)]
    return all(name.strip() and equals and unquote(text).isprintable() for name, equals, text in pairs)


def _is_number(value: str, least: float, most: float) -> bool:
    try:
        return least <= float(value) <= most
    except ValueError:
        return False


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
