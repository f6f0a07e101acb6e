"""The commands, and what an error looks like: one message with the fix, never a stack trace."""

import logging
import sys

import typer
from rich.console import Console
from rich.text import Text

from services.backbone.errors import TocsinError
from services.backbone.telemetry import configure_logging
from services.cli import alerts, broker, check, contract, dead_letters, demo, run, tag, topics

app = typer.Typer(
    name="tocsin",
    help="Watches the news and rings when someone you watch is in it.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command(name="demo")(demo.demo)
app.command(name="check")(check.check)
app.command(name="tag")(tag.tag_command)
app.command(name="run")(run.run)
app.add_typer(alerts.app, name="alerts")
app.add_typer(topics.app, name="topics")
app.add_typer(broker.app, name="broker")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(contract.app, name="schemas")


def main() -> None:
    """Run the command line. Exit status: 0 done, 1 an error that was told, 2 wrong usage."""
    configure_logging("auto", "warning")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # our own message says what it would say
    try:
        app()
    except TocsinError as error:
        Console(stderr=True, soft_wrap=True).print(Text.assemble(("error: ", "bold red"), str(error)))
        sys.exit(1)


if __name__ == "__main__":
    main()
