"""`tocsin schemas`: the generated contract beside the models, checked for drift and for compatibility.

Events as JSON Schemas and AsyncAPI, the HTTP API as OpenAPI.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

import schemas
from schemas import AlertGroup
from services.alerting.api.app import openapi_document
from services.backbone.contract import documents, incompatibilities, schema_of

FOLDER = Path(schemas.__file__).parent
GENERATED = FOLDER / "generated"
RELEASED = FOLDER / "released"

app = typer.Typer(
    add_completion=False, help="The events' JSON Schemas, the AsyncAPI and the OpenAPI document.", no_args_is_help=True
)


@app.command()
def write(
    release: Annotated[bool, typer.Option(help="Also make them what later releases are compared with.")] = False,
) -> None:
    """Write schemas/generated from the models."""
    for folder in (GENERATED, RELEASED) if release else (GENERATED,):
        folder.mkdir(exist_ok=True)
        for name, text in generated().items():
            if folder is GENERATED or name in _events():
                (folder / name).write_text(text, encoding="utf-8")


@app.command()
def check() -> None:
    """Compare schemas/generated with the models, and these with the last release. Exit status 1 on a difference."""
    faults = drift() + breaks()
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(1)


def generated() -> dict[str, str]:
    """Every generated file: its name and its text."""
    return documents() | {"AlertGroup.json": schema_of(AlertGroup), "openapi.json": openapi_document()}


def _events() -> dict[str, str]:
    """The schemas of events."""
    return {name: text for name, text in generated().items() if name.endswith(".json") and name != "openapi.json"}


def drift() -> list[str]:
    """Generated files that are not what the models give."""
    return [
        f"schemas/generated/{name} is not what the models give; run: make schemas"
        for name, text in generated().items()
        if not (GENERATED / name).is_file() or (GENERATED / name).read_text(encoding="utf-8") != text
    ]


def breaks() -> list[str]:
    """What would break readers of the last release."""
    current = {name: json.loads(text) for name, text in _events().items()}
    faults: list[str] = []
    for path in sorted(RELEASED.glob("*.json")):
        if path.name not in current:
            faults.append(f"{path.name}: the event was removed")
            continue
        released = json.loads(path.read_text(encoding="utf-8"))
        faults += [f"{path.stem}.{what}" for what in incompatibilities(released, current[path.name])]
    return faults
