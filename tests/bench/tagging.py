"""Tagging's CPU: the default pack step by step, large packs beside their peers, hostile texts, growth, cold start."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Final

from schemas import Article, Source
from services.backbone.settings import DEFAULT_CONFIG
from services.matching.document import Document
from services.tagging.pack import load_engine
from services.tagging.tag import find, read, tag
from tests.bench.cpu import cpu_of_each
from tests.bench.gazetteer import NAMES_OF_AN_ACTOR, names, rules, texts
from tests.bench.growth import growth
from tests.bench.hostile import hostile
from tests.bench.matcher import Matcher
from tests.bench.matchers import ROOT, measured
from tests.bench.percolator import LuceneMissing, percolated
from tests.bench.report import Cell, Table

LARGE: Final = 100_000
LARGEST: Final = 1_000_000
RULES: Final = 10_000
STARTS: Final = 3
PEERS: Final = ("spaCy PhraseMatcher", "pyahocorasick", "flashtext2")
LIMITS_OF_STEPS: Final = """
    Python's work on each hit, of which such a text has 140, and some 60 numpy calls whatever its length; the automaton
    is a twentieth. Names: what each alias asks of its company, and lists of occurrences. Score: rules of scope `within`
    look at the words of each sentence in which their terms meet; the signs that are kept as evidence are a third of it.
    (cProfile; each step beside the next.)
"""
LIMITS_OF_LARGE_PACKS: Final = """
    Ours: the same numpy calls, then hits and the rules that have something of both their rarest groups in the text; the
    others are never looked at. Memory: of the million the automaton is a third, the names 25 MB, columns as much.
    spaCy: its tokeniser. pyahocorasick, flashtext2: no fold, no endings, no capitals, no punctuation between the words
    of a name. Lucene: the text becomes an index of its own, and spans are enumerated. (Each alone in its process; the
    rows beside.)
"""
LIMITS_OF_STARTS: Final = """
    Default pack: imports (pydantic's models), YAML, then the checks of each phrase. A million: 7 us a name of compiling
    in Python, 3 us of building the automaton in Rust. (A clock around each.)
"""
_SEEN: Final = datetime(2026, 11, 24, tzinfo=UTC)

Row = tuple[Cell, ...]


def tagging() -> list[Table]:
    """All of it; growth draws its plot too."""
    return [_default_pack(), _large_packs(), *hostile(), *growth(), _cold_starts()]


def _default_pack() -> Table:
    """Each step on fresh documents; of one that holds another the difference is its own."""
    engine, given = load_engine(DEFAULT_CONFIG), [_article(number, text) for number, text in enumerate(texts())]
    lexicon = engine.lexicon
    folded = [Document(one.title, one.text).folded.text for one in given]

    def fold(one: Article) -> Document:
        document = Document(one.title, one.text)
        assert document.folded
        return document

    folds = cpu_of_each(given, fold)
    automaton = cpu_of_each(folded, lexicon.automaton.find)
    searched = cpu_of_each(given, lambda one: lexicon.search(fold(one)))
    sentences = cpu_of_each(given, lambda one: fold(one).sentences) - folds
    known = cpu_of_each(given, lambda one: read(fold(one), engine))
    found = cpu_of_each(given, lambda one: find(fold(one), engine))
    whole = cpu_of_each(given, lambda one: tag(one, engine))
    steps: list[tuple[str, float]] = [
        ("fold", folds),
        ("automaton", automaton),
        ("sentences", sentences),
        ("search: words, affixes, case, spans", searched - folds - automaton - sentences),
        ("names: who is a mention, what rules may ask for", known - searched),
        ("score: rules and signs of topics", found - known),
        ("find: all of the above", found),
        ("tag: find, and flags, salience, figures, statements, the event", whole),
    ]
    rows = [(what, us, us / found) for what, us in steps]
    title = f"Tagging with the default pack, an article of 4 KB: {len(lexicon.entries):,} names and phrases"
    return Table("tagging_steps", title, ("step", "us", "of find"), rows, LIMITS_OF_STEPS)


def _article(number: int, text: str) -> Article:
    title, _, rest = text.partition(" ")
    source = Source(id="bench", name="Bench")
    return Article(id=str(number), revision="0", url="", source=source, title=title, text=rest, seen_at=_SEEN)


def _large_packs() -> Table:
    """Ours finds names and rules; the peers that know no rules find names."""
    rows: list[Row] = []
    for implementation, count in product(("daachorse", "ahocorasick_rs"), (LARGE, LARGEST)):
        rows.append(_row(f"ours, {implementation}", implementation, count, RULES, None))
    base, ruled = measured("daachorse", LARGE, 0).us, measured("daachorse", LARGE, RULES).us
    rows.append(_row("ours, daachorse, names only", "daachorse", LARGE, 0, base))
    rows += [_row(f"{peer}, names only", peer, LARGE, 0, base) for peer in PEERS]
    try:
        rows.append(_lucene(ruled))
    except LuceneMissing as error:
        rows.append((f"Lucene Monitor: {error}", LARGE, RULES, None, None, None, None, None))
    return Table(
        "tagging_large",
        "Large packs, one article of 4 KB",
        ("matcher", "aliases", "rules", "us", "x ours", "names", "build s", "MB"),
        rows,
        LIMITS_OF_LARGE_PACKS,
    )


def _row(label: str, matcher: str, count: int, rule_count: int, base: float | None) -> Row:
    one = measured(matcher, count, rule_count)
    return label, count, rule_count, one.us, base and one.us / base, one.names, one.seconds, one.megabytes


def _lucene(ours_us: float) -> Row:
    """With what it finds held against ours."""
    given, some = texts(), names(LARGE)
    compiled = rules(RULES, LARGE // NAMES_OF_AN_ACTOR, given)
    matcher = Matcher(some, compiled)
    ours = [matcher.find(Document("", text)) for text in given]
    theirs = percolated(some, compiled, given)
    same = _agreeing([met for _, met in ours], theirs.met)
    found = sum(number >= RULES for met in theirs.met for number in met) / len(given)
    label = f"Lucene Monitor on folded words; {same} of {len(given)} articles meet the same rules"
    return label, LARGE, RULES, theirs.us, theirs.us / ours_us, found, theirs.seconds, None


def _agreeing(ours: Sequence[Sequence[int]], theirs: Sequence[Sequence[int]]) -> int:
    return sum(
        list(one) == [number for number in other if number < RULES] for one, other in zip(ours, theirs, strict=True)
    )


_TO_THE_FIRST_TAG: Final = """
import time
from services.backbone.settings import DEFAULT_CONFIG
from services.tagging.pack import load_engine
from services.tagging.tag import tag
from tests.bench.articles import article
imported = time.process_time()
engine = load_engine(DEFAULT_CONFIG)
loaded = time.process_time()
tag(article(0), engine)
print([imported, loaded, time.process_time()])
"""

_TO_THE_FIRST_FIND: Final = f"""
import time
from services.matching.document import Document
from tests.bench.gazetteer import names, rules, texts
from tests.bench.matcher import Matcher
some, given = names({LARGEST}), texts(8)
compiled = rules({RULES}, {LARGEST // NAMES_OF_AN_ACTOR}, given)
began = time.process_time()
matcher = Matcher(some, compiled)
built = time.process_time()
matcher.find(Document("", given[0]))
print([began, built, time.process_time()])
"""


def _cold_starts() -> Table:
    """The least of several processes."""
    imported, loaded, tagged = min((_started(_TO_THE_FIRST_TAG) for _ in range(STARTS)), key=lambda times: times[-1])
    began, built, found = _started(_TO_THE_FIRST_FIND)
    rows: list[Row] = [
        ("default pack", "the process starts, modules are imported", imported),
        ("default pack", "the files are read, checked and compiled", loaded - imported),
        ("default pack", "the first article", tagged - loaded),
        ("default pack", "all", tagged),
        (f"{LARGEST:,} aliases, {RULES:,} rules", "compiled", built - began),
        (f"{LARGEST:,} aliases, {RULES:,} rules", "compiled, and the first article", found - began),
    ]
    title = "Cold start: CPU seconds from nothing to the first article"
    return Table("cold_start", title, ("pack", "what", "s"), rows, LIMITS_OF_STARTS)


def _started(code: str) -> list[float]:
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    times: list[float] = json.loads(said.splitlines()[-1])
    return times
