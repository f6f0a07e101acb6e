"""`tocsin tag`: the engine on a file, without a broker."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas import Article, Source, Tag, TaggedArticle
from schemas.article import MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS
from schemas.ids import article_id_from_guid, revision
from services.backbone.errors import UnreadableRecord
from services.backbone.settings import load_settings
from services.cli.options import Config, Json
from services.tagging.pack import load_engine
from services.tagging.tag import tag

SOURCE = Source(id="file", name="a file")
STYLES = {"state": "cyan", "armed-group": "red", "organisation": "blue", "person": "magenta", "place": "green"}


class InputArticle(BaseModel):
    """One line of `--input`."""

    model_config = ConfigDict(extra="ignore")

    id: str
    title: str = ""
    text: str = ""
    lang: str | None = None


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
) -> None:
    """Show who is named in a text and what it is about, with the words that show it."""
    if (file is None) == (articles is None):
        raise typer.BadParameter("name one text, or --input with JSON lines")
    engine = load_engine(load_settings(config=config).config)
    if file is not None:
        read: Iterator[tuple[str, Article]] = iter([(str(file), _article(str(file), "", _read(file), None))])
    else:
        assert articles is not None  # noqa: S101 - checked above
        read = _lines(articles)
    console = Console(soft_wrap=True, highlight=False)
    for identifier, article in read:
        tagged = tag(article, engine)
        if as_json:
            line = {"id": identifier, "actors": _plain(tagged.actors), "topics": _plain(tagged.topics)}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        else:
            _show(console, identifier, tagged)


def _read(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from None
    return data.decode("utf-8", "replace")


def _lines(file: Path) -> Iterator[tuple[str, Article]]:
    for number, line in enumerate(_read(file).split("\n"), 1):
        if line.strip():
            try:
                given = InputArticle.model_validate_json(line)
            except ValidationError as error:
                detail = error.errors(include_url=False, include_input=False)[0]
                what = " ".join([*map(str, detail["loc"]), detail["msg"]])
                raise UnreadableRecord(
                    f"{file}:{number}: {what}; each line is an object with id, title and text"
                ) from None
            yield given.id, _article(given.id, given.title, given.text, given.lang)


def _article(identifier: str, title: str, text: str, language: str | None) -> Article:
    return Article(
        id=article_id_from_guid(SOURCE.id, identifier),
        revision=revision(title, text),
        url="",
        source=SOURCE,
        title=title[:MAX_TITLE_CHARACTERS],
        text=text[:MAX_TEXT_CHARACTERS],
        language=language,
        seen_at=datetime.now(UTC),
        truncated=len(title) > MAX_TITLE_CHARACTERS or len(text) > MAX_TEXT_CHARACTERS,
    )


def _plain(tags: tuple[Tag, ...]) -> list[dict[str, object]]:
    return [tag.model_dump(mode="json") for tag in tags]


def _show(console: Console, identifier: str, tagged: TaggedArticle) -> None:
    article = tagged.article
    title, text = Text(article.title, style="bold"), Text(article.text)
    for actor in tagged.actors:
        for evidence in actor.evidence:
            part = title if evidence.field == "title" else text
            part.stylize(f"bold {STYLES[actor.kind]}", evidence.start, evidence.end)
    console.rule(Text(identifier))
    console.print(Text("\n").join([part for part in (title, text) if part.plain.strip()]))
    table = Table("what", "kind", "confidence", "the words it rests on", box=None, pad_edge=False)
    for found in (*tagged.actors, *tagged.topics):
        words = ", ".join(dict.fromkeys(evidence.words for evidence in found.evidence))
        table.add_row(Text(found.name), found.kind, f"{found.confidence:.2f}", Text(words[:200]))
    console.print(table)
