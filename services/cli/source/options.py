"""Options that several commands of the group share."""

from datetime import timedelta
from typing import Annotated

import typer

from services.backbone.addresses import Networks, read_network
from services.backbone.durations import read_duration
from services.ingestion.address import checked_address

AllowNetwork = Annotated[
    list[str] | None,
    typer.Option(help="A network that is not public and may be asked: 10.20.0.0/16.", metavar="CIDR"),
]


def networks(written: list[str] | None) -> Networks:
    """The networks that were permitted.

    Raises:
        typer.BadParameter: one is none.
    """
    try:
        return tuple(map(read_network, written or ()))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--allow-network") from None


def duration(written: str, option: str) -> timedelta:
    """A time as it was typed.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        return read_duration(written)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def address(written: str) -> str:
    """An address as it was typed; https where no scheme was.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        return checked_address(written if "://" in written else f"https://{written}")
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
