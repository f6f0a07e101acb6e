"""Texts made to be slow: each at two lengths, so that what grows faster than the text shows."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from random import Random
from typing import Final

from schemas import Article, Source
from services.backbone.settings import DEFAULT_CONFIG
from services.matching.document import Document
from services.tagging.pack import load_engine
from services.tagging.tag import Engine, find, tag
from tests.bench.articles import articles
from tests.bench.cpu import cpu_of_each
from tests.bench.report import Table

SHORT: Final = 16_384
LONG: Final = 1_048_576
LONGEST_ARTICLE: Final = 200_000
"""Letters of an article, as its schema has it: more are no article."""
KILO: Final = 1_024
ROUNDS: Final = 1
LIMITS: Final = """
    A text of nothing but names costs what each hit costs. The ratio is over 1 because Python's garbage collector looks
    at the hits of a long text again and again: without it 0.9 to 1.3 in the rows of one acronym, one name and Chinese
    names. A ratio of 64 would be quadratic. (gc.disable.)
"""
_SEEN: Final = datetime(2026, 11, 24, tzinfo=UTC)

_REPEATED: Final = {
    "one acronym": "TTP ",
    "one acronym and what it asks for": "TIP militants ",
    "one name, no sentence ends": "Pakistani Taliban and ",
    "one name in each of many sentences": "The Taliban said so. ",
    "who said how many were killed": "Kabul said that at least 12 people were killed. ",
    "letters and full stops": "a.a.a.",
    "full stops": ".",
    "opening brackets": "(",
    "brackets around an acronym": "((TTP)) ",
    "quotation marks": '" ',
    "particles of Arabic script": "والب",
    "a name of Arabic script with particles, unspaced": "والطالبان",
    "a Russian stem, unspaced": "талиб",
    "one letter, no space": "a",
    "Chinese names, no punctuation": "塔利班",
    "combining marks": "a" + "\u0301" * 31,
    "zero-width and bidi controls": "T\u200bT\u200fP\u202e ",
    "letters that fold to eighteen": "\ufdfa",
    "line breaks": "\n",
    "tabs of a table": "Kabul\tTTP\t12\n",
    "dotted capitals": "T.T.P. ",
    "hyphens at line ends": "Tali-\nban ",
}


def hostile() -> list[Table]:
    """The default pack on texts that no one writes."""
    engine = load_engine(DEFAULT_CONFIG)
    usual = " ".join(one.text for one in articles(100))
    rows = [_row(engine, "articles, one after the other", _long(usual, SHORT), _long(usual, LONG))]
    rows += [_row(engine, what, _long(part, SHORT), _long(part, LONG)) for what, part in _REPEATED.items()]
    rows.append(_row(engine, "any code points", _random(SHORT), _random(LONG)))
    columns = ("text", "find, 16 KB", "1 MB", "ratio", "tag, 16 KB", "longest", "ratio")
    title = "Texts made to be slow, default pack: CPU us for each KB"
    return [Table("hostile", title, columns, rows, LIMITS)]


def _row(engine: Engine, what: str, short: str, long: str) -> tuple[str, float, float, float, float, float, float]:
    found = [_us_of_a_kilobyte(lambda text: find(Document("", text), engine), text) for text in (short, long)]
    whole = (short, long[:LONGEST_ARTICLE])
    tagged = [_us_of_a_kilobyte(lambda text: tag(_article(text), engine), text) for text in whole]
    return what, found[0], found[1], found[1] / found[0], tagged[0], tagged[1], tagged[1] / tagged[0]


def _us_of_a_kilobyte(work: Callable[[str], object], text: str) -> float:
    return cpu_of_each([text], work, ROUNDS) * KILO / len(text.encode())


def _long(part: str, size: int) -> str:
    """A part again and again, so many bytes."""
    return (part * (size // len(part.encode()) + 1)).encode()[:size].decode(errors="ignore")


def _random(size: int) -> str:
    return "".join(islice(_code_points(), size // 3))


def _code_points() -> Iterator[str]:
    choose = Random("hostile")
    while True:
        code = choose.randrange(0x11000)
        if not 0xD800 <= code < 0xE000:
            yield chr(code)


def _article(text: str) -> Article:
    source = Source(id="bench", name="Bench")
    return Article(id="bench", revision="0", url="", source=source, title="", text=text, seen_at=_SEEN)
