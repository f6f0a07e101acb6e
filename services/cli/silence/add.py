"""`tocsin silence add`: hold back alerts for a while."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from services.alerting.holding.silence import Matcher, Silence
from services.alerting.holding.silences import Silences, load_silences
from services.alerting.watching.book import read_book
from services.backbone.configuration import nearest
from services.backbone.durations import read_duration
from services.backbone.errors import ConfigurationError
from services.backbone.settings import load_settings
from services.backbone.yaml_list import as_yaml
from services.cli.adding import checked, written
from services.cli.options import Config
from services.cli.silence.writing import BadSilence, write_silence
from services.ingestion.polling.incidents import spoken
from services.ingestion.source_names import slug

_Many = list[str] | None


def add(
    watch: Annotated[_Many, typer.Option(help="Alerts of this watch.", metavar="ID")] = None,
    owner: Annotated[_Many, typer.Option(help="Alerts of this owner's watches.", metavar="ID")] = None,
    severity: Annotated[_Many, typer.Option(help="Alerts that are so severe.")] = None,
    entity: Annotated[_Many, typer.Option(help="Alerts of these only: ttp, actor/ttp.", metavar="ID")] = None,
    topic: Annotated[_Many, typer.Option(help="Articles about this topic.", metavar="ID")] = None,
    source: Annotated[_Many, typer.Option(help="Articles of this source.", metavar="ID")] = None,
    country: Annotated[_Many, typer.Option(help="Articles of sources of this country: AF.")] = None,
    language: Annotated[_Many, typer.Option(help="Articles in this language: ps.")] = None,
    until: Annotated[str | None, typer.Option(help="When it ends: 6h, or 2026-11-24T18:00Z.")] = None,
    since: Annotated[str, typer.Option("--from", help="When it begins: now, in 2h, or 2026-11-24T18:00Z.")] = "now",
    why: Annotated[str, typer.Option(help="Why; whoever is told at its end reads it.", metavar="TEXT")] = "",
    by: Annotated[str, typer.Option(help="Who makes it.", metavar="NAME")] = "",
    identifier: Annotated[str | None, typer.Option("--id", help="Its id; else from what it holds.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it, and write nothing.")] = False,
    config: Config = None,
) -> None:
    """Hold back alerts until a moment; then what was held is told. They must fit all of --watch to --language that are
    given, and of one that is given several times one of its values; but of --entity, all that they are about."""
    folder, now = load_settings(config=config).config, datetime.now(UTC).replace(microsecond=0)
    silences = load_silences(folder)
    given = dict(
        zip(Matcher.model_fields, (watch, owner, severity, entity, topic, source, country, language), strict=True)
    )
    match = {key: values[0] if len(values) == 1 else values for key, values in given.items() if values}
    if not until:
        raise BadSilence("a silence without an end; say when it ends: --until 6h, or --until 2026-11-24T18:00Z")
    if not by.strip() or not why.strip():
        raise BadSilence("nobody could ask about this silence; say who makes it and why: --by NAME --why TEXT")
    begins = _moment(since.removeprefix("in "), now)
    values: dict[str, object] = {
        "id": identifier or _free_id(match, begins, silences),
        "match": match,
        "from": written(begins),
        "until": written(_moment(until, begins)),
        "by": by.strip(),
        "why": why.strip(),
    }
    silence = checked(Silence, values, BadSilence)
    if silence.until <= now:
        raise BadSilence(f"a silence that is over already, at {written(silence.until)}; correct --until")
    if silences.by_id(silence.id) is not None:
        where = silences.places[silence.id]
        raise BadSilence(f"a silence has the id {silence.id!r} already, at {where}; choose another by --id")
    console = Console(soft_wrap=True, highlight=False)
    for note in _notes(folder, silence):
        console.print(Text.assemble(("note: ", "yellow"), note))
    console.print(Text(as_yaml([values])), end="")
    if not dry_run:
        path = write_silence(folder, values)
        console.print(Text.assemble("written to ", (str(path), "bold"), "; running processes take it over"))
    console.print(Text(_told(silence, now)))


def _moment(given: str, now: datetime) -> datetime:
    """The moment that a person means.

    Raises:
        BadSilence: it is none.
    """
    if given == "now":
        return now
    try:
        return now + read_duration(given)
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(given.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadSilence(f"{given!r} is no moment; write 6h, or 2026-11-24T18:00Z") from None


def _free_id(match: Mapping[str, object], begins: datetime, silences: Silences) -> str:
    named = [str(value) for values in match.values() for value in (values if isinstance(values, list) else [values])]
    base = f"{slug('-'.join(named))[:60].strip('-') or 'silence'}-{begins:%Y%m%d-%H%M}"
    number = 1
    while silences.by_id(free := base if number == 1 else f"{base}-{number}") is not None:
        number += 1
    return free


def _notes(folder: Path, silence: Silence) -> Iterator[str]:
    """What may be a slip of the pen; no reason to refuse a silence."""
    try:
        book = read_book(folder)
    except ConfigurationError:  # silences are also for when something is broken
        return
    owners = {watch.owner for watch in book.watches.values() if watch.owner is not None}
    for kind, known, named in (
        ("watch", book.watches.keys(), silence.match.watch),
        ("owner", owners, silence.match.owner),
    ):
        for one in named or ():
            if one not in known:
                fix = nearest(one, known, "those that are sent by message are held all the same")
                yield f"no file has the {kind} {one!r}; {fix}"


def _told(silence: Silence, now: datetime) -> str:
    ends = f"until {silence.until:%Y-%m-%d %H:%M} UTC, for {spoken((silence.until - silence.begins).total_seconds())}"
    start = "it holds" if silence.begins <= now else f"from {silence.begins:%Y-%m-%d %H:%M} UTC it holds"
    return f"{start} {ends}; then it is told what was held; end it at once: tocsin silence expire {silence.id}"
