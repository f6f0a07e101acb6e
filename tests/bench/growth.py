"""How CPU for one article grows with aliases, rules and the length of the text: a table and build/growth.png."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl

from services.matching.document import Document
from tests.bench.cpu import cpu_of_each
from tests.bench.gazetteer import NAMES_OF_AN_ACTOR, TEXT_BYTES, names, rules, texts
from tests.bench.matcher import Matcher
from tests.bench.report import Table

mpl.use("Agg")

from matplotlib import pyplot

PLOT: Final = Path("build") / "growth.png"

NAMES: Final = (1_000, 10_000, 100_000, 300_000, 1_000_000)
RULES: Final = (10, 100, 1_000, 10_000, 100_000)
BYTES: Final = (500, 2_000, 8_000, 32_000, 128_000, 500_000)
USUAL_NAMES: Final = 100_000
USUAL_RULES: Final = 10_000
_BYTES_MEASURED: Final = 300_000

LIMITS: Final = """
    Aliases: more of them are met by chance, and the automaton outgrows the processor's cache. Rules: those that are
    candidates, of which there are as many more as there are rules; without any, the floor is the search. Text: below 2
    KB the fixed cost of numpy calls, then in proportion; in one of 500 KB the rules meet in more sentences. (The same
    with the one part taken out.)
"""

Points = list[tuple[int, float]]
"""What grew, and microseconds for one article."""


def growth() -> list[Table]:
    """Each grows while the other two stay."""
    given = texts()
    usual = _matcher(USUAL_NAMES, USUAL_RULES, given)
    by_names = [(count, _us(_matcher(count, USUAL_RULES, given), given)) for count in NAMES]
    by_rules = [(count, _us(_matcher(USUAL_NAMES, count, given), given)) for count in RULES]
    by_bytes = [(size, _us(usual, texts(max(8, _BYTES_MEASURED // size), size))) for size in BYTES]
    _draw(by_names, by_rules, by_bytes)
    rows = [
        (what, count, us, us / points[0][1], count / points[0][0])
        for what, points in (("aliases", by_names), ("rules", by_rules), ("bytes of text", by_bytes))
        for count, us in points
    ]
    columns = ("of", "count", "us an article", "x the first", "x as many")
    title = f"Growth: {USUAL_NAMES:,} aliases, {USUAL_RULES:,} rules, {TEXT_BYTES:,} bytes where they stay; {PLOT}"
    return [Table("growth", title, columns, rows, LIMITS)]


def _matcher(name_count: int, rule_count: int, given: Sequence[str]) -> Matcher:
    return Matcher(names(name_count), rules(rule_count, name_count // NAMES_OF_AN_ACTOR, given))


def _us(matcher: Matcher, given: Iterable[str]) -> float:
    return cpu_of_each(given, lambda text: matcher.find(Document("", text)), rounds=3)


def _draw(by_names: Points, by_rules: Points, by_bytes: Points) -> None:
    figure, axes = pyplot.subplots(1, 3, figsize=(13, 4), layout="constrained")
    for axis, points, what in zip(
        axes, (by_names, by_rules, by_bytes), ("aliases", "rules", "bytes of text"), strict=True
    ):
        counts, times = zip(*points, strict=True)
        axis.plot(counts, times, marker="o")
        axis.set(xlabel=what, xscale="log", ylim=(0, max(times) * 1.1))
        axis.grid(visible=True, alpha=0.3)
    axes[2].set(yscale="log", ylim=(min(us for _, us in by_bytes) / 2, max(us for _, us in by_bytes) * 2))
    axes[2].plot(
        [size for size, _ in by_bytes],
        [by_bytes[-1][1] * size / by_bytes[-1][0] for size, _ in by_bytes],
        linestyle=":",
        label="proportional to the last",
    )
    axes[2].legend()
    axes[0].set_ylabel("CPU of one article, us")
    figure.suptitle("Names found and rules met: what one article costs")
    PLOT.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PLOT, dpi=110)
    pyplot.close(figure)
