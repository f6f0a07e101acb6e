"""`tocsin silence list`: which silences hold, which will, and which are over."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from services.alerting.holding.silence import Silence
from services.alerting.holding.silences import load_silences
from services.backbone.settings import load_settings
from services.cli.options import Config, Json

_STYLES = {"holds": "bold yellow", "will hold": "", "over": "dim"}
"""In the order in which they are shown."""


def list_silences(
    all_: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show the silences: who made each and why, what it holds and until when."""
    now = datetime.now(UTC)
    silences = load_silences(load_settings(config=config).config)
    states = list(_STYLES)
    listed = [(_state(silence, now), silence) for silence in silences.listed]
    shown = [(state, silence) for state, silence in listed if all_ or state != "over"]
    shown.sort(key=lambda one: (states.index(one[0]), one[1].until, one[1].id))
    if as_json:
        for state, silence in shown:
            typer.echo(json.dumps({"state": state, **_document(silence)}, ensure_ascii=False))
        return
    console = Console(soft_wrap=True, highlight=False)
    for state, silence in shown:
        console.print(Text.assemble((silence.id, "bold"), "  ", (_when(silence, state), _STYLES[state])))
        console.print(Text(f"  {_what(silence)}\n  {silence.why} ({silence.by})"))
    over = len(listed) - sum(state != "over" for state, _ in listed)
    hidden = f"; {over} over, see them by --all" if over and not all_ else ""
    holding = sum(state == "holds" for state, _ in listed)
    console.print(Text(f"{holding or 'no'} silence{' holds' if holding == 1 else 's hold'}{hidden}"))
    for defect in silences.refused:
        line = Text.assemble("refused: ", (str(defect.where), "bold"), f": {defect.what}; ", (defect.fix, "green"))
        console.print(line)


def _state(silence: Silence, now: datetime) -> str:
    return "holds" if silence.in_force(now) else "will hold" if now < silence.begins < silence.until else "over"


def _when(silence: Silence, state: str) -> str:
    until = f"until {silence.until:%Y-%m-%d %H:%M} UTC"
    begins = f" from {silence.begins:%Y-%m-%d %H:%M}" if state == "will hold" else ""
    return f"over since {silence.until:%Y-%m-%d %H:%M} UTC" if state == "over" else f"{state}{begins} {until}"


def _what(silence: Silence) -> str:
    match = silence.match.model_dump(exclude_none=True)
    return ", ".join(f"{key} {' or '.join(values)}" for key, values in match.items())


def _document(silence: Silence) -> dict[str, Any]:
    return silence.model_dump(mode="json", by_alias=True, exclude_none=True)
