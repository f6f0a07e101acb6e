"""meters: what /metrics says of single sources, and of how many."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

from prometheus_client import CollectorRegistry, generate_latest

from schemas.state import SourceState
from services.ingestion.book import Cost
from services.ingestion.meters import MAX_NAMED, SourceMeters
from services.ingestion.turn import Turn

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)


def told(states: dict[str, SourceState], sources: int) -> list[str]:
    """The lines of /metrics about sources `s-0`, `s-1`, ..., of which these states are known."""
    book = SimpleNamespace(states=states, cost=lambda source_id: Cost(0.5, 1_000))
    turn = SimpleNamespace(book=book, sources=[f"s-{number}" for number in range(sources)])
    registry = CollectorRegistry()
    registry.register(SourceMeters(lambda: cast(Turn, turn)))
    return [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]


def state(number: int, **more: object) -> SourceState:
    return SourceState.model_validate({"source_id": f"s-{number}", "polled_at": NOW} | more)


def test_each_source_is_named_with_what_is_known_of_it() -> None:
    well = state(0, outcome="new", last_success_at=NOW, last_new_at=NOW - timedelta(hours=1), entries=40)
    ill = state(1, outcome="failed", failures=3)
    lines = told({"s-0": well, "s-1": ill}, sources=3)
    values = {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}
    assert {
        'tocsin_sources{outcome="new"}': 1,
        'tocsin_sources{outcome="failed"}': 1,
        'tocsin_sources{outcome="never-polled"}': 1,
        'tocsin_source_last_success_timestamp_seconds{source="s-0"}': NOW.timestamp(),
        'tocsin_source_last_new_timestamp_seconds{source="s-0"}': NOW.timestamp() - 3600,
        'tocsin_source_entries{source="s-0"}': 40,
        'tocsin_source_failures{source="s-1"}': 3,
        'tocsin_source_poll_seconds{source="s-1"}': 0.5,
        'tocsin_source_fetched_bytes_total{source="s-1"}': 1000,
    }.items() <= values.items()
    assert not any("s-2" in line for line in lines), "nothing is known of it"


def test_what_is_the_matter_is_counted_by_kind() -> None:
    silent = {"kind": "silent", "since": NOW}
    states = {"s-0": state(0, incidents=[silent]), "s-1": state(1, incidents=[silent, silent | {"kind": "moved"}])}
    lines = [line for line in told(states, sources=3) if line.startswith("tocsin_source_incidents_open")]
    assert 'tocsin_source_incidents_open{kind="silent"} 2.0' in lines
    assert 'tocsin_source_incidents_open{kind="moved"} 1.0' in lines
    assert 'tocsin_source_incidents_open{kind="gone"} 0.0' in lines, "a rise is seen from 0"


def test_of_very_many_those_in_most_trouble_are_named() -> None:
    many = MAX_NAMED + 500
    states = {f"s-{number}": state(number, outcome="known", last_success_at=NOW) for number in range(many)}
    states["s-7"] = state(7, outcome="failed", failures=2, last_success_at=NOW)
    states["s-9"] = state(9, outcome="known", last_success_at=NOW - timedelta(days=1))
    named = [line for line in told(states, many) if line.startswith("tocsin_source_failures")]
    assert len(named) == MAX_NAMED
    assert [line.split('"')[1] for line in named[:2]] == ["s-7", "s-9"]
