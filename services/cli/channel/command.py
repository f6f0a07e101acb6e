"""`tocsin channel`: the commands of the group."""

import typer

from services.cli.channel.enabling import enable
from services.cli.channel.listing import list_channels
from services.cli.channel.trying import try_channel

app = typer.Typer(add_completion=False, help="The ways out: list, test, enable.", no_args_is_help=True)

app.command("list")(list_channels)
app.command("test")(try_channel)
app.command("enable")(enable)
