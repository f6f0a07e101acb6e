"""Which news agency an article credits: copies of one wire are of one origin.

Where a credit is looked for, the first one wins:

    the beginning  "KABUL (Reuters) -", "ISLAMABAD, Nov 24 (APP):", "МОСКВА, 24 ноя. /ТАСС/", "新华社喀布尔11月24日电"
    the end        "... on Tuesday. (AFP)", "— Reuters", "Source: Xinhua", "PTI SKY MNK", a line with nothing else
    the authors    "Reuters", "AFP", "A. Reporter | Associated Press"
    the outlet     an agency credits itself

Precision first: what is reported by an agency ("Reuters said") is no credit, nor is that of a picture, and one that
names two agencies is the outlet's own work.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from schemas import Article
from services.alerting.match.agencies import agency_named

_HEAD: Final = 160
_DATELINE: Final = 90
_MONTHS: Final = ("янв", "фев", "мар", "апр", "мая", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_SMALL_WORD: Final = re.compile(rf"(?<=\s)(?!{'|'.join(_MONTHS)})[a-zа-яё]")
"""Where the prose begins: no dateline goes on after it."""
_BYLINE_LENGTH: Final = 100
_TAIL: Final = 60
_MOST_WORDS_OF_A_PLACE: Final = 9

_DASH: Final = r"(?:--|[-–—])"
_DASHES: Final = ("-", "–", "—")
_ENCLOSED: Final = re.compile(r"[(（【]([^()（）【】\n]{2,40})[)）】]\s*(\.?" + _DASH + r"|[:：.،,])?")
_SLASHED: Final = re.compile(r"^([^\n/]{2,60}?)\s*/\s?([^\n/]{2,20}?)\s?/")
_DASHED: Final = re.compile(rf"(?:^|[.,]\s+|\s{_DASH}\s*)(?=([^\n.,–—-][^\n,–—-]{{1,20}}?)\s*({_DASH}|\.\s))")
_XINHUA: Final = re.compile(r"^[（(【]?\s*(新华社|新華社|中新社|中新网)[^\n，。]{2,24}?[电電]")
_LAST_ENCLOSED: Final = re.compile(r"[(（\[]([^()（）\[\]\n]{2,40})[)）\]]\s*[.۔।]?$")
_LAST_DASHED: Final = re.compile(rf"(?:^|\n|[.!?।۔…»”\"'])\s*{_DASH}\s*([^\n]{{2,40}})$")
_LAST_LINE: Final = re.compile(r"\n\s*([^\n]{2,40})$")
_SOURCE: Final = re.compile(
    r"(?:^|\n|[.।۔]\s*)(?:Source|منبع|ماخذ|سرچینه|المصدر|Источник|स्रोत|Kaynak|来源|來源)\s*[:：]\s*([^\n]{2,40})$"
)
_PTI: Final = re.compile(r"[.\s]PTI(?: [A-Z]{2,4}){1,6}$")
_CLOSERS: Final = frozenset(")）]")
_SEPARATORS: Final = re.compile(r"[/,&+|;·•()]| and | with | [-–—] ")
_BY: Final = re.compile(r"^(?:by|from)\s+", re.IGNORECASE)
_ALSO_A_STATE: Final = frozenset({"ap"})
"""Their acronym is what Indian outlets put after the name of a town: only with a dash after it is it a credit."""


def agency_of(article: Article) -> str | None:
    """The id of the agency that an article credits; None where it credits none, or where that is not sure."""
    text = article.text
    head = text[: _HEAD + _BYLINE_LENGTH].lstrip()
    if head.startswith("By ") and "\n" in head[:_BYLINE_LENGTH]:
        head = head.partition("\n")[2].lstrip()
    return (
        _at_the_beginning(head[:_HEAD].partition("\n")[0])
        or _at_the_end(text[-_TAIL - 40 :].rstrip()[-_TAIL:])
        or _of_authors(article.authors)
        or _of_outlet(article.source.id, article.source.name)
    )


def _at_the_beginning(line: str) -> str | None:
    if wire := _XINHUA.match(line):
        return agency_named(wire[1])
    if small := _SMALL_WORD.search(line):
        line = line[: small.start()]
    for enclosed in _ENCLOSED.finditer(line):
        if (agency := _single(enclosed[1])) is not None:
            place, sign = line[: enclosed.start()], enclosed[2] or ""
            if _is_place(place) and (sign or any(map(str.isdigit, place))) and _is_sure(agency, sign):
                return agency
    slashed = _SLASHED.match(line)
    if slashed is not None and _is_place(slashed[1]) and (agency := _single(slashed[2])) is not None:
        return agency
    for dashed in _DASHED.finditer(line[:_DATELINE]):
        if (agency := _single(dashed[1])) is not None:
            place, sign = line[: dashed.start()], dashed[2]
            if _is_place(place) and (place or sign[-1] in _DASHES) and _is_sure(agency, sign):
                return agency
    return None


def _is_sure(agency: str, sign: str) -> bool:
    return agency not in _ALSO_A_STATE or sign[-1:] in _DASHES


def _is_place(words: str) -> bool:
    """Whether this can be the place and the day of a dateline: few words, none of them a small one."""
    parts = words.split()
    if len(parts) > _MOST_WORDS_OF_A_PLACE:
        return False
    return all(not part[0].islower() or part.startswith(_MONTHS) for part in parts)


def _at_the_end(tail: str) -> str | None:
    if tail[-1:] in _CLOSERS or tail[-2:-1] in _CLOSERS:
        patterns: tuple[re.Pattern[str], ...] = (_LAST_ENCLOSED,)
    elif tail[-1:] in ".۔।。":  # a sentence
        return None
    elif _PTI.search(tail):
        return "pti"
    else:
        patterns = (_SOURCE, _LAST_DASHED, _LAST_LINE)
    for pattern in patterns:
        found = pattern.search(tail)
        if found is not None and (agency := _single(found[1])) is not None:
            return agency
    return None


@lru_cache(maxsize=4096)
def _single(credit: str) -> str | None:
    """The agency of a credit that names one, and nobody else."""
    named = {agency_named(part) for part in _SEPARATORS.split(credit) if part.strip()}
    return named.pop() if len(named) == 1 else None


@lru_cache(maxsize=4096)
def _of_authors(authors: tuple[str, ...]) -> str | None:
    """The agency among them; people may stand beside it."""
    named = _named(part for author in authors for part in _SEPARATORS.split(author))
    return named.pop() if len(named) == 1 else None


@lru_cache(maxsize=4096)
def _of_outlet(source_id: str, name: str) -> str | None:
    named = _named((name, source_id, source_id.replace("-", " ")))
    return named.pop() if len(named) == 1 else None


def _named(parts: Iterable[str]) -> set[str]:
    found = (agency_named(_BY.sub("", part.strip())) for part in parts)
    return {agency for agency in found if agency is not None}
