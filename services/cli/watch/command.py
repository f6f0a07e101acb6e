"""`tocsin watch`: the commands of the group."""

import typer

from services.cli.watch.add import add
from services.cli.watch.backtest import back_test
from services.cli.watch.listing import list_watches
from services.cli.watch.stats import stats

app = typer.Typer(add_completion=False, help="Whom and what is watched: add, test, list, stats.", no_args_is_help=True)


@app.callback()
def watch() -> None:
    """The watches."""


app.command("add")(add)
app.command("test")(back_test)
app.command("list")(list_watches)
app.command("stats")(stats)
