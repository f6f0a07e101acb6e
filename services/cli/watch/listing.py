"""`tocsin watch list`: every watch, whose it is, when it last rang, and what is wrong with those that are refused."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from schemas import WatchDefinition
from services.alerting.notify.render import SEVERITY_STYLES
from services.alerting.watching.book import Book, read_book
from services.alerting.watching.watch import Watch
from services.backbone.errors import BrokerUnavailable, TopicMismatch
from services.backbone.keyed_state import restore
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import WATCHES
from services.cli.options import Config, Json
from services.cli.stored import opened
from services.cli.watch.rings import Rings, rings
from services.ingestion.polling.incidents import spoken


def list_watches(
    owner: Annotated[str | None, typer.Option(help="Only the watches of this owner.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show every watch: what rang last stands on top. Without a broker, what the configuration says."""
    settings = load_settings(config=config)
    now, unknown = datetime.now(UTC), ""
    sent: Mapping[str, WatchDefinition] = {}
    rang: Mapping[str, Rings] = {}
    try:
        sent, rang = asyncio.run(_read(settings.kafka, now))
    except (BrokerUnavailable, TopicMismatch) as error:
        unknown = str(error)
    book = read_book(settings.config, sent)
    watches = [held.written.watch for held in book.held.values() if owner in (None, held.written.watch.owner)]
    watches.sort(key=lambda watch: watch.id)
    watches.sort(key=lambda watch: _last(rang.get(watch.id)), reverse=True)
    if as_json:
        for watch in watches:
            typer.echo(json.dumps(_document(watch, book, None if unknown else rang.get(watch.id, Rings()))))
        for defect in book.refused:
            where = defect.where
            line = {"file": where.file, "line": where.line, "path": where.path, "what": defect.what, "fix": defect.fix}
            typer.echo(json.dumps({"refused": line}, ensure_ascii=False))
    else:
        _show(watches, book, None if unknown else rang, now)
    if unknown:
        typer.echo(f"when they rang is not known: {unknown}", err=True)


async def _read(kafka: KafkaSettings, now: datetime) -> tuple[Mapping[str, WatchDefinition], Mapping[str, Rings]]:
    async with opened(kafka) as stored:
        return await restore(kafka, WATCHES), await rings(stored, now)


def _last(rang: Rings | None) -> datetime:
    return rang.last_at if rang is not None and rang.last_at is not None else datetime.min.replace(tzinfo=UTC)


def _show(watches: Sequence[Watch], book: Book, rang: Mapping[str, Rings] | None, now: datetime) -> None:
    console = Console()
    told = [Column(name, no_wrap=True) for name in ("last ring", "rings in 7 d", "held")] if rang is not None else []
    table = Table(Column("id", no_wrap=True), "owner", "severity", *told, "from", box=None, pad_edge=False)
    for watch in watches:
        of_it = [] if rang is None else _told(rang.get(watch.id, Rings()), now)
        severity = Text(watch.severity, SEVERITY_STYLES[watch.severity]) if watch.enabled else Text("off", "dim")
        table.add_row(watch.id, watch.owner or "", severity, *of_it, Text(book.origin_of[watch.id]))
    console.print(table)
    off = sum(not watch.enabled for watch in watches)
    summary = f"{len(watches)} watches" + (f", {off} of them switched off" if off else "")
    console.print(Text(summary if watches else "no watches; tocsin watch add NAME adds one"))
    if book.refused:
        console.print(Text(f"refused, {len(book.refused)} defects:", "bold red"))
    for defect in book.refused:
        line = Text.assemble("  ", (str(defect.where), "bold"), f": {defect.what}; ", (defect.fix, "green"))
        console.print(line, soft_wrap=True)


def _told(rang: Rings, now: datetime) -> list[str]:
    last = f"{spoken(max(0.0, (now - rang.last_at).total_seconds()))} ago" if rang.last_at is not None else "never"
    return [last, str(rang.lately), str(rang.held_lately)]


def _document(watch: Watch, book: Book, rang: Rings | None) -> dict[str, Any]:
    line: dict[str, Any] = {
        "id": watch.id,
        "name": watch.name or watch.id,
        "owner": watch.owner,
        "severity": watch.severity,
        "enabled": watch.enabled,
        "from": book.origin_of[watch.id],
    }
    if rang is not None:
        line |= {
            "last_ring_at": rang.last_at.isoformat() if rang.last_at is not None else None,
            "rings_in_7_days": rang.lately,
            "held_in_7_days": rang.held_lately,
        }
    return line
