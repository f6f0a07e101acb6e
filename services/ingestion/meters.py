"""Metrics of single sources, made when they are asked for, from what is known of the share's sources.

A label takes a source's id, so their number is bounded: of more than `MAX_NAMED` those in most trouble are named. All
of them are counted by what came of their last poll.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from schemas.source_incident import IncidentKind
from schemas.state import SourceState
from services.backbone.telemetry import SOURCE_METRICS
from services.ingestion.turn import Turn

MAX_NAMED: Final = 1_000

_NEVER = datetime.min.replace(tzinfo=UTC)


class SourceMeters(Collector):
    """Registered with prometheus_client, it is asked at each scrape."""

    def __init__(self, turn: Callable[[], Turn | None]) -> None:
        self._turn = turn

    def collect(self) -> Iterator[Metric]:
        """The metrics as they stand; none while no share is held."""
        turn = self._turn()
        states = [turn.book.states.get(source_id) for source_id in turn.sources] if turn is not None else []
        polled = [state for state in states if state is not None]
        outcomes = Counter(state.outcome if state is not None and state.outcome else "never-polled" for state in states)
        yield _gauge("tocsin_sources", "outcome", outcomes.items())
        kinds = Counter(incident.kind for state in polled for incident in state.incidents)
        open_ = ((kind, kinds[kind]) for kind in get_args(IncidentKind))
        yield _gauge("tocsin_source_incidents_open", "kind", open_ if turn is not None else ())
        named = sorted(polled, key=_trouble)[:MAX_NAMED]
        yield _gauge("tocsin_source_last_success_timestamp_seconds", "source", _times(named, "last_success_at"))
        yield _gauge("tocsin_source_last_new_timestamp_seconds", "source", _times(named, "last_new_at"))
        yield _gauge("tocsin_source_entries", "source", ((s.source_id, s.entries or 0) for s in named))
        yield _gauge("tocsin_source_failures", "source", ((s.source_id, s.failures) for s in named))
        costs = [(state.source_id, turn.book.cost(state.source_id)) for state in named] if turn is not None else []
        yield _gauge("tocsin_source_poll_seconds", "source", ((id_, cost.seconds) for id_, cost in costs))
        name = "tocsin_source_fetched_bytes"
        fetched = CounterMetricFamily(name, SOURCE_METRICS[name], labels=["source"])
        for source_id, cost in costs:
            fetched.add_metric([source_id], cost.wire_bytes)
        yield fetched


def _trouble(state: SourceState) -> tuple[int, datetime, str]:
    """Sorts the worst first: most failures, then the longest without an answer."""
    return -state.failures, state.last_success_at or _NEVER, state.source_id


def _times(states: Iterable[SourceState], field: str) -> Iterator[tuple[str, float]]:
    for state in states:
        moment = getattr(state, field)
        if moment is not None:
            yield state.source_id, moment.timestamp()


def _gauge(name: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, SOURCE_METRICS[name], labels=[label])
    for labelled, value in values:
        family.add_metric([labelled], value)
    return family
