"""`tocsin pack check`: what a person should look at before a pack is used."""

from pathlib import Path
from typing import Annotated

import typer

from services.backbone.settings import load_settings
from services.cli.articles import InputArticle, read_lines
from services.cli.options import Config, Json
from services.cli.pack.audit import audit
from services.cli.pack.finding import Finding, print_findings
from services.cli.pack.usage import used
from services.tagging.pack import load_pack

Corpus = Annotated[
    Path | None,
    typer.Option(
        "--corpus", help="JSON lines with id, title, text: tell also what never fires in it.", show_default=False
    ),
]


def check(
    corpus: Corpus = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many of each kind to tell people.")] = 10,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Find names that collide, cannot be found, are words, or never fire. Exit status 1 where there is a warning."""
    pack = load_pack(load_settings(config=config).config)
    findings: list[Finding] = list(audit(pack))
    if corpus is not None:
        findings += used(pack, (given.article for given in read_lines(corpus, InputArticle)))
    print_findings(findings, as_json=as_json, most=most)
    if any(found.level == "warning" for found in findings):
        raise typer.Exit(1)
