"""docs/metrics.md, from the declarations in telemetry.py: every metric's name, type, unit, labels and help. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from services.backbone import telemetry

UNITS: Final = ("timestamp_seconds", "seconds", "bytes", "records")
"""What a name ends in, before `_total`; a metric of none of them counts things."""
LABELS: Final = {
    "channel": "id of a channel in `tocsin.yaml`",
    "consumer": "name of the consumer group without the deployment: `tagging`, `notify.desk`, `recheck-6h`; "
    "`api` has no group",
    "held": "why nobody is told: values of `Held`; empty where people are told",
    "kind": "of sources, the kind of incident; of channels, what a notification waits for: "
    "`begun`, `put-off`, `held`, `left`",
    "outcome": "what came of it; a fixed set of words for each metric",
    "part": "part of the configuration: `pack`, `watches`, `sources`, `routes`, `silences`",
    "partition": "number of a partition",
    "python": "version of Python",
    "reason": "of decisions and alerts, values of `Reason`; of dead letters, the class of the error",
    "script": "script of a canary: `latin`, `arabic`, `pashto`, `cyrillic`, `han`, `devanagari`",
    "since": "`seen`: read here; `published`: by its publisher",
    "source": "id of a source in `sources/*.yaml`; of very many, the 1,000 in most trouble",
    "stage": "`ingestion`, `tagging`, `match`, `decide`, `route`, `notify`, `api`",
    "state": "`raised`, `resolved`",
    "topic": "name of a topic",
    "version": "version of Tocsin",
    "what": "a fixed set of words: `start`, `broker`, `topics`, `state`, `share`, ...",
}
"""What values each label takes: all are from the configuration or from the program, so their number is bounded."""
_SOURCE_LABELS: Final = {"tocsin_sources": ("outcome",), "tocsin_source_incidents_open": ("kind",)}
_HEAD: Final = """\
# Metrics

Every process serves its metrics at `/metrics` on its health port (`TOCSIN_PORT`, 8080), in the text format of
Prometheus. [monitoring.md](monitoring.md) says how to collect and read them. This page is made from
`services/backbone/telemetry.py`.

A name says what is counted and in which unit: seconds, bytes or records. A counter ends in `_total`. A histogram has
`_bucket`, `_sum` and `_count`. Beside these, each process serves `process_*` (memory, CPU, files) and `python_*`.
"""


@dataclass(frozen=True, slots=True)
class Described:
    """One metric, as a reader of the page needs it."""

    name: str
    """As it stands on `/metrics`, with `_total` for a counter."""
    type: str
    labels: tuple[str, ...]
    help: str

    @property
    def unit(self) -> str:
        """Empty where it counts things."""
        name = self.name.removesuffix("_total")
        return next((unit for unit in UNITS if name.endswith(f"_{unit}")), "").replace("timestamp_seconds", "Unix time")


def metrics() -> tuple[Described, ...]:
    """Every metric, in the order of its name."""
    return tuple(sorted((*_declared(), *_of_sources()), key=lambda each: each.name))


def metrics_document() -> str:
    """The page."""
    rows = "\n".join(
        f"| `{each.name}` | {each.type} | {each.unit} | {', '.join(f'`{label}`' for label in each.labels)} "
        f"| {each.help} |"
        for each in metrics()
    )
    used = sorted({label for each in metrics() for label in each.labels})
    labels = "\n".join(f"| `{label}` | {LABELS[label]} |" for label in used)
    return (
        f"{_HEAD}\n## The metrics\n\n| name | type | unit | labels | what it says |\n|---|---|---|---|---|\n{rows}\n\n"
        f"## The labels\n\nNo label ever takes a word from a feed, so the number of series is bounded by your "
        f"configuration.\n\n| label | values |\n|---|---|\n{labels}\n"
    )


def _declared() -> Iterator[Described]:
    for metric in vars(telemetry).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            assert isinstance(metric, Counter | Gauge | Histogram)  # noqa: S101 - there are no others
            yield _described(family.name, family.type, metric._labelnames, family.documentation)


def _of_sources() -> Iterator[Described]:
    for name, help_ in telemetry.SOURCE_METRICS.items():
        type_ = "counter" if name.endswith("_bytes") else "gauge"
        yield _described(name, type_, _SOURCE_LABELS.get(name, ("source",)), help_)


def _described(name: str, type_: str, labels: tuple[str, ...], help_: str) -> Described:
    return Described(f"{name}_total" if type_ == "counter" else name, type_, tuple(labels), help_)
