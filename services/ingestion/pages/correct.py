"""Mend the lines that were found on a page by what the page states of its article.

In the order applied:
1. where the page carries the article's words in JSON-LD: what stands before and after them goes; and they are the text
   where next to nothing else was found;
2. labels of the page's own ("Advertisement") and calls to follow and subscribe at the end go;
3. lines among the first that only repeat the headline, or are a date in figures, go;
4. the standfirst, the description that stands on the page for readers too, comes first.
"""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final

from services.ingestion.pages.tree import Element
from services.ingestion.pages.wording import letters

TITLE_WITHIN: Final = 6
"""The headline stands among so many first lines, if it is there."""
LEAST: Final = 200
"""Letters of JSON-LD; less is a summary."""
WHOLE: Final = 0.8
LITTLE: Final = 0.5
BEGINNING: Final = 40
STANDFIRST: Final = range(30, 600)
NEAR: Final = 100
"""The standfirst is among so many elements after the headline."""

_LABEL: Final = re.compile(
    r"\W*(?:advertisement|article content|(?:(?:the )?(?:story|article) )?continues? (?:below|after).{0,40}|read more"
    r"|share|comments?|tags?|related(?: (?:articles|stories|topics))?|recommended(?: (?:videos|stories))?|popular"
    r"|реклама|читайте также|поделиться|تبلیغات|اشتہار|مزید پڑھیں|विज्ञापन|বিজ্ঞাপন|广告|廣告|اعلان"
    r"|(?:image|photo|picture|credit|фото|تصویر|عکس|फोटो|ছবি) ?[:/©].{0,80})?\W*",
    re.IGNORECASE,
)
_CALL: Final = re.compile(
    r"^\W*(?:copyright|©|\(c\) )|all rights reserved|^подпи(?:сывайтесь|шитесь) |^(?:click|tap) here"
    r"|^(?:follow|like|join) .{0,60}\b(?:twitter|facebook|instagram|telegram|whatsapp|youtube)\b"
    r"|\b(?:sign up|subscribe)\b.{0,60}\b(?:newsletters?|emails?|channel|alerts?|updates)\b"
    r"|\b(?:newsletters?|latest news)\b.{0,60}\binbox\b|\bdownload (?:the|our) .{0,30}\bapp\b",
    re.IGNORECASE,
)
_CALL_CHARACTERS: Final = 300


def corrected(lines: list[str], title: str, stands_first: str, stated: str) -> list[str]:
    """The article's lines.

    Args:
        lines: as found on the page.
        title: its headline.
        stands_first: what `standfirst` gave; may be empty.
        stated: the article's words in JSON-LD, lines too; may be empty.
    """
    lines = [line for line in _within(lines, stated) if not _LABEL.fullmatch(line)]
    while lines and len(lines[-1]) <= _CALL_CHARACTERS and _CALL.search(lines[-1]):
        lines.pop()
    headline = letters(title)
    kept = [line for place, line in enumerate(lines) if place >= TITLE_WITHIN or not _heads(line, headline)]
    if stands_first and letters(stands_first) not in letters("".join(kept)) and letters(stands_first) != headline:
        kept.insert(0, stands_first)
    return kept


def _heads(line: str, headline: str) -> bool:
    """A line that stands over an article: its headline again, or a date in figures."""
    return letters(line) == headline or not any(map(str.isalpha, line))


def _within(lines: list[str], stated: str) -> list[str]:
    article = letters(stated)
    if len(article) < LEAST:
        return lines
    counts = [len(letters(line)) for line in lines]
    if sum(counts) < LITTLE * len(article):
        return stated.splitlines()
    found = [place for place, line in enumerate(lines) if letters(line)[:BEGINNING] in article]
    covered = sum(counts[place] for place in found)
    if covered < WHOLE * len(article) or covered < LITTLE * sum(counts):
        return lines
    begin = next(place for place in range(len(lines)) if place == found[0] or counts[place] >= 2 * BEGINNING)
    return lines[begin : found[-1] + 1]


def standfirst(body: Element, title: str, descriptions: Iterable[str]) -> str:
    """The description that the page shows its readers too, after the headline; as the page has it, else empty."""
    wanted = {letters(text)[: 2 * BEGINNING] for text in descriptions if len(text) in STANDFIRST}
    headline = letters(title)
    elements = body.iter("h1", "h2", "h3", "p", "div", "span", "strong")
    if not wanted or not headline:
        return ""
    for element in elements:
        if element.tag in ("h1", "h2") and letters(element.text_content()).endswith(headline):
            break
    for element in islice(elements, NEAR):
        beginning = (element.text or "").strip() or (element[0].text if len(element) == 1 else "")
        if beginning:
            text = " ".join(element.text_content().split())
            if len(text) in STANDFIRST and letters(text)[: 2 * BEGINNING] in wanted:
                return text
    return ""
