"""`tocsin source`: the commands of the group."""

import typer

from services.cli.source.add import add
from services.cli.source.exchange import export_opml, import_opml
from services.cli.source.extract import extract
from services.cli.source.listing import list_sources
from services.cli.source.parse import parse
from services.cli.source.testing import ask_sources

app = typer.Typer(add_completion=False, help="What is read: add, test, list, import, export.", no_args_is_help=True)

app.command("add")(add)
app.command("test")(ask_sources)
app.command("list")(list_sources)
app.command("import")(import_opml)
app.command("export")(export_opml)
app.command("parse")(parse)
app.command("extract")(extract)
