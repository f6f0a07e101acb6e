"""`tocsin pack suggest`: spellings of known names that a corpus has and the pack does not."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from services.backbone.settings import load_settings
from services.cli.articles import InputArticle, read_lines
from services.cli.options import Config, Json
from services.cli.pack.spellings import Spelling, spellings
from services.tagging.pack import load_pack


def suggest(
    corpus: Annotated[Path, typer.Argument(help="JSON lines with id, title, text; - for standard input.")],
    at_least: Annotated[int, typer.Option("--at-least", min=1, help="How often a spelling must stand there.")] = 2,
    most: Annotated[int, typer.Option("--most", min=1, help="How many to tell.")] = 100,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Propose spelling variants of known names, each with an example and the line to add. Nothing is changed."""
    pack = load_pack(load_settings(config=config).config).pack
    articles = ((given.id, given.title, given.text) for given in read_lines(corpus, InputArticle))
    found = spellings(pack, articles, at_least)[:most]
    if as_json:
        for one in found:
            typer.echo(json.dumps({**one._asdict(), "yaml": _yaml(one)}, ensure_ascii=False))
        return
    console = Console(soft_wrap=True, highlight=False)
    for one in found:
        head = f" {one.times} times, {one.likeness:.2f} like {one.name!r} of {one.actor_id}"
        console.print(Text.assemble((one.text, "bold"), head))
        sentence = Text(f"    {one.article}: ").append(one.sentence)
        offset = len(sentence.plain) - len(one.sentence) + one.start
        sentence.stylize("bold", offset, offset + len(one.text))
        console.print(sentence)
        console.print(Text(f"    {_yaml(one)}", "green"))
    console.print(Text(f"{len(found)} spellings"))


def _yaml(one: Spelling) -> str:
    """The entry of a layer that adds it; JSON is YAML, and quotes what needs it."""
    text = json.dumps(one.text, ensure_ascii=False)
    return f"- {{id: {one.actor_id}, aliases: {{{one.language}: [{text}]}}}}"
