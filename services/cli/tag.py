"""`tocsin tag`: the engine on a file, without a broker."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from schemas import Article, Tag
from services.backbone.settings import load_settings
from services.cli.articles import InputArticle, article_of, read_lines, read_text
from services.cli.options import Config, Json
from services.cli.tag_view import show, show_explained
from services.tagging.explain import explain
from services.tagging.pack import load_engine
from services.tagging.tag import tag

app = typer.Typer(add_completion=False)


@app.command()
def tag_command(
    file: Annotated[Path | None, typer.Argument(help="A text; - for standard input.", show_default=False)] = None,
    articles: Annotated[
        Path | None,
        typer.Option("--input", help="JSON lines with id, title, text; - for standard input.", show_default=False),
    ] = None,
    config: Config = None,
    as_json: Json = False,
    explained: Annotated[
        bool, typer.Option("--explain", help="Say why: aliases, rules and scores, and what did not stand.")
    ] = False,
) -> None:
    """Show who is named in a text and what it is about, with the words that show it."""
    if (file is None) == (articles is None):
        raise typer.BadParameter("name one text, or --input with JSON lines")
    if as_json and explained:
        raise typer.BadParameter("--explain is for people: use it without --json")
    engine = load_engine(load_settings(config=config).config)
    console = Console(soft_wrap=True, highlight=False)
    for identifier, article in _articles(file, articles):
        if explained:
            show_explained(console, identifier, explain(article, engine))
            continue
        tagged = tag(article, engine)
        if as_json:
            line = {"id": identifier, "actors": _plain(tagged.actors), "topics": _plain(tagged.topics)}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        else:
            show(console, identifier, tagged)


def _articles(file: Path | None, articles: Path | None) -> Iterator[tuple[str, Article]]:
    if file is not None:
        yield str(file), article_of(str(file), "", read_text(file), None)
    elif articles is not None:
        for given in read_lines(articles, InputArticle):
            yield given.id, given.article


def _plain(tags: tuple[Tag, ...]) -> list[dict[str, object]]:
    return [tag.model_dump(mode="json") for tag in tags]
