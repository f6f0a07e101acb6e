"""`tocsin broker`: a broker on this machine."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from services.broker import EmbeddedBroker, KafkaBroker, LocalBroker, answers, find, stop
from services.cli.options import Json

app = typer.Typer(add_completion=False, help="A broker on this machine, on loopback.", no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", help="The folder that it keeps everything in.")]
DEFAULT_DATA = Path(".tocsin/kafka")


@app.command(name="start")
def start_broker(
    embedded: Annotated[
        bool, typer.Option("--embedded", help="A broker that needs no Java and keeps everything in memory only.")
    ] = False,
    port: Annotated[int, typer.Option(help="Where clients connect, on 127.0.0.1.", min=1, max=65535)] = 9092,
    data: Data = DEFAULT_DATA,
) -> None:
    """Start Apache Kafka, durable in a folder, and wait until it answers. Starting it twice is no error."""
    console = Console(highlight=False, soft_wrap=True)
    broker: LocalBroker = EmbeddedBroker(data, port) if embedded else KafkaBroker(data, port)
    before = broker.running()
    began = time.monotonic()
    with console.status("starting; the first time mvn fetches Apache Kafka" if not embedded else "starting"):
        running = broker.start()
    where = escape(str(data))
    state = "runs already" if running == before else f"is ready after {time.monotonic() - began:.1f} s"
    console.print(f"[bold]{running.kind}[/] {running.version} {state}: {running.address}, pid {running.pid}, {where}")
    if embedded:
        console.print("It keeps everything in memory only: what it holds is gone when it stops.")


@app.command(name="stop")
def stop_broker(data: Data = DEFAULT_DATA) -> None:
    """Stop it: SIGTERM, and SIGKILL after 20 s. Stopping what does not run is no error."""
    console = Console(highlight=False, soft_wrap=True)
    with console.status("stopping"):
        stopped = stop(data)
    if stopped is None:
        console.print(f"no broker runs on {escape(str(data))}")
    else:
        console.print(f"[bold]{stopped.kind}[/] stopped: {stopped.address}, pid {stopped.pid}, {escape(str(data))}")


@app.command()
def status(data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """Say whether it runs. Exit status 0 when it runs and answers, 1 otherwise."""
    running = find(data)
    answering = running is not None and answers(running.port)
    if as_json:
        known = {} if running is None else asdict(running) | {"address": running.address}
        typer.echo(json.dumps({"running": running is not None, "answers": answering, "data": str(data)} | known))
    elif running is None:
        typer.echo(f"no broker runs on {data}; start one: tocsin broker start")
    else:
        state = "answers" if answering else "runs and does not answer"
        typer.echo(f"{running.kind} {running.version} {state}: {running.address}, pid {running.pid}, {data}")
    if not answering:
        raise typer.Exit(1)
