"""Articles' pages: text, title and date beside the libraries that extract them, each called as it recommends.

The pages and what they say are not part of the project: ../shared/corpora/pages (its README says whose they are). The
score is that of scrapinghub's article-extraction-benchmark: shingles of four words, precision and recall averaged over
the pages. A title counts when it is the same but for quotes, dashes and blanks; a date when it is the same day.
"""

import gzip
import json
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any, Final

from services.ingestion.pages.decode import decode_page
from services.ingestion.pages.extract import extract_page
from tests.bench.report import Cell, Table
from tests.conftest import SHARED

CORPUS: Final = SHARED / "corpora" / "pages"
SHINGLE: Final = 4
_CLOSE: Final = "\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff"
_WORD: Final = re.compile(rf"[{_CLOSE}]|[^\W{_CLOSE}]+")
_SET_DIFFERENTLY: Final = str.maketrans("’‘“”„«»–—", '\'\'"""""--')


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a library says of a page."""

    text: str
    title: str
    date: datetime | str | None


@dataclass(frozen=True, slots=True)
class _Case:
    body: bytes
    url: str
    expected: dict[str, Any]


def pages() -> list[Table]:
    """One table."""
    if not CORPUS.exists():
        sys.exit(f"pages needs the corpus at {CORPUS}: it is not part of the project")
    cases = _cases()
    rows = [_row(name, extract, cases) for name, extract in EXTRACTORS.items()]
    about = f"{len(cases)} pages, {sum(len(case.body) for case in cases) // 1024:,} KB"
    return [
        Table(
            name="pages",
            title=f"Pages of articles: {about}",
            columns=("extractor", "F1", "precision", "recall", "titles %", "dates %", "empty", "CPU ms a page"),
            rows=rows,
            limits="""libxml2's parsing is 2 ms of ours, trafilatura's search for the article on the pruned tree about
            9 ms, our own pruning and reading of what the page states the rest. Measured with cProfile.""",
        )
    ]


def _ours(body: bytes, url: str) -> Extracted:
    page = extract_page(body, url, None)
    return Extracted(page.text, page.title, page.published)


def _trafilatura(fast: bool) -> Callable[[bytes, str], Extracted]:
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    def extract(body: bytes, url: str) -> Extracted:
        found = bare_extraction(body, url=url or None, fast=fast, with_metadata=True)
        if not isinstance(found, Document):
            return Extracted("", "", None)
        return Extracted(found.text or "", found.title or "", found.date)

    return extract


def _newspaper(body: bytes, url: str) -> Extracted:
    import newspaper

    page = decode_page(body, None)
    article = newspaper.article(url or "https://news.example/", input_html=page, fetch_images=False)  # from the net
    return Extracted(article.text, article.title, article.publish_date)


def _readability(body: bytes, url: str) -> Extracted:
    import readability
    from lxml import html

    document = readability.Document(decode_page(body, None))  # it does not take bytes
    summary = document.summary()
    text = "\n".join(html.fromstring(summary).itertext()) if summary else ""
    return Extracted(text, document.short_title(), None)


EXTRACTORS: Final[dict[str, Callable[[bytes, str], Extracted]]] = {
    "Tocsin": _ours,
    "trafilatura, default": lambda body, url: _trafilatura(fast=False)(body, url),
    "trafilatura, fast": lambda body, url: _trafilatura(fast=True)(body, url),
    "newspaper4k": _newspaper,
    "readability-lxml": _readability,
}


def _cases() -> list[_Case]:
    lines = (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    described = map(json.loads, lines)
    return [_Case(gzip.decompress(_file(d["file"]).read_bytes()), d.get("url") or "", d["expect"]) for d in described]


def _file(name: str) -> Path:
    return CORPUS / name


def _row(name: str, extract: Callable[[bytes, str], Extracted], cases: list[_Case]) -> list[Cell]:
    extract(cases[0].body, cases[0].url)  # a library that is missing says so
    for case in cases[:5]:
        _extracted(extract, case)  # patterns that are made once
    began = time.process_time()
    found = [_extracted(extract, case) for case in cases]
    cpu = time.process_time() - began
    shares = [_overlap(case.expected["text"], each.text) for case, each in zip(cases, found, strict=True)]
    precision = mean(hit / (hit + surplus) if hit + surplus else 0.0 for hit, surplus, _ in shares)
    recall = mean(hit / (hit + missed) if hit + missed else 0.0 for hit, _, missed in shares)
    titled = [
        _even(case.expected["title"]) == _even(each.title)
        for case, each in zip(cases, found, strict=True)
        if "title" in case.expected
    ]
    dated = [
        _same_day(case.expected["date"], each.date)
        for case, each in zip(cases, found, strict=True)
        if "date" in case.expected
    ]
    return [
        name,
        f"{2 * precision * recall / (precision + recall):.3f}",
        *(f"{share:.3f}" for share in (precision, recall)),
        *(f"{100 * mean(hits):.1f}" for hits in (titled, dated)),
        sum(not each.text.strip() for each in found),
        1000 * cpu / len(cases),
    ]


def _extracted(extract: Callable[[bytes, str], Extracted], case: _Case) -> Extracted:
    try:
        return extract(case.body, case.url)
    except Exception:  # a page that a library fails on counts as one without text
        return Extracted("", "", None)


def _overlap(wanted: str, got: str) -> tuple[float, float, float]:
    """Shares of a page's shingles: in both, only in what was got, only in what was wanted."""
    left, right = _shingles(wanted), _shingles(got)
    counts = ((left & right).total(), (right - left).total(), (left - right).total())
    whole = sum(counts) or 1
    return counts[0] / whole, counts[1] / whole, counts[2] / whole


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    places = range(max(1, len(words) - SHINGLE + 1))
    return Counter(shingle for place in places if (shingle := tuple(words[place : place + SHINGLE])))


def _even(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title or "").translate(_SET_DIFFERENTLY).split())


def _same_day(wanted: str, got: datetime | str | None) -> bool:
    moment = datetime.fromisoformat(wanted.replace("Z", "+00:00"))
    days = {moment.date(), moment.astimezone(UTC).date() if moment.tzinfo else moment.date()}
    return str(got or "")[:10] in {day.isoformat() for day in days}
