"""`tocsin topics`: create the topics of the declaration, or say how they stand."""

import asyncio
import json
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Column, Table

from services.alerting.watching.book import read_book
from services.backbone.provision import TopicReport, inspect, provision
from services.backbone.settings import load_settings
from services.backbone.topics import declared
from services.cli.options import Config, Json

app = typer.Typer(add_completion=False, help="The topics on the broker.", no_args_is_help=True)


@app.command(name="provision")
def provision_topics(config: Config = None, as_json: Json = False) -> None:
    """Create what is missing. Idempotent; refuses to shrink or retype a topic, and says what differs."""
    settings = load_settings(config=config)
    reports = asyncio.run(provision(settings.kafka, declared(_named(settings.config))))
    if as_json:
        _print_json(reports, {"missing": "created", "differs": "changed", "present": "unchanged"})
        return
    for report in reports:
        done = {"missing": "created", "differs": "changed", "present": "unchanged"}[report.state]
        typer.echo(
            "\n".join([f"{done:9}  {report.topic.name}", *(f"           {what}" for what in report.differences)])
        )


@app.command(name="list")
def list_topics(config: Config = None, as_json: Json = False) -> None:
    """Show each topic as declared and as it stands. Exit status 1 when one is missing or differs."""
    settings = load_settings(config=config)
    reports = asyncio.run(inspect(settings.kafka, declared(_named(settings.config))))
    if as_json:
        _print_json(reports, {})
    else:
        longest = max(len(report.topic.name) for report in reports)
        name = Column("topic", min_width=longest)  # a name that is cut is no name
        table = Table(name, "key", "partitions", "kept", "state", "what differs", box=None, pad_edge=False)
        for report in reports:
            topic = report.topic
            kept = "compacted" if topic.retention is None else f"{topic.retention.days} days"
            what = "\n".join([*report.differences, *report.refused])
            table.add_row(topic.name, topic.key, str(topic.partitions), kept, report.state, what)
        Console().print(table)
    if any(report.state != "present" for report in reports):
        raise typer.Exit(1)


def _named(config: Path) -> set[str]:
    """The topics that watches in files have of their own; one of a watch that was sent is made when it is."""
    return {watch.topic for watch in read_book(config).watches.values() if watch.topic is not None}


def _print_json(reports: list[TopicReport], words: dict[str, str]) -> None:
    for report in reports:
        line = {
            "topic": report.topic.name,
            "state": words.get(report.state, report.state),
            "partitions": report.topic.partitions,
            "config": report.topic.config(),
            "differences": [*report.differences, *report.refused],
        }
        typer.echo(json.dumps(line))
