"""`tocsin watch stats`: how right each watch and each alias is, by what people said of the alerts."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from services.alerting.notify.neutral import neutral
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import ALERTS, FEEDBACK
from services.cli.moments import moment
from services.cli.options import Json
from services.cli.stored import opened
from services.cli.watch.precision import Judged, Ledger, Precision

MOST_SHOWN = 30


def stats(
    watch: Annotated[str | None, typer.Argument(metavar="WATCH", help="Only this watch, by its id.")] = None,
    since: Annotated[str, typer.Option(help="Alerts from when on: 24h, 7d, or a date. Kept are 90 days.")] = "30d",
    as_json: Json = False,
) -> None:
    """Show how often each watch and each alias was right, by the feedback: what makes the most noise stands on top."""
    begin = moment(since, datetime.now(UTC))
    found = asyncio.run(_added_up(load_settings().kafka, watch, begin))
    if as_json:
        for line in _lines(found):
            typer.echo(json.dumps(line, ensure_ascii=False))
    else:
        _show(found, begin)


async def _added_up(kafka: KafkaSettings, watch: str | None, since: datetime) -> Precision:
    ledger = Ledger(watch)
    async with opened(kafka) as stored:
        async with aclosing(stored.events(ALERTS, since, None if watch is None else [watch])) as alerts:
            async for _, alert in alerts:
                ledger.take(alert)
        async with aclosing(stored.events(FEEDBACK, since)) as words:
            async for _, word in words:
                ledger.hear(word)
    return ledger.precision()


def _lines(found: Precision) -> Iterator[dict[str, Any]]:
    for watch, judged in found.watches.items():
        yield {"watch": watch, **_values(judged)}
    for alias, judged in found.aliases.items():
        yield {"alias": alias.fired, "name": alias.name, **_values(judged)}


def _values(judged: Judged) -> dict[str, Any]:
    precision = judged.precision
    return {
        "told": judged.told,
        "useful": judged.useful,
        "false": judged.false,
        "duplicate": judged.duplicate,
        "unanswered": judged.unanswered,
        "precision": precision.value if precision is not None else None,
        "between": [precision.low, precision.high] if precision is not None else None,
    }


def _show(found: Precision, since: datetime) -> None:
    console = Console(highlight=False)
    numbers = [Column(name, justify="right") for name in ("told", "useful", "false", "known", "unanswered")]
    for title, rows in (
        ("watch", [(Text(watch), judged) for watch, judged in found.watches.items()]),
        (
            "alias",
            [
                (Text.assemble(neutral(alias.fired), (f"  {neutral(alias.name)}", "dim")), judged)
                for alias, judged in found.aliases.items()
            ],
        ),
    ):
        table = Table(Column(title, overflow="fold"), *numbers, "precision (95 % between)", box=None, pad_edge=False)
        for name, judged in rows[:MOST_SHOWN]:
            counts = (judged.told, judged.useful, judged.false, judged.duplicate, judged.unanswered)
            table.add_row(name, *map(str, counts), _share(judged))
        console.print(table)
        if len(rows) > MOST_SHOWN:
            console.print(Text(f"and {len(rows) - MOST_SHOWN} more, with less noise; --json prints all", "dim"))
        console.print()
    told = sum(judged.told for judged in found.watches.values())
    judged_all = sum(judged.judged for judged in found.watches.values())
    console.print(Text(f"{told} alerts since {since:%Y-%m-%d %H:%M} UTC, {judged_all} of them judged"))
    if not judged_all:
        console.print(Text("nobody said anything yet; tocsin alerts feedback ALERT_ID useful|false|duplicate"))
    if found.elsewhere:
        console.print(Text(f"not counted: words on other alerts, or on collective ones: {found.elsewhere}"))


def _share(judged: Judged) -> str:
    precision = judged.precision
    if precision is None:
        return "not known"
    return f"{precision.value:.0%} ({precision.low:.0%} to {precision.high:.0%})"
