"""`tocsin pack`: the commands of the group."""

import typer

from services.cli.pack.checking import check
from services.cli.pack.importing import import_list
from services.cli.pack.suggesting import suggest

app = typer.Typer(
    add_completion=False, help="Who and what is recognised: check, suggest, import.", no_args_is_help=True
)

app.command("check")(check)
app.command("suggest")(suggest)
app.command("import")(import_list)
