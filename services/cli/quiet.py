"""`tocsin quiet`: whether the silence of a watch means something: which sources that carried it were heard."""

import asyncio
import json
from collections.abc import Collection, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from schemas import SourceIncident
from schemas.remembered import WatchMemory
from services.alerting.decide.memory import Memory
from services.alerting.holding.coverage import Incidents
from services.alerting.notify.neutral import neutral
from services.alerting.watching.book import read_book
from services.alerting.watching.watch import Watch
from services.backbone.keyed_state import restore
from services.backbone.settings import Settings, load_settings
from services.backbone.topics import ALERTING_STATE, SOURCE_INCIDENTS, WATCHES
from services.cli.moments import moment
from services.cli.options import Config, Json
from services.cli.stored import Stored, opened
from services.cli.watch.choosing import chosen
from services.cli.watch.rings import rings
from services.ingestion.polling.incidents import spoken
from services.ingestion.sources import load_sources

app = typer.Typer(add_completion=False)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A source that carried the watch."""

    id: str
    name: str
    last_at: datetime
    """When it last did."""
    blind: SourceIncident | None
    """What made it blind in the period; None where nothing did."""
    is_read: bool
    """It is in the configuration, and switched on."""

    @property
    def is_heard(self) -> bool:
        """Whether it would have been seen, had it carried the watch in the period."""
        return self.is_read and self.blind is None


@dataclass(frozen=True, slots=True)
class Quiet:
    """How much the silence of a watch means."""

    watch: Watch
    since: datetime
    until: datetime
    carriers: tuple[Carrier, ...]
    """The blind ones first, then those that carried it last."""
    last_ring_at: datetime | None

    @property
    def heard(self) -> int:
        """Sources that were heard all through the period."""
        return sum(carrier.is_heard for carrier in self.carriers)

    @property
    def sentence(self) -> str:
        """The answer."""
        if not self.carriers:
            look = f"tocsin watch test {self.watch.id} --since 30d"
            return f"no source ever carried it, so its silence says nothing; see what it misses: {look}"
        blind = len(self.carriers) - self.heard
        of_all = f"{self.heard} of {len(self.carriers)} sources that ever carried it were heard"
        less = f"{blind} {'was' if blind == 1 else 'were'} not, so its silence says less"
        return f"{of_all}; {less if blind else 'its silence means something'}"


@app.command()
def quiet(
    identifier: Annotated[str, typer.Argument(metavar="WATCH", help="The watch's id.")],
    since: Annotated[str, typer.Option(help="The period to look at: 24h, 7d, or from a date on.")] = "24h",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Say which of the sources that ever carried a watch were heard lately, and which were blind and why."""
    settings = load_settings(config=config)
    now = datetime.now(UTC)
    found = asyncio.run(_look(settings, identifier, moment(since, now), now))
    if as_json:
        typer.echo(json.dumps(document(found), ensure_ascii=False))
    else:
        show(Console(), found, now)


async def _look(settings: Settings, identifier: str, since: datetime, now: datetime) -> Quiet:
    async with opened(settings.kafka) as stored:
        watch = chosen(identifier, read_book(settings.config, await restore(settings.kafka, WATCHES)))
        known = await _memory(stored, watch.id)
        incidents = Incidents()
        async for _, incident in stored.events(SOURCE_INCIDENTS):
            incidents.fold(incident)
        rang = (await rings(stored, now, watch=watch.id)).get(watch.id)
    read = {source.id for source in load_sources(settings.config).enabled}
    last_at = rang.last_at if rang is not None else None
    return looked_at(watch, known, incidents, read, last_at, since, now)


async def _memory(stored: Stored, watch: str) -> WatchMemory | None:
    """What `decide` remembers of a watch."""
    stretch = await stored.stretch(ALERTING_STATE.name, placed_by=[watch])
    memory = Memory()
    async with aclosing(stored.records(stretch)) as records:
        key = f"{watch}/watch".encode()
        memory.restore([(one.key, one.value, one.offset) async for one in records if one.key == key])
    return memory.watch(watch)


def looked_at(
    watch: Watch,
    known: WatchMemory | None,
    incidents: Incidents,
    read: Collection[str],
    last_ring_at: datetime | None,
    since: datetime,
    until: datetime,
) -> Quiet:
    """How much the silence of a watch means.

    Args:
        watch: the watch.
        known: what is remembered of it; None where it never met anything.
        incidents: of all sources.
        read: ids of the sources that are read.
        last_ring_at: when people were last told.
        since: where the period begins.
        until: where it ends.
    """
    known = known or WatchMemory(began_at=until)
    carriers = [
        Carrier(id_, known.names.get(id_, id_), last_at, incidents.blinding(id_, since, until), id_ in read)
        for id_, last_at in known.sources.items()
    ]
    carriers.sort(key=lambda carrier: (carrier.is_heard, until - carrier.last_at, carrier.id))
    return Quiet(watch, since, until, tuple(carriers), last_ring_at)


def show(console: Console, found: Quiet, now: datetime) -> None:
    """Print it for a person to read."""
    for part in _parts(found, now):
        console.print(part)


def document(found: Quiet) -> dict[str, Any]:
    """The same for a program to read."""
    return {
        "watch": found.watch.id,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "last_ring_at": found.last_ring_at.isoformat() if found.last_ring_at is not None else None,
        "carried": len(found.carriers),
        "heard": found.heard,
        "sources": [
            {
                "id": carrier.id,
                "name": carrier.name,
                "last_at": carrier.last_at.isoformat(),
                "heard": carrier.is_heard,
                "trouble": _trouble(carrier),
                "reason": _reason(carrier)[0],
                "fix": _reason(carrier)[1],
            }
            for carrier in found.carriers
        ],
        "answer": found.sentence,
    }


def _parts(found: Quiet, now: datetime) -> Iterator[Text | Table]:
    watch = found.watch
    last = f"last ring {_ago(found.last_ring_at, now)}" if found.last_ring_at is not None else "it never rang"
    yield Text.assemble(
        (neutral(watch.name or watch.id), "bold"),
        f" from {found.since:%Y-%m-%d %H:%M} to {found.until:%Y-%m-%d %H:%M} UTC; {last}",
    )
    if found.carriers:
        table = Table(Column("source", no_wrap=True), "heard", "last carried it", "why not, and what to do", box=None)
        for carrier in found.carriers:
            reason, fix = _reason(carrier)
            why = Text(neutral(reason))
            if fix:
                why.append("; ").append(neutral(fix), "green")
            heard = Text("yes", "green") if carrier.is_heard else Text(_trouble(carrier) or "no", "red")
            table.add_row(carrier.id, heard, _ago(carrier.last_at, now), why)
        yield table
    yield Text(found.sentence[:1].upper() + found.sentence[1:], "bold")


def _trouble(carrier: Carrier) -> str | None:
    return carrier.blind.kind if carrier.blind is not None else None if carrier.is_read else "not-read"


def _reason(carrier: Carrier) -> tuple[str, str]:
    if carrier.blind is not None:
        return carrier.blind.reason, carrier.blind.fix
    if not carrier.is_read:
        return "it is not read any more", "switch it on, or add it again; tocsin source list shows what is read"
    return "", ""


def _ago(moment: datetime, now: datetime) -> str:
    return f"{spoken(max(0.0, (now - moment).total_seconds()))} ago"
