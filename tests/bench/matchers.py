"""`python -m tests.bench.matchers WHAT NAMES RULES`: one matcher alone in its process, measured; a line of JSON."""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import ahocorasick
import flashtext2
import spacy
from spacy.matcher import PhraseMatcher

from services.matching.document import Document
from services.matching.expressions import Expression
from tests.bench.cpu import cpu_of_each
from tests.bench.gazetteer import NAMES_OF_AN_ACTOR, names, rules, texts
from tests.bench.matcher import Matcher
from tests.bench.memory import resident

Find = Callable[[str], int]
"""A text to the number of names in it."""

Build = Callable[[Sequence[str], Sequence[Expression]], Find]

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a matcher takes."""

    us: float
    """CPU for one text."""
    seconds: float
    """CPU to build it."""
    megabytes: float
    """What the process has grown by when it is built: the names, which it may have kept, included."""
    names: float
    """Found in one text."""


def _ours(implementation: str) -> Build:
    def build(some: Sequence[str], given: Sequence[Expression]) -> Find:
        matcher = Matcher(some, given, implementation)
        return lambda text: len(matcher.find(Document("", text))[0])

    return build


def _spacy(some: Sequence[str], _: Sequence[Expression]) -> Find:
    nlp = spacy.blank("xx")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for number, document in enumerate(nlp.pipe(some)):
        matcher.add(str(number), [document])
    return lambda text: len(matcher(nlp.make_doc(text)))


def _pyahocorasick(some: Sequence[str], _: Sequence[Expression]) -> Find:
    automaton = ahocorasick.Automaton()
    for number, name in enumerate(some):
        automaton.add_word(name.lower(), (number, len(name)))
    automaton.make_automaton()

    def find(text: str) -> int:
        small = f" {text.lower()} "
        return sum(
            not small[last - length].isalnum() and not small[last + 1].isalnum()
            for last, (_, length) in automaton.iter(small)
        )

    return find


def _flashtext(some: Sequence[str], _: Sequence[Expression]) -> Find:
    processor = flashtext2.KeywordProcessor(case_sensitive=False)
    for name in some:
        processor.add_keyword(name, name)
    return lambda text: len(processor.extract_keywords_with_span(text))


MATCHERS: Final[dict[str, Build]] = {
    "daachorse": _ours("daachorse"),
    "ahocorasick_rs": _ours("ahocorasick_rs"),
    "spaCy PhraseMatcher": _spacy,
    "pyahocorasick": _pyahocorasick,
    "flashtext2": _flashtext,
}


def measured(what: str, names_count: int, rules_count: int) -> Measured:
    """The same, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.matchers", what, str(names_count), str(rules_count)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return Measured(**json.loads(said.splitlines()[-1]))


def _measure(build: Build, names_count: int, rules_count: int) -> Measured:
    given = texts()
    compiled = rules(rules_count, max(1, names_count // NAMES_OF_AN_ACTOR), given)
    build(names(1), compiled[:1])("one")  # its modules and tables are there before it is measured
    gc.collect()
    before, some = resident(), names(names_count)
    began = time.process_time()
    find = build(some, compiled)
    seconds = time.process_time() - began
    del some
    gc.collect()
    grown = resident() - before
    return Measured(cpu_of_each(given, find), seconds, grown, sum(map(find, given)) / len(given))


if __name__ == "__main__":
    print(json.dumps(asdict(_measure(MATCHERS[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3])))))
