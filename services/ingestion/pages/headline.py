"""Which of the titles that a page states is its headline.

Each place has its own use: the h1 is what a reader sees, JSON-LD and og:title what machines are told (og:title at
times a line for social media), <title> what a search engine shows, with the outlet's name. So each is cleaned of the
outlet's name, those that say the same vote together, and the h1 weighs most, as it is the article's own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from services.ingestion.pages.linked_data import Stated
from services.ingestion.pages.meta import Meta, first
from services.ingestion.pages.tree import Element
from services.ingestion.pages.wording import letters
from services.ingestion.reading.plain_text import plain_line

MAX_HEADINGS: Final = 50
MAX_LINES: Final = 1_000
MAX_CHARACTERS: Final = 1_000

WEIGHTS: Final = {"json-ld": 1.5, "og": 1.2, "h1": 2.1, "itemprop": 1.0, "twitter": 0.1, "title": 0.4}
"""How far a place is believed; in the order in which the wording of equals is chosen."""
UNSURE_H1: Final = 1.0
"""No other place confirms it, and it is too short for a headline: it may head a box or a section."""
SECTION: Final = 0.5
HEADLINE_LETTERS: Final = 12
MOST: Final = 0.6

_PARTED: Final = re.compile(r"\s+[|•·»«›‹:/\\~–—―-]{1,3}\s+|\s*[|»]\s*|\s+::\s+")
_A_DATE: Final = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


@dataclass(frozen=True, slots=True)
class _Candidate:
    place: str
    text: str
    key: str


def headline(tree: Element, meta: Meta, stated: Stated, url: str) -> str:
    """The article's headline, one line; empty where the page states none."""
    outlets = {letters(name) for name in _outlets(meta, stated, url)} - {""}
    found = [c for c in _candidates(tree, meta, stated) if c.key and c.key not in outlets]
    headings = {letters(h.text_content()) for h in list(tree.iter("h1", "h2", "h3"))[:MAX_HEADINGS]} - outlets
    whole = {c.key for c in found if c.place in ("h1", "json-ld", "itemprop")} | headings or _lines(tree)
    cleaned = [_without_outlet(candidate, outlets, whole) for candidate in found]
    votes = _votes([candidate for candidate in cleaned if candidate.key])
    if not votes:
        return ""
    best = max(votes, key=lambda key: votes[key])
    order = list(WEIGHTS)
    same = sorted((c for c in cleaned if c.key == best), key=lambda c: order.index(c.place))
    return same[0].text[:MAX_CHARACTERS]


def _lines(tree: Element) -> set[str]:
    """Where a page has no heading at all, its headline is a line like others."""
    places = islice(tree.iter("b", "strong", "td", "div", "p", "span", "h4", "h5"), MAX_LINES)
    return {letters(place.text) for place in places if place.text and len(place.text) <= MAX_CHARACTERS} - {""}


def _candidates(tree: Element, meta: Meta, stated: Stated) -> Iterator[_Candidate]:
    marked = (
        e.text_content() for e in tree.iter("h1", "h2", "h3", "div", "span", "p") if e.get("itemprop") == "headline"
    )
    texts: list[tuple[str, str]] = [
        ("json-ld", stated.headline),
        ("og", first(meta, "og:title")),
        *(("h1", _heading(h1)) for h1 in list(tree.iter("h1"))[:MAX_HEADINGS]),
        ("itemprop", next(marked, first(meta, "headline"))),
        ("twitter", first(meta, "twitter:title")),
        ("title", next((title.text_content() for title in tree.iter("title")), "")),
    ]
    for place, text in texts:
        line = plain_line(text)
        yield _Candidate(place, line, letters(line))


def _heading(h1: Element) -> str:
    for br in h1.iter("br"):
        br.tail = f" {br.tail or ''}"
    return h1.text_content().replace("<", "&lt;")


def _outlets(meta: Meta, stated: Stated, url: str) -> Iterator[str]:
    """Names that the outlet goes by: as stated, their initials, and the parts of its host."""
    for name in (
        first(meta, "og:site_name"),
        first(meta, "application-name"),
        first(meta, "twitter:site"),
        *stated.outlets,
    ):
        yield name
        yield "".join(word[0] for word in name.split()) if " " in name else ""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    yield host
    yield from host.split(".")[:-1]


def _without_outlet(candidate: _Candidate, outlets: set[str], whole: set[str]) -> _Candidate:
    """Cut at a separator: where what is left is a heading of the page, or what goes is the outlet's name or a date."""
    if candidate.place == "h1":
        return candidate
    text = candidate.text
    cuts = [(cut.start(), cut.end()) for cut in _PARTED.finditer(text)]
    for start, end in cuts:
        for kept in (text[:start], text[end:]):
            key = letters(kept)
            if (
                key in whole
                and candidate.key not in whole
                and len(key) >= min(HEADLINE_LETTERS, len(candidate.key) / 2)
            ):
                return _Candidate(candidate.place, kept, key)
    while cuts and (_is_outlet(text[cuts[-1][1] :], outlets) or _is_section(text, *cuts[-1])):
        text = text[: cuts.pop()[0]]
    if cuts and _is_outlet(text[: cuts[0][0]], outlets):
        text = text[cuts[0][1] :]
    return _Candidate(candidate.place, text, letters(text))


def _is_section(text: str, start: int, end: int) -> bool:
    """A few words behind an upright bar are hardly ever part of a headline."""
    return "|" in text[start:end] and len(text) - end < SECTION * start


def _is_outlet(part: str, outlets: Iterable[str]) -> bool:
    key = letters(part)
    if not key or _A_DATE.fullmatch(part.strip()):
        return True
    return any(key == name or _is_most_of(name, key) or _is_most_of(key, name) for name in outlets)


def _is_most_of(part: str, whole: str) -> bool:
    return len(part) > max(3, len(whole) / 2) and part in whole


def _votes(candidates: list[_Candidate]) -> dict[str, float]:
    votes: dict[str, float] = {}
    others = {candidate.key for candidate in candidates if candidate.place != "h1"}
    for candidate in candidates:
        if candidate.place != "h1":
            votes[candidate.key] = votes.get(candidate.key, 0.0) + WEIGHTS[candidate.place]
    headings = list(dict.fromkeys(_of_a_heading(c.key, others) for c in candidates if c.place == "h1"))
    confirmed = [key for key in headings if key in others]
    long = [key for key in headings if len(key) >= HEADLINE_LETTERS]
    for key in confirmed or long[:1] or headings[:1]:
        votes[key] = votes.get(key, 0.0) + (WEIGHTS["h1"] if confirmed or long else UNSURE_H1)
    return votes


def _of_a_heading(key: str, others: set[str]) -> str:
    """A kicker may stand in the same h1, before or after what the other places call the headline."""
    within = (
        other for other in others if len(other) > MOST * len(key) and (key.startswith(other) or key.endswith(other))
    )
    return key if key in others else next(within, key)
