"""Lucene's Monitor with the same rules and names, built with javac and run in a JVM of its own."""

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from services.matching.document import Document
from services.matching.expressions import Expression, Phrase, Reference, Term
from services.matching.fold import code_points, fold, is_unspaced
from tests.bench.gazetteer import NAMES_OF_AN_ACTOR

SOURCE: Final = Path(__file__).parent / "lucene"
BUILD: Final = Path(__file__).resolve().parents[2] / "build" / "lucene"
ROUNDS: Final = 20


class LuceneMissing(RuntimeError):
    """There is no Java, no mvn, or the jars could not be had."""


class Percolated(NamedTuple):
    """What the Monitor takes, and what it finds."""

    us: float
    """CPU for one text, after warming up."""
    seconds: float
    """CPU to build it."""
    megabytes: float
    """Heap that it holds."""
    met: list[list[int]]
    """Of each text the rules that it meets."""


def percolated(names: Sequence[str], rules: Iterable[Expression], texts: Iterable[str]) -> Percolated:
    """Register the rules, and then each name as a rule of its own, and match the texts.

    It is given words that are folded and parted already: that is left out of its time.
    """
    written = [_rule(rule, names) for rule in rules] + [_line("article", 0, [[words_of(name)]], []) for name in names]
    return run("Percolate", written, map(_sentences, texts))


def run(program: str, queries: Iterable[str], texts: Iterable[str]) -> Percolated:
    """Run one of the programs on lines as it reads them."""
    classes = _built()
    (BUILD / "rules.tsv").write_text("\n".join(queries) + "\n", encoding="utf-8")
    (BUILD / "texts.tsv").write_text("\n".join(texts) + "\n", encoding="utf-8")
    command = ["java", "-cp", classes, program, str(BUILD / "rules.tsv"), str(BUILD / "texts.tsv"), str(ROUNDS)]
    *lines, last = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    us, seconds, megabytes = map(float, last.split())
    return Percolated(us, seconds, megabytes, [[int(number) for number in line.split()] for line in lines])


def _built() -> str:
    """The class path."""
    maven, javac = shutil.which("mvn"), shutil.which("javac")
    if maven is None or javac is None:
        raise LuceneMissing("mvn and javac build the Monitor; install them")
    BUILD.mkdir(parents=True, exist_ok=True)
    jars = BUILD / "jars"
    if not jars.is_dir():
        copy = [maven, "-q", "-f", str(SOURCE / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
        if subprocess.run(copy, check=False, stdout=subprocess.DEVNULL).returncode:
            raise LuceneMissing("mvn could not fetch the Monitor")
    class_path = f"{BUILD}:{jars}/*"
    programs = sorted(map(str, SOURCE.glob("*.java")))
    subprocess.run([javac, "-nowarn", "-cp", class_path, "-d", str(BUILD), *programs], check=True)
    return class_path


def _rule(rule: Expression, names: Sequence[str]) -> str:
    groups = [[phrase for term in group for phrase in _phrases(term, names)] for group in rule.groups]
    none = [phrase for term in rule.none for phrase in _phrases(term, names)]
    return _line(rule.scope, rule.within or 0, groups, none)


def _line(scope: str, within: int, groups: Iterable[Iterable[str]], none: Iterable[str]) -> str:
    return "\t".join([scope, str(within), *("|".join(group) for group in groups), "|".join(none)])


def _phrases(term: Term, names: Sequence[str]) -> list[str]:
    match term:
        case Phrase():
            return [words_of(term.text)]
        case Reference():
            first = int(term.id) * NAMES_OF_AN_ACTOR
            return [words_of(name) for name in names[first : first + NAMES_OF_AN_ACTOR]]


def _sentences(text: str) -> str:
    document = Document("", text)
    starts = document.sentences.tolist()
    parts = [document.joined[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    return "\t".join(words for part in parts if (words := words_of(part)))


def words_of(text: str) -> str:
    """Folded, with a blank around each letter of a script that has none."""
    folded = fold(text).text
    parted = zip(folded, is_unspaced(code_points(folded)).tolist(), strict=True)
    return " ".join("".join(f" {letter} " if alone else letter for letter, alone in parted).split())
