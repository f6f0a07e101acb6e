"""An evaluation as people read it, and as a file that another one is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.alerting.notify.neutral import neutral
from services.cli.eval.figures import Figures, grouped, macro_f1, reliability, select
from services.cli.eval.labels import WHATS, Judged, What

_WORST: Final = 12
_SENTENCE: Final = 160


class Evaluation(BaseModel):
    """The verdicts of one run: what `--json` prints, and `--compare` reads."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pack_digest: str
    articles: int
    """How many had a label and a text."""
    without_text: int
    """Labels whose text was not there."""
    judged: tuple[Judged, ...]

    def summary(self) -> dict[str, object]:
        """The figures, for programs."""
        return {what: _summary(select(self.judged, what)) for what in WHATS}


def _summary(judged: Sequence[Judged]) -> dict[str, object]:
    by_id = grouped(judged, lambda one: one.id)
    macro, ids = macro_f1(by_id.values())
    return {
        "micro": _plain(Figures.of(judged)),
        "macro_f1": macro,
        "macro_ids": ids,
        "by_language": {language: _plain(of) for language, of in grouped(judged, lambda one: one.language).items()},
        "by_id": {identifier: _plain(of) for identifier, of in by_id.items()},
        "reliability": [one._asdict() for one in reliability(judged)],
    }


def _plain(figures: Figures) -> dict[str, float]:
    return {**figures._asdict(), "precision": figures.precision, "recall": figures.recall, "f1": figures.f1}


def show(console: Console, evaluation: Evaluation) -> None:
    """Print the figures of actors and topics, what went most wrong, and how far confidence can be trusted."""
    if evaluation.without_text:
        console.print(f"{evaluation.without_text} labels have no text and are left out", style="yellow")
    for what in WHATS:
        judged = select(evaluation.judged, what)
        _show_figures(console, what, judged)
        _show_ids(console, what, grouped(judged, lambda one: one.id))
        _show_reliability(console, what, judged)
        _show_worst(console, what, judged)


def _show_figures(console: Console, what: What, judged: Sequence[Judged]) -> None:
    total, by_id = Figures.of(judged), grouped(judged, lambda one: one.id)
    macro, ids = macro_f1(by_id.values())
    console.print(
        f"\n{what}: micro P {total.precision:.3f} R {total.recall:.3f} F1 {total.f1:.3f}, "
        f"macro F1 {macro:.3f} over {ids} ids",
        style="bold",
    )
    table = _table("language", "labels", "precision", "recall", "F1")
    for language, of in grouped(judged, lambda one: one.language).items():
        table.add_row(neutral(language), *_cells(of))
    console.print(table)


def _show_ids(console: Console, what: What, by_id: Mapping[str, Figures]) -> None:
    table = _table(f"{what}, worst first", "labels", "precision", "recall", "F1", "extra", "missed")
    for identifier, of in sorted(by_id.items(), key=lambda item: (-item[1].extra - item[1].missed, item[0])):
        if of.extra or of.missed:
            table.add_row(neutral(identifier), *_cells(of), str(of.extra), str(of.missed))
    console.print(table)


def _show_reliability(console: Console, what: What, judged: Sequence[Judged]) -> None:
    table = _table(f"confidence of {what}", "on average", "share right", "n")
    for one in reliability(judged):
        table.add_row(f"{one.least:.1f} to {one.most:.1f}", f"{one.confidence:.2f}", f"{one.right:.2f}", str(one.told))
    console.print(table)


def _show_worst(console: Console, what: What, judged: Sequence[Judged]) -> None:
    extra = sorted((one for one in judged if one.verdict == "extra"), key=lambda one: -(one.confidence or 0))
    missed = [one for one in judged if one.verdict == "missed"]
    for title, wrong in (("told, and wrong, the surest first", extra), ("missed", missed)):
        if wrong:
            console.print(f"{what} {title}: {len(wrong)}", style="bold")
        for one in wrong[:_WORST]:
            sure = "" if one.confidence is None else f" {one.confidence:.2f}"
            head = Text(neutral(f"  {one.id}{sure}  {one.article}: "), style="cyan")
            console.print(head.append(neutral(one.sentence[:_SENTENCE]), style="default"))


def show_difference(console: Console, before: Evaluation, after: Evaluation) -> None:
    """Print what was gained and lost on the articles that both have, per id and article."""
    both = {one.article for one in before.judged} & {one.article for one in after.judged}
    console.print(f"\nagainst {neutral(before.pack_digest)}, {len(both)} articles that both have", style="bold")
    for what in WHATS:
        old, new = (
            {(one.article, one.id): one for one in select(of.judged, what) if one.article in both}
            for of in (before, after)
        )
        was, is_now = Figures.of(old.values()), Figures.of(new.values())
        console.print(f"{what}: F1 {was.f1:.3f} -> {is_now.f1:.3f} ({is_now.f1 - was.f1:+.3f})", style="bold")
        gained, lost = changes(old, new)
        for title, style, items in (("gained", "green", gained), ("lost", "red", lost)):
            for identifier, changed in sorted(grouped_articles(items).items()):
                console.print(Text(neutral(f"  {title} {identifier}: {', '.join(changed)}"), style=style))


Verdicts = Mapping[tuple[str, str], Judged]


def changes(old: Verdicts, new: Verdicts) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What is right now and was wrong, and what is wrong now and was right, as pairs of id and article and verdict.

    Args:
        old: Verdicts by article and id; what was rightly not told has none.
        new: The same of the later run.
    """
    gained, lost = list[tuple[str, str]](), list[tuple[str, str]]()
    for key in sorted(old.keys() | new.keys()):
        article, identifier = key
        was, now = old.get(key), new.get(key)
        good_before, good_now = (one is None or one.verdict == "right" for one in (was, now))
        if good_now and not good_before and was is not None:
            gained.append((identifier, f"{article} (was {was.verdict})"))
        elif good_before and not good_now and now is not None:
            lost.append((identifier, f"{article} ({now.verdict})"))
    return gained, lost


def grouped_articles(items: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Articles by id."""
    grouped: dict[str, list[str]] = {}
    for identifier, article in items:
        grouped.setdefault(identifier, []).append(article)
    return grouped


def _cells(figures: Figures) -> tuple[str, ...]:
    return str(figures.labels), f"{figures.precision:.2f}", f"{figures.recall:.2f}", f"{figures.f1:.2f}"


def _table(*columns: str) -> Table:
    table = Table(*columns, box=box.SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    return table
