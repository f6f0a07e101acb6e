"""`tocsin schemas`: what is generated from the code, checked for drift, and the contract for compatibility too.

Events as JSON Schemas and AsyncAPI, the HTTP API as OpenAPI, and the references under docs/.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

import schemas
from schemas import AlertGroup
from services.alerting.api.app import openapi_document
from services.backbone.contract import documents, incompatibilities, schema_of
from services.cli.docs.pages import references

FOLDER = Path(schemas.__file__).parent
GENERATED = FOLDER / "generated"
RELEASED = FOLDER / "released"
PAGES = FOLDER.parent / "docs"
"""Of a checkout; an installed Tocsin has none."""

app = typer.Typer(
    add_completion=False,
    help="The events' JSON Schemas, the AsyncAPI and the OpenAPI document, and the references under docs/.",
    no_args_is_help=True,
)


@app.command()
def write(
    release: Annotated[bool, typer.Option(help="Also make them what later releases are compared with.")] = False,
) -> None:
    """Write schemas/generated and the references under docs/ from the code."""
    for name, text in _pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")
    for folder, texts in ((GENERATED, generated()), *([(RELEASED, _events())] if release else [])):
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")


@app.command()
def check() -> None:
    """Compare what is generated with the code, and the events with the last release. Exit status 1 on a difference."""
    faults = drift() + breaks()
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(1)


def generated() -> dict[str, str]:
    """Every generated file: its name and its text."""
    return documents() | {"AlertGroup.json": schema_of(AlertGroup), "openapi.json": openapi_document()}


def _pages() -> dict[str, str]:
    """The references, where there is a folder for them."""
    return references() if PAGES.is_dir() else {}


def _events() -> dict[str, str]:
    """The schemas of events."""
    return {name: text for name, text in generated().items() if name.endswith(".json") and name != "openapi.json"}


def drift() -> list[str]:
    """Generated files that are not what the code gives."""
    written = {GENERATED / name: text for name, text in generated().items()}
    written |= {PAGES / name: text for name, text in _pages().items()}
    return [
        f"{'docs' if path.parent == PAGES else 'schemas/generated'}/{path.name} is not what the code gives; "
        "run: make schemas"
        for path, text in written.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
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
