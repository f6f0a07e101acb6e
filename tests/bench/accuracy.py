"""Topics: the rules alone, with the learned weights, and with weights that have not seen the outlet.

`python -m tests.bench.accuracy` prints the tables; with `--write` it learns the weights anew and puts them into the
pack. The labels are the project's own, the articles are not and none of their words get into the weights: a weight is
a figure for a concept of the pack.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from rich.console import Console

from services.backbone.settings import DEFAULT_CONFIG
from services.matching.document import Document
from services.tagging.gazetteer import Learned
from services.tagging.learned import FILED_FROM, SIGNS
from services.tagging.pack import load_pack
from services.tagging.tag import Engine, find
from tests.bench.corpus import Sample, samples
from tests.bench.report import Cell, Table
from tests.bench.topic_model import Floats, Pairs

_REACHED: Final = SIGNS.index("reached")
_WIDTH: Final = 120
_FOLDINGS: Final = 3
_LEAST_LABELS: Final = 3

Told = Sequence[set[str]]
"""The topics of each article."""


def accuracy() -> list[Table]:
    """The tables; none where the articles are not there."""
    given = samples()
    if not given:
        return []
    pack = load_pack(DEFAULT_CONFIG).pack
    pairs = Pairs.of(pack, given)
    crossed = [pairs.crossed([one.outlet for one in given], folding) for folding in range(_FOLDINGS)]
    reached = np.array([pair.signs[_REACHED] > 0 for pair in pairs.pairs])
    rows = [
        _row("rules and thresholds", given, _told(given, pairs, reached)),
        _row("with the weights, all outlets seen", given, _told_by(Engine.compile(pack, "-"), given)),
        *(
            _row(f"with the weights, outlet not seen, {n}", given, _told(given, pairs, of >= FILED_FROM))
            for n, of in enumerate(crossed, 1)
        ),
    ]
    languages = sorted({one.language for one in given})
    return [
        Table(
            "topics",
            f"Topics of {len(given)} labelled articles of {len({one.outlet for one in given})} outlets",
            ("what files", "precision", "recall", "micro F1", "macro F1", *languages),
            rows,
            """The honest rows are of outlets not seen: each outlet's articles are filed by weights learned from the
            others, folded in three ways. The rules and their phrases were written with part of these articles at
            hand, so their own row is no measure of other articles. Languages: micro F1.""",
        ),
        Table(
            "topics_confidence",
            "Confidence of topics, outlet not seen: share that is right",
            ("confidence", "right", "pairs"),
            _reliability(pairs, crossed[0]),
            "Pairs of an article and a topic of which a rule fired; those the labellers were unsure of are left out.",
        ),
    ]


def _told(given: Sequence[Sample], pairs: Pairs, filed: npt.NDArray[np.bool_]) -> Told:
    told = [set[str]() for _ in given]
    for pair, yes in zip(pairs.pairs, filed.tolist(), strict=True):
        if yes:
            told[pair.article].add(pair.topic)
    return told


def _told_by(engine: Engine, given: Sequence[Sample]) -> Told:
    return [{filed.topic.id for filed in find(Document(one.title, one.text), engine)[1]} for one in given]


def _row(what: str, given: Sequence[Sample], told: Told) -> tuple[Cell, ...]:
    by_topic, by_language = dict[str, Counter[str]](), dict[str, Counter[str]]()
    for one, topics in zip(given, told, strict=True):
        for topic in (topics | one.topics) - one.unsure_topics:
            verdict = "right" if topic in topics & one.topics else "extra" if topic in topics else "missed"
            by_topic.setdefault(topic, Counter())[verdict] += 1
            by_language.setdefault(one.language, Counter())[verdict] += 1
    total = sum(by_topic.values(), Counter[str]())
    enough = [_f1(of) for of in by_topic.values() if of["right"] + of["missed"] >= _LEAST_LABELS]
    return (
        what,
        total["right"] / (total["right"] + total["extra"]),
        total["right"] / (total["right"] + total["missed"]),
        _f1(total),
        sum(enough) / len(enough),
        *(_f1(by_language[language]) for language in sorted(by_language)),
    )


def _f1(outcome: Counter[str]) -> float:
    return 2 * outcome["right"] / max(1, 2 * outcome["right"] + outcome["extra"] + outcome["missed"])


def _reliability(pairs: Pairs, probability: Floats) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for tenth in range(10):
        inside = (probability * 10).astype(int).clip(0, 9) == tenth
        known = inside & ~pairs.unsure
        if known.any():
            rows.append(
                (f"{tenth / 10:.1f} to {(tenth + 1) / 10:.1f}", float(pairs.right[known].mean()), int(known.sum()))
            )
    return rows


def write_weights(folder: Path) -> None:
    """Learn the weights of every topic and put them into its entry of the pack, in place of those that it has."""
    given = samples()
    learned = Pairs.of(load_pack(DEFAULT_CONFIG).pack, given).learned()
    for file in sorted(folder.glob("*.yaml")):
        head, *topics = re.split(r"(?m)^(?=  - id: )", file.read_text(encoding="utf-8"))
        file.write_text(head + "".join(_with_weights(topic, learned) for topic in topics), encoding="utf-8")


def _with_weights(topic: str, learned: dict[str, Learned]) -> str:
    """The text of a topic's entry, its weights last."""
    bare = re.sub(r"(?m)^    learned:\n(?:      .*\n)*", "", topic.rstrip("\n") + "\n").rstrip("\n")
    model = learned.get(topic.partition("id: ")[2].partition("\n")[0])
    between = "\n\n" if topic.endswith("\n\n") else "\n"
    return bare + ("\n" + "\n".join(_lines(model)) if model is not None else "") + between


def _lines(model: Learned) -> Iterable[str]:
    yield "    learned:"
    yield f"      bias: {model.bias:g}"
    for name in ("signs", "concepts", "kinds"):
        if values := getattr(model, name):
            yield from _wrapped(f"      {name}: {{", [f"{key}: {value:g}" for key, value in values.items()])


def _wrapped(start: str, items: Sequence[str]) -> Iterable[str]:
    line = start
    for number, item in enumerate(items):
        piece = item + ("}" if number == len(items) - 1 else ", ")
        if len((line + piece).rstrip()) > _WIDTH:
            yield line.rstrip()
            line = " " * len(start)
        line += piece
    yield line


def main(arguments: list[str]) -> None:
    """Print the tables, after learning anew if that is asked for."""
    if "--write" in arguments:
        write_weights(DEFAULT_CONFIG / "pack" / "topics")
    console = Console()
    console.width = max(console.width, _WIDTH)
    for table in accuracy():
        table.show(console)


if __name__ == "__main__":
    main(sys.argv[1:])
