"""`tocsin token`: who may ask over HTTP. A token is shown once, when it is made; the files have only its SHA-256."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from services.alerting.api.tokens import Reach, Token, load_tokens, new_token
from services.alerting.watching.book import read_book
from services.backbone.configuration import nearest
from services.backbone.durations import read_duration
from services.backbone.errors import ConfigurationError
from services.backbone.settings import load_settings
from services.cli.adding import checked, written
from services.cli.options import Config, Json
from services.cli.token_file import BadToken, revoke_token, write_token

app = typer.Typer(add_completion=False, help="Who may ask over HTTP: add, list, revoke.", no_args_is_help=True)


class ScopeName(StrEnum):
    """What a token may be used for."""

    READ = "read"
    RESPOND = "respond"
    FEED = "feed"


@app.callback()
def token() -> None:
    """The tokens of the HTTP API."""


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its id: lower case letters, digits and hyphens.")],
    scope: Annotated[
        list[ScopeName],
        typer.Option(help="read: alerts, stream and feeds; feed: feeds only; respond: acknowledge and judge."),
    ],
    watch: Annotated[list[str] | None, typer.Option(help="A watch whose alerts it may see.", metavar="ID")] = None,
    owner: Annotated[list[str] | None, typer.Option(help="An owner whose watches it may see.", metavar="ID")] = None,
    everything: Annotated[bool, typer.Option("--all", help="It may see every watch.")] = False,
    expires: Annotated[str | None, typer.Option(help="When it ends: 90d, or a date like 2027-03-01.")] = None,
    note: Annotated[str, typer.Option(help="What it is for, and who has it.", metavar="TEXT")] = "",
    requests_per_minute: Annotated[int | None, typer.Option(help="How often it may ask; 600 where unset.")] = None,
    streams: Annotated[int | None, typer.Option(help="Streams open at a time; 20 where unset.")] = None,
    config: Config = None,
) -> None:
    """Make a token, and print it once. It is valid within seconds."""
    folder, now = load_settings(config=config).config, datetime.now(UTC)
    tokens = load_tokens(folder)
    if tokens.by_id(name) is not None:
        raise BadToken(f"a token has the id {name!r} already, at {tokens.places[name]}; choose another name")
    secret, sha256 = new_token(name)
    values: dict[str, object] = {"id": name, "sha256": sha256, "scopes": list(dict.fromkeys(map(str, scope)))}
    values |= {"watches": watch} if watch else {}
    values |= {"owners": owner} if owner else {}
    values |= {"all": True} if everything else {}
    values |= {"expires": written(_moment(expires, now))} if expires is not None else {}
    values |= {"requests_per_minute": requests_per_minute} if requests_per_minute is not None else {}
    values |= {"streams": streams} if streams is not None else {}
    values |= {"note": note} if note else {}
    made = checked(Token, values, BadToken)
    path = write_token(folder, values)
    for slip in _slips(folder, made):
        typer.echo(f"note: {slip}", err=True)
    typer.echo(f"written to {path}; running processes take it over. It is shown this once:", err=True)
    typer.echo(secret)


@app.command("list")
def list_tokens(config: Config = None, as_json: Json = False) -> None:
    """Show every token, and what is wrong with those that are refused."""
    tokens, now = load_tokens(load_settings(config=config).config), datetime.now(UTC)
    if as_json:
        for each in tokens.listed:
            line = each.model_dump(mode="json", exclude={"sha256"})
            line |= {"valid": each.is_valid(now), "place": str(tokens.places[each.id])}
            typer.echo(json.dumps(line, ensure_ascii=False))
        return
    table = Table(Column("id", no_wrap=True), "for", "sees", "valid", "note", "from", box=None, pad_edge=False)
    for each in tokens.listed:
        state = Text(_validity(each, now), "green" if each.is_valid(now) else "red")
        place = tokens.places[each.id]
        table.add_row(each.id, " ".join(each.scopes), Text(_sees(each.reach)), state, Text(each.note), place.file)
    console = Console(highlight=False)
    console.print(table)
    none = "no tokens; tocsin token add NAME --scope read --all makes one"
    console.print(Text(f"{len(tokens.listed)} tokens" if tokens.listed else none))
    for defect in tokens.refused:
        what = Text.assemble("refused: ", (str(defect.where), "bold"), f": {defect.what}; ", (defect.fix, "green"))
        console.print(what, soft_wrap=True)


@app.command()
def revoke(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="The tokens' ids.")],
    config: Config = None,
) -> None:
    """Let tokens be valid no more: requests are refused within seconds, and open streams end."""
    folder, now = load_settings(config=config).config, datetime.now(UTC)
    known = load_tokens(folder).contents
    for id_ in ids:
        if id_ not in known:
            raise BadToken(f"no token has the id {id_!r}; {nearest(id_, known, 'see them all: tocsin token list')}")
    for id_ in dict.fromkeys(ids):
        if (since := known[id_].revoked) is not None:
            typer.echo(f"{id_} is revoked since {since:%Y-%m-%d %H:%M} UTC")
            continue
        path = revoke_token(folder, load_tokens(folder), id_, now)
        typer.echo(f"{id_} is revoked, in {path}; running processes take it over")


def _moment(given: str, now: datetime) -> datetime:
    """When a token ends.

    Raises:
        BadToken: it is no moment, or one that is over.
    """
    try:
        ends = now + read_duration(given)
    except (ValueError, OverflowError):
        try:
            ends = datetime.fromisoformat(given.strip())
        except ValueError:
            raise BadToken(f"{given!r} is no moment; write 90d, or a date like 2027-03-01") from None
        ends = ends.replace(tzinfo=UTC) if ends.tzinfo is None else ends.astimezone(UTC)
    if ends < now + timedelta(seconds=1):
        raise BadToken(f"a token that is over already, at {written(ends)}; correct --expires")
    return ends


def _slips(folder: Path, made: Token) -> Iterator[str]:
    """What may be a slip of the pen; no reason to refuse a token."""
    try:
        book = read_book(folder)
    except ConfigurationError:
        return
    owners = {watch.owner for watch in book.watches.values() if watch.owner is not None}
    for kind, known, named in (("watch", book.watches.keys(), made.watches), ("owner", owners, made.owners)):
        for one in named:
            if one not in known:
                fix = nearest(one, known, "it sees those that are sent by message all the same")
                yield f"no file has the {kind} {one!r}; {fix}"


def _sees(reach: Reach) -> str:
    if reach.everything:
        return "every watch"
    return ", ".join([*sorted(reach.watches), *(f"all of {owner}" for owner in sorted(reach.owners))])


def _validity(each: Token, now: datetime) -> str:
    if each.revoked is not None:
        return f"revoked {each.revoked:%Y-%m-%d}"
    if each.expires is None:
        return "until revoked"
    return f"{'until' if now < each.expires else 'ended'} {each.expires:%Y-%m-%d %H:%M}"
