"""Watches: what it takes to find those that an article meets, and to make their mentions; beside Lucene's Monitor.

`python -m tests.bench.watches COUNT WORDS` measures one row alone in its process.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Final

from schemas import TaggedArticle
from services.alerting.match.compiled import Watches
from services.alerting.match.evaluate import evaluate
from services.alerting.match.meet import match_watches
from services.alerting.match.present import Present
from services.backbone.uncollected import uncollected
from tests.bench import made_watches
from tests.bench.cpu import cpu_of_each
from tests.bench.lucene_watches import monitored
from tests.bench.made_watches import KNOWN, NOON, tagged_articles
from tests.bench.memory import resident
from tests.bench.percolator import LuceneMissing, Percolated
from tests.bench.report import Table

ROOT: Final = Path(__file__).resolve().parents[2]
COUNTS: Final = (1_000, 10_000, 100_000)
ARTICLES: Final = 80
LIMITS: Final = """
    Finding: a look-up for each tag, then set operations of dictionaries, one for each tag that a watch is posted under;
    with words the fold and the automaton over the text, which is most of it and does not grow with the watches, and the
    sentences and words of the candidates. Mentions: a match, a passage and a mention are each a validated model; here
    each watch is met by other actors than the next, so that little is shared. Lucene: the article becomes an index of
    its own first; it is given its words folded and parted, and one word for each name. (cProfile; each step alone.)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What matching takes, CPU for one article in microseconds."""

    met: float
    """Watches that an article meets."""
    words: float
    """To search the text for words."""
    finding: float
    """To find the watches that are met, the search included."""
    whole: float
    """To make their mentions too."""
    seconds: float
    """CPU to compile."""
    megabytes: float
    """Beside the watches themselves."""


def watches() -> list[Table]:
    """Watches that ask for tags only, and those that ask for words too."""
    rows = []
    given = tagged_articles(ARTICLES)
    for words, count in product((False, True), COUNTS):
        ours, theirs = _measured(count, words=words), None
        try:
            theirs = monitored(made_watches.watches(count, given, words=words), given)
            note = f"{_agreeing(count, given, theirs, words=words)} of {ARTICLES}"
        except LuceneMissing as error:
            note = f"Lucene Monitor: {error}"
        rows.append(
            (
                "tags and words" if words else "tags",
                count,
                ours.met,
                ours.words,
                ours.finding,
                ours.whole,
                ours.seconds,
                ours.megabytes,
                theirs and theirs.us,
                theirs and theirs.seconds,
                theirs and theirs.megabytes,
                note,
            )
        )
    return [
        Table(
            "watches",
            "Matching one tagged article of 4 KB with all watches",
            (
                "they ask for",
                "watches",
                "met",
                "words us",
                "finding us",
                "with mentions us",
                "compile s",
                "MB",
                "Lucene us",
                "Lucene s",
                "Lucene MB",
                "same answer",
            ),
            rows,
            LIMITS,
        )
    ]


def _agreeing(count: int, given: Sequence[TaggedArticle], theirs: Percolated, *, words: bool) -> int:
    """Articles that meet the same watches in both."""
    compiled = Watches.compile(made_watches.watches(count, given, words=words), KNOWN, "bench")
    ours = ([int(mention.watch.id[1:]) for mention in match_watches(one, compiled, NOON)] for one in given)
    return sum(one == other for one, other in zip(ours, theirs.met, strict=True))


def _measured(count: int, *, words: bool) -> Measured:
    command = [sys.executable, "-m", "tests.bench.watches", str(count), str(int(words))]
    return Measured(**json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout))


def _measure(count: int, *, words: bool) -> Measured:
    given = tagged_articles(ARTICLES)
    listed = made_watches.watches(count, given, words=words)
    gc.collect()
    before, began = resident(), time.process_time()
    with uncollected():  # as `load_watches` does
        compiled = Watches.compile(listed, KNOWN, "bench")
    seconds = time.process_time() - began
    gc.collect()
    megabytes = resident() - before
    gc.freeze()

    def find(tagged: TaggedArticle) -> list[int]:
        present = Present(tagged, compiled.vocabulary)
        candidates = compiled.postings.candidates(present.found.keys())
        return [number for number in candidates if evaluate(compiled.plans[number], present)]

    return Measured(
        met=sum(len(find(one)) for one in given) / len(given),
        words=cpu_of_each(given, lambda one: Present(one, compiled.vocabulary)) if words else 0.0,
        finding=cpu_of_each(given, find),
        whole=cpu_of_each(given, lambda one: match_watches(one, compiled, NOON)),
        seconds=seconds,
        megabytes=megabytes,
    )


if __name__ == "__main__":
    print(json.dumps(asdict(_measure(int(sys.argv[1]), words=bool(int(sys.argv[2]))))))
