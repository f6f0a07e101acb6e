"""`tocsin eval`: the engine against labelled articles; precision, recall, what went wrong, and what a change costs."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from services.backbone.errors import UnreadableRecord
from services.backbone.settings import load_settings
from services.cli.articles import InputArticle, read_lines, read_text
from services.cli.eval.labels import Label
from services.cli.eval.report import Evaluation, show, show_difference
from services.cli.eval.running import run
from services.cli.options import Config, Json
from services.tagging.pack import load_engine

app = typer.Typer(add_completion=False)


@app.command()
def eval_command(
    gold: Annotated[
        Path,
        typer.Argument(
            help="Labels: JSON lines with id, actors, topics and, not counted, unsure_actors, unsure_topics."
        ),
    ],
    articles: Annotated[
        Path, typer.Option("--articles", help="Their texts: JSON lines with id, title, text, lang.", show_default=False)
    ],
    config: Config = None,
    compare: Annotated[
        Path | None,
        typer.Option("--compare", help="Another configuration folder, or a result kept by --json.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tag labelled articles and tell how well: per language and per id, the worst errors with their sentences."""
    labels = {label.id: label for label in read_lines(gold, Label)}
    texts = [text for text in read_lines(articles, InputArticle) if text.id in labels]
    if not texts:
        raise UnreadableRecord(f"no article of {articles} has a label in {gold}; they go together by their id")
    evaluation = _evaluate(labels, texts, load_settings(config=config).config)
    before = None if compare is None else _other(compare, labels, texts)
    if as_json:
        sys.stdout.write(json.dumps(evaluation.model_dump() | {"summary": evaluation.summary()}, ensure_ascii=False))
        sys.stdout.write("\n")
        return
    console = Console(soft_wrap=True, highlight=False)
    show(console, evaluation)
    if before is not None:
        show_difference(console, before, evaluation)


def _evaluate(labels: dict[str, Label], texts: list[InputArticle], folder: Path) -> Evaluation:
    engine = load_engine(folder)
    return Evaluation(
        pack_digest=engine.digest,
        articles=len(texts),
        without_text=len(labels.keys() - {text.id for text in texts}),
        judged=tuple(run(labels, texts, engine)),
    )


def _other(compare: Path, labels: dict[str, Label], texts: list[InputArticle]) -> Evaluation:
    """What to compare with: the same articles by another pack, or what was kept."""
    if compare.is_dir():
        return _evaluate(labels, texts, compare)
    try:
        return Evaluation.model_validate_json(read_text(compare))
    except ValidationError:
        raise UnreadableRecord(f"{compare} is no kept result; keep one with: tocsin eval ... --json > FILE") from None
