"""How the sources fare: how many fail or have fallen silent, and the worst of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from schemas.state import SourceState
from services.backbone.errors import ConfigurationError
from services.backbone.keyed_state import restore
from services.backbone.settings import KafkaSettings
from services.backbone.topics import INGESTION_STATE
from services.cli.doctor.finding import Finding, counted, error, ok, warning
from services.ingestion.polling.health import Health, Status, health
from services.ingestion.sources import Source, load_sources

WORST: Final = 5
ONCE_OR_TWICE: Final = 3
"""Failures in a row below which nothing is said: every web server is away now and then."""
MOST: Final = 0.5
"""Of the sources that were polled: where so many fail it is not they who have the trouble."""
FEW: Final = 4

_TROUBLE: Final = frozenset({Status.GONE, Status.BLOCKED, Status.FAILING, Status.UNREADABLE, Status.STALE})


async def look_at_sources(kafka: KafkaSettings, folder: Path, now: datetime) -> list[Finding]:
    """Read what ingestion knows of each source."""
    try:
        sources = [source for source in load_sources(folder).enabled if source.kind != "push"]
    except ConfigurationError:
        return []  # told by the check of the configuration
    if not sources:
        return [ok("sources", "none is polled")]
    return list(judge_sources(fares(sources, await restore(kafka, INGESTION_STATE), now)))


def fares(sources: Sequence[Source], states: Mapping[str, SourceState], now: datetime) -> dict[str, Health]:
    """How each source fares that is polled, by id."""
    found = {}
    for source in sources:
        state = states.get(source.id)
        fare = health(source.id, source.url, source.enabled, state, now)
        is_hiccup = fare.status is Status.FAILING and state is not None and state.failures < ONCE_OR_TWICE
        found[source.id] = Health(Status.OK, fare.reason) if is_hiccup else fare
    return found


def judge_sources(found: Mapping[str, Health]) -> Iterator[Finding]:
    """The share that fails, and the worst five each with its fix."""
    polled = {id_: fare for id_, fare in found.items() if fare.status is not Status.NEVER_POLLED}
    bad = {id_: fare for id_, fare in polled.items() if fare.status in _TROUBLE}
    never = len(found) - len(polled)
    waiting = f", {never} not polled yet" if never else ""
    if not bad:
        yield ok("sources", f"{counted(len(polled), 'source')} polled and well{waiting}")
        return
    share = f"{len(bad)} of {counted(len(polled), 'source')} polled fail or are silent ({len(bad) / len(polled):.0%})"
    if len(polled) >= FEW and len(bad) > MOST * len(polled):
        fix = "so many at once are seldom their own fault: look at DNS, firewall and the way out of ingestion"
        yield error("sources", f"{share}{waiting}", fix)
    else:
        yield warning("sources", f"{share}{waiting}", "tocsin source list shows all, the worst on top")
    for id_, fare in sorted(bad.items(), key=lambda each: (each[1].rank, each[0]))[:WORST]:
        yield warning("sources", f"{id_} {fare.status.value}: {fare.reason}", fare.fix)
