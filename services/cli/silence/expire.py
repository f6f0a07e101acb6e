"""`tocsin silence expire`: let a silence end now."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from services.alerting.holding.silences import load_silences
from services.backbone.configuration import nearest
from services.backbone.settings import load_settings
from services.cli.options import Config
from services.cli.silence.writing import BadSilence, end_silence


def expire(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="The silences' ids.")],
    config: Config = None,
) -> None:
    """Let silences end now: what they held is told within seconds. One that has not begun never will."""
    folder, now = load_settings(config=config).config, datetime.now(UTC)
    silences = load_silences(folder)
    known = {silence.id: silence for silence in silences.listed}
    for id_ in ids:
        if id_ not in known:
            raise BadSilence(
                f"no silence has the id {id_!r}; {nearest(id_, known, 'see them all: tocsin silence list')}"
            )
    for id_ in dict.fromkeys(ids):
        if known[id_].until <= now:
            typer.echo(f"{id_} is over since {known[id_].until:%Y-%m-%d %H:%M} UTC")
            continue
        path = end_silence(folder, silences, id_, now)
        typer.echo(f"{id_} ends now, in {path}; running processes take it over")
