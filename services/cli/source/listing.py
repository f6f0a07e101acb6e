"""`tocsin source list`: how each source fares, the worst on top."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from schemas.state import SourceState
from services.backbone.clients import new_consumer
from services.backbone.errors import BrokerUnavailable, TopicMismatch
from services.backbone.keyed_state import restore
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import INGESTION_STATE
from services.cli.connection import connected
from services.cli.options import Config, Json
from services.ingestion.polling.health import Health, Status, health
from services.ingestion.polling.incidents import spoken
from services.ingestion.sources import Source, load_sources

_STYLES = {
    **dict.fromkeys((Status.GONE, Status.BLOCKED, Status.FAILING, Status.UNREADABLE), "red"),
    **dict.fromkeys((Status.STALE, Status.EMPTY, Status.MOVED, Status.UNDATED), "yellow"),
    **dict.fromkeys((Status.OK, Status.UNCHANGED, Status.NEW), "green"),
}


def list_sources(config: Config = None, as_json: Json = False) -> None:
    """Show how each source fares, the worst on top. Without a broker, what the configuration says."""
    settings = load_settings(config=config)
    sources = load_sources(settings.config).sources
    unknown = ""
    states: Mapping[str, SourceState] = {}
    try:
        states = asyncio.run(_states(settings.kafka))
    except (BrokerUnavailable, TopicMismatch) as error:
        unknown = str(error)
    now = datetime.now(UTC)
    fares = {source.id: _fare(source, states.get(source.id), now) for source in sources}
    worst_first = sorted(sources, key=lambda source: (fares[source.id].rank, source.id))
    if as_json:
        for source in worst_first:
            line = _document(source, None if unknown else fares[source.id], states.get(source.id))
            typer.echo(json.dumps(line, ensure_ascii=False))
    elif unknown:
        _show_configured(sources)
    else:
        _show(worst_first, fares, states, now)
    if unknown:
        typer.echo(f"how they fare is not known: {unknown}", err=True)


def _fare(source: Source, state: SourceState | None, now: datetime) -> Health:
    if source.kind == "push" and source.enabled:
        return Health(Status.OK, "takes what is sent to it")
    return health(source.id, source.url, source.enabled, state, now)


async def _states(kafka: KafkaSettings) -> Mapping[str, SourceState]:
    async with connected(new_consumer(kafka), kafka):  # says what is wrong where no broker answers
        return await restore(kafka, INGESTION_STATE)


def _show(sources: list[Source], fares: Mapping[str, Health], states: Mapping[str, SourceState], now: datetime) -> None:
    table = Table(Column("id", no_wrap=True), "status", "last new", "why, and what to do", box=None, pad_edge=False)
    for source in sources:
        fare, state = fares[source.id], states.get(source.id)
        last = state.last_new_at if state is not None else None
        ago = f"{spoken(max(0.0, (now - last).total_seconds()))} ago" if last is not None else "never"
        why = Text(fare.reason)
        if fare.fix:
            why.append("; ").append(fare.fix, "green")
        table.add_row(source.id, Text(fare.status.value, _STYLES.get(fare.status, "")), ago, why)
    console = Console()
    console.print(table)
    counts = {status: sum(fare.status is status for fare in fares.values()) for status in Status}
    told = ", ".join(f"{count} {status.value}" for status, count in counts.items() if count)
    console.print(Text(f"{len(sources)} sources: {told}" if sources else "no sources; tocsin source add URL adds one"))


def _show_configured(sources: tuple[Source, ...]) -> None:
    where = Column("where", overflow="fold")
    table = Table(Column("id", no_wrap=True), "kind", "language", "tier", "enabled", where, box=None, pad_edge=False)
    for source in sources:
        enabled, place = "yes" if source.enabled else "no", source.url or str(source.path or "POST /articles")
        table.add_row(source.id, source.kind, source.language or "", str(source.tier), enabled, Text(place))
    Console().print(table)


def _document(source: Source, fare: Health | None, state: SourceState | None) -> dict[str, Any]:
    line = source.model_dump(
        mode="json", include={"id", "name", "kind", "url", "language", "country", "tier", "enabled"}
    )
    if fare is not None:
        line |= {"status": fare.status.value, "reason": fare.reason, "fix": fare.fix}
    if state is not None:
        wanted = {"polled_at", "next_poll_at", "outcome", "entries", "undated", "last_success_at", "last_new_at"}
        line |= state.model_dump(mode="json", include=wanted | {"failures", "failing_since", "moved", "incidents"})
    return line
