"""`tocsin silence`: the commands of the group."""

import typer

from services.cli.silence.add import add
from services.cli.silence.expire import expire
from services.cli.silence.listing import list_silences

app = typer.Typer(add_completion=False, help="What is held back for a while: add, list, expire.", no_args_is_help=True)

app.command("add")(add)
app.command("list")(list_silences)
app.command("expire")(expire)
