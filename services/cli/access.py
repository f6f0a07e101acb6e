"""`tocsin access`: who reads the alerts' topics on the broker from outside, and which."""

import json
import re
from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from services.backbone.access import NOBODY, Accesses
from services.backbone.configuration import nearest
from services.backbone.settings import Settings, load_settings
from services.backbone.topics import ALERTS, TOPICS
from services.cli.options import Json

app = typer.Typer(
    add_completion=False, help="Who may read topics on the broker: add, list, renew, revoke.", no_args_is_help=True
)

_USER: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}\*?")

User = Annotated[str, typer.Argument(metavar="USER", help="Letters, digits, hyphens and underscores.")]


@app.callback()
def access() -> None:
    """SCRAM users of the broker, for programs that subscribe to alerts."""


@app.command()
def add(
    user: User,
    topics: Annotated[
        list[str],
        typer.Option(help="What it may read, separated by commas; alerts.* is all that begin so.", metavar="TOPICS"),
    ],
) -> None:
    """Let USER read TOPICS, in consumer groups named USER or USER.anything; its password is shown once.

    A user that is known keeps its password and what it may read, and may read these too.
    """
    settings = load_settings()
    _refuse_own(user, settings)
    named = [_topic(name.strip()) for given in topics for name in given.split(",")]
    accesses = Accesses(settings.kafka)
    known = any(each.user == user and each.has_password for each in accesses.all())
    accesses.allow(user, named)
    for name in accesses.absent(named):
        typer.echo(f"note: there is no topic {name} yet; a watch makes it that says `topic: ...`", err=True)
    if known:
        typer.echo(f"{user} may read {', '.join(named)} too; its password is as it was")
        return
    _show(user, accesses.give_password(user))
    typer.echo(f"it may read {', '.join(named)} in groups {user} and {user}.*")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Show who may read what."""
    accesses = Accesses(load_settings().kafka).all()
    if as_json:
        for each in accesses:
            typer.echo(json.dumps(asdict(each)))
        return
    table = Table("user", "password", "topics", "groups", box=None, pad_edge=False)
    for each in accesses:
        password = "yes" if each.has_password else "none: it cannot come in"
        table.add_row(each.user, password, ", ".join(each.topics), ", ".join(each.groups))
    Console(soft_wrap=True).print(
        table if accesses else "nobody reads from outside; let one: tocsin access add USER --topics alerts"
    )


@app.command()
def renew(user: User) -> None:
    """Give USER a new password, shown once; the old one opens no new connection any more."""
    settings = load_settings()
    _refuse_own(user, settings)
    accesses = Accesses(settings.kafka)
    if not any(each.user == user for each in accesses.all()):
        raise typer.BadParameter(f"the broker knows no user {user}; those that it knows: tocsin access list")
    _show(user, accesses.give_password(user))


@app.command()
def revoke(user: User) -> None:
    """Take from USER what it may read, at once, and its password."""
    settings = load_settings()
    _refuse_own(user, settings)
    Accesses(settings.kafka).revoke(user)
    typer.echo(f"{user} may read nothing any more")


def _show(user: str, password: str) -> None:
    typer.echo(f"user      {user}\npassword  {password}")
    typer.echo("It is shown once. Clients: security.protocol SASL_SSL, sasl.mechanism SCRAM-SHA-512.")


def _refuse_own(user: str, settings: Settings) -> None:
    """Refuse what is no name of a subscriber. It has no dot: `kabul` might read in the groups of a `kabul.dash`."""
    if not _USER.fullmatch(user):
        raise typer.BadParameter(f"{user!r} is no user's name: letters, digits, hyphens and underscores, 1 to 100")
    own = f"{settings.deployment}.".startswith(f"{user}."), user == settings.kafka.sasl_username, user == NOBODY
    if any(own):
        raise typer.BadParameter(f"{user} is Tocsin itself on this broker; a subscriber needs another name")


def _topic(name: str) -> str:
    """A topic's name, or the beginning of some, of this installation."""
    if not _TOPIC.fullmatch(name):
        raise typer.BadParameter(f"{name!r} is no topic's name; write alerts, alerts.kabul-desk, or alerts.*")
    known = [topic.name for topic in TOPICS]
    own = name == f"{ALERTS.name}*" or name.startswith(f"{ALERTS.name}.")
    if not own and name not in known:
        fix = nearest(name.removesuffix("*"), known, "they are listed by: tocsin topics list")
        raise typer.BadParameter(f"there is no topic {name}; {fix}")
    return name
