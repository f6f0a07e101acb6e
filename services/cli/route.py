"""`tocsin route test`: the way that an alert would take through the routes, and when each channel would be told."""

import asyncio
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.text import Text

from schemas import Alert, Severity, WatchDefinition
from services.alerting.notify.neutral import neutral
from services.alerting.notify.routing import tree_of
from services.alerting.routing.labels import KEYS, Conditions, Labels, labels_of
from services.alerting.routing.placement import Placement, places_of_ring
from services.alerting.routing.tree import Node
from services.alerting.watching.book import Book, read_book
from services.backbone.configuration import nearest
from services.backbone.durations import read_duration
from services.backbone.errors import TocsinError
from services.backbone.keyed_state import restore
from services.backbone.settings import KafkaSettings, load_settings
from services.backbone.topics import ALERTS, WATCHES
from services.cli.options import Config, Json
from services.cli.stored import opened

app = typer.Typer(add_completion=False, no_args_is_help=True)

_Many = list[str] | None
_SHOWN: Final = 5
"""Values of one key."""


class NoSuchAlert(TocsinError):
    """No alert like that is stored, or none can be thought of."""


@app.callback()
def route() -> None:
    """Which alerts go to which channels, and when."""


@dataclass(slots=True)
class _Way:
    """How an alert came through the routes."""

    title: str
    labels: Labels
    severity: Severity
    asked: list[tuple[Node, str | None]] = field(default_factory=list)
    taken_by: list[Node] = field(default_factory=list)
    places: list[Placement] = field(default_factory=list)


@app.command("test")
def trial(
    alert: Annotated[
        str | None, typer.Argument(metavar="ALERT_ID", help="A stored alert; else say what it has:")
    ] = None,
    watch: Annotated[str | None, typer.Option(help="Its watch, with owner and severity.", metavar="ID")] = None,
    owner: Annotated[str | None, typer.Option(help="The owner of its watch.", metavar="ID")] = None,
    severity: Annotated[str | None, typer.Option(help="low, normal, high or critical.")] = None,
    kind: Annotated[_Many, typer.Option(help="A kind of actor that was met: armed-group.")] = None,
    entity: Annotated[_Many, typer.Option(help="Who or what was met: ttp, actor/ttp.", metavar="ID")] = None,
    topic: Annotated[_Many, typer.Option(help="A topic of the article.", metavar="ID")] = None,
    language: Annotated[_Many, typer.Option(help="Its language: ps.")] = None,
    country: Annotated[_Many, typer.Option(help="The country of its source: AF.")] = None,
    source: Annotated[_Many, typer.Option(help="Its source.", metavar="ID")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it rings: new-story.")] = None,
    action: Annotated[str | None, typer.Option(help="ring or update.")] = None,
    at: Annotated[str, typer.Option(help="When it comes: now, 6h from now, or 2026-11-24T23:00+04:30.")] = "now",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Print each route that an alert is held against, the first key that disagrees, and where the alert goes and when.

    The routes are those of the configuration folder; those in force may be older while an edit is refused.
    """
    settings, now = load_settings(config=config), datetime.now(UTC)
    single = {"watch": watch, "owner": owner, "severity": severity, "reason": reason, "action": action}
    several = {"kind": kind, "entity": entity, "topic": topic, "language": language, "country": country}
    given = {key: [value] for key, value in single.items() if value is not None}
    given |= {key: values for key, values in {**several, "source": source}.items() if values}
    moment = _moment(at, now)
    if alert is not None:
        if given:
            raise NoSuchAlert("a stored alert has what it has; give its id, or options, not both")
        sent, stored = asyncio.run(_stored(settings.kafka, alert.partition(".")[0]))
        book = read_book(settings.config, sent)
        way = _Way(f"alert {stored.id}", labels_of(stored), stored.watch.severity)
        if stored.action == "update":
            typer.echo(
                "its ring is not stored any more: this is where an update goes whose ring is not known", err=True
            )
    else:
        book = read_book(settings.config)
        way = _thought_of(given, book)
    tree = tree_of(book)
    way.taken_by = tree.takers(way.labels, lambda node, disagreed: way.asked.append((node, disagreed)))
    way.places = places_of_ring(way.taken_by, way.severity, moment)
    if as_json:
        typer.echo(json.dumps(_document(way, moment), ensure_ascii=False))
        return
    console = Console(soft_wrap=True, highlight=False)
    for line in (*_way(way), *_outcome(way, moment), *_notes(way, book)):
        console.print(line)


async def _stored(kafka: KafkaSettings, alert_id: str) -> tuple[Mapping[str, WatchDefinition], Alert]:
    """The watches that were sent, and the newest record of an alert: the newest that rings, where one does."""
    mark, found, rang = f'"{alert_id}"'.encode(), None, None
    async with opened(kafka) as stored:
        events = stored.events(ALERTS, wanted=lambda record: mark in record.value)
        async with aclosing(events):
            async for _, alert in events:
                if alert.id == alert_id:
                    found = alert
                    rang = alert if alert.action == "ring" else rang
        sent = await restore(kafka, WATCHES)
    if found is None:
        raise NoSuchAlert(f"no alert {alert_id} is stored; tocsin alerts tail --from beginning shows what rang")
    return sent, rang or found


def _thought_of(given: Mapping[str, list[str]], book: Book) -> _Way:
    """An alert that has this, and what follows from it."""
    try:
        Conditions.model_validate(given)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        what = detail["msg"].removeprefix("Value error, ")
        fix = "" if "; " in what else "; correct the value"
        raise NoSuchAlert(f"--{detail['loc'][0]}: {what}{fix}") from None
    values = {key: set(given.get(key, ())) for key in KEYS}
    watch = next((book.watches[name] for name in values["watch"] if name in book.watches), None)
    if watch is not None:
        values["owner"] = values["owner"] or ({watch.owner} if watch.owner is not None else set())
        values["severity"] = values["severity"] or {watch.severity}
    for name in given.get("entity", ()):
        actor = name.removeprefix("actor/")
        values["entity"] |= {actor, f"actor/{actor}"} if "/" not in actor else {name.partition("/")[2]}
        values["kind"] |= {book.known.kind_of[actor]} if actor in book.known.kind_of else set()
    values["severity"] = values["severity"] or {"normal"}
    values["action"] = values["action"] or {"ring"}
    [severity] = Conditions.model_validate({"severity": list(values["severity"])}).severity or ()
    return _Way("an alert", {key: frozenset(wanted) for key, wanted in values.items()}, severity)


def _moment(given: str, now: datetime) -> datetime:
    """The moment that a person means; without a zone it is in UTC."""
    try:
        return now if given == "now" else now + read_duration(given)
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(given.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{given!r} is no moment; write 6h, or 2026-11-24T23:00+04:30") from None


def _way(way: _Way) -> Iterator[Text]:
    has = "; ".join(f"{key} {_listed(values)}" for key, values in way.labels.items() if values)
    yield Text.assemble((way.title, "bold"), ": ", neutral(has))
    for node, disagreed in way.asked:
        indent, taken = "  " * (len(node.way) - 1), node in way.taken_by
        if disagreed is not None:
            line = Text.assemble(indent, node.name, "  ", (_why_not(node, disagreed, way.labels), "dim"))
        else:
            line = Text.assemble(indent, (node.name, "bold"), "  ", ("takes it" if taken else "agrees", "green"))
            if node.continues:
                line.append("; asks on")
        yield line
    if way.taken_by[0].way == way.taken_by[0].way[:1]:
        yield Text.assemble((way.taken_by[0].name, "bold"), "  ", ("takes it", "green"))


def _why_not(node: Node, disagreed: str, labels: Labels) -> str:
    """By the first key that disagrees."""
    key = disagreed.removeprefix("unless ")
    asked = node.unless if disagreed != key else node.match
    wanted = _listed(next(each.wanted for each in asked if each.key == key))
    if disagreed != key:
        return f"no: it takes none with {key} {wanted}"
    return f"no: {key} is not {wanted}" if labels[key] else f"no: it has no {key}, {wanted} is asked for"


def _outcome(way: _Way, moment: datetime) -> Iterator[Text]:
    if not way.places:
        yield Text("nobody is told: the route has no channels", "yellow")
    for place in way.places:
        by = f"by {' > '.join(place.route)}"
        yield Text.assemble("-> ", (place.channel, "bold"), "  ", _when(place, moment), "  ", (by, "dim"))


def _when(place: Placement, moment: datetime) -> str:
    if place.due_at is None:
        return "at once"
    at = f"{place.due_at:%Y-%m-%d %H:%M} UTC"
    return f"held until {at}" if place.for_sure else f"at {at}, unless somebody acknowledges it before"


def _notes(way: _Way, book: Book) -> Iterator[Text]:
    """What may be a slip of the pen: names that nobody has."""
    owners = {watch.owner for watch in book.watches.values() if watch.owner is not None}
    sent = "those that are sent by message are routed all the same"
    known: dict[str, tuple[Collection[str], str, str]] = {
        "watch": (book.watches.keys(), "which no file has", sent),
        "owner": (owners, "whose watches no file has", sent),
        "topic": (book.known.ids["topic"], "which the pack does not define", "define it in a file under pack/"),
    }
    named = [("this alert has", key, way.labels[key]) for key in known]
    for node, _ in way.asked:
        named += [(f"route {node.name} asks for", key, wanted) for key, wanted in (*node.match, *node.unless)]
    for who, key, values in named:
        ids, lacking, otherwise = known.get(key, (values, "", ""))
        for value in sorted(values - set(ids)):
            what = f"{who} the {key} {value!r}, {lacking}; {nearest(value, ids, otherwise)}"
            yield Text.assemble(("note: ", "yellow"), neutral(what))


def _listed(values: Collection[str]) -> str:
    shown = sorted(values)[:_SHOWN]
    return " or ".join(shown) + (f" or {len(values) - len(shown)} more" if len(values) > len(shown) else "")


def _document(way: _Way, moment: datetime) -> dict[str, Any]:
    return {
        "at": moment.isoformat(),
        "labels": {key: sorted(values) for key, values in way.labels.items()},
        "asked": [{"route": node.way, "disagrees": disagreed} for node, disagreed in way.asked],
        "taken_by": [node.way for node in way.taken_by],
        "places": TypeAdapter(list[Placement]).dump_python(way.places, mode="json"),
    }
