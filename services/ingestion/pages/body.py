"""The article's words in a pruned tree, as lines.

trafilatura finds them. Its fast mode is as good here as its default and takes half the time; comments are never asked
for. What it takes from the rest of the page for want of better is left out again: short lines that do not stand in
the block that holds most of the prose. What it misses is put in: further blocks of the same kind. Where it comes back
with almost nothing, that block is the article. It is not asked at all for a tree that would take it too long.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Final

from lxml import etree
from trafilatura import bare_extraction
from trafilatura.settings import Document

from services.ingestion.pages.tree import Element, is_costly

LEAST: Final = 250
"""Characters; less is rarely an article."""
LITTLE: Final = 0.5
DEPTH: Final = 4
BEGINNING: Final = 40
SENTENCE_CHARACTERS: Final = 40
MOST_LINK: Final = 0.5

_BREAKING_WORDS: Final = """p head item quote row table list code div lb section article figure title li ul ol h1 h2
    h3 h4 h5 h6 br tr blockquote pre dd dt main"""
_BREAKING: Final = frozenset(_BREAKING_WORDS.split())
_STOPS: Final = re.compile(r"[.!?…。！？।۔؟][\"'»”’)\]]*$")
_CLOSE_WRITTEN: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")


def article_lines(body: Element) -> list[str]:
    """The article's paragraphs, headings and list items, each one line; a page without words gives none."""
    found = [] if is_costly(body) else _by_trafilatura(body)
    characters = sum(map(len, found))
    prose = {p: _even(p.text_content()) for p in body.iter("p") if _reads_like_prose(p)}
    within = _densest(prose)
    if characters >= LEAST and within is not None:
        inside = "".join(within.text_content().split())
        near = [line for line in found if "".join(line.split()) in inside or _is_sentence(line)]
        return _with_other_parts(near, prose)
    if within is not None:
        lines = _lines_of(within)
        if sum(map(len, lines)) >= LITTLE * characters:
            return lines
    return found or list(prose.values()) or _lines_of(body)


def _densest(prose: dict[Element, str]) -> Element | None:
    """The block that holds most prose, closely: what stands deeper inside it counts less."""
    scores = defaultdict[Element, float](float)
    for paragraph, text in prose.items():
        for depth, block in enumerate(islice(paragraph.iterancestors(), DEPTH)):
            scores[block] += len(text) / 2**depth
    return max(scores, key=lambda block: scores[block], default=None)


def _with_other_parts(found: list[str], prose: dict[Element, str]) -> list[str]:
    """An article may stand in several blocks of one kind, with advertisements between; often only one was found."""
    letters = "".join("".join(found).split())
    known = [paragraph for paragraph, text in prose.items() if "".join(text.split())[:BEGINNING] in letters]
    holders = {paragraph.getparent() for paragraph in known}
    kinds = set(map(_kind_of_block, known))
    missed = {
        paragraph: text
        for paragraph, text in prose.items()
        if paragraph.getparent() not in holders and _kind_of_block(paragraph) in kinds
    }
    if sum(map(len, missed.values())) < LEAST:
        return found
    places = {line: place for place, line in enumerate(found, 1)}
    place, after = 0, defaultdict[int, list[str]](list)
    for paragraph, text in prose.items():
        place = places.get(text, place)
        if paragraph in missed:
            after[place].append(text)
    return [line for place in range(len(found) + 1) for line in (*found[max(place - 1, 0) : place], *after[place])]


def _kind_of_block(paragraph: Element) -> tuple[str, ...]:
    """Tags and classes of what is around it."""
    around = islice(paragraph.iterancestors(), DEPTH)
    return tuple(f"{parent.tag!s} {parent.get('class')}" for parent in around)


def _by_trafilatura(body: Element) -> list[str]:
    try:
        document = bare_extraction(body.getroottree().getroot(), fast=True, include_comments=False)  # it takes a copy
    except MemoryError:
        raise
    except Exception:  # odd markup trips it at times, deep markup always; the words are there all the same
        return []
    return _lines_of(document.body) if isinstance(document, Document) and document.body is not None else []


def _lines_of(root: etree._Element) -> list[str]:
    """Every block a line."""
    return [line for part in "".join(_parts(root)).split("\n") if (line := _even(part))]


def _parts(root: etree._Element) -> Iterator[str]:
    for event, element in etree.iterwalk(root, events=("start", "end")):
        breaks = element.tag in _BREAKING
        if event == "start":
            yield "\n" if breaks else " " if element.tag in ("cell", "td", "th") else ""
            yield _flat(element.text)
        else:
            yield "\n" if breaks else ""
            yield _flat(element.tail) if element is not root else ""


def _flat(text: str | None) -> str:
    return (text or "").replace("\n", " ").replace("\r", " ")


def _least(text: str) -> int:
    return SENTENCE_CHARACTERS // 3 if _CLOSE_WRITTEN.search(text) else SENTENCE_CHARACTERS


def _is_sentence(text: str) -> bool:
    least = _least(text)
    return len(text) >= 2 * least or (len(text) >= least and _STOPS.search(text) is not None)


def _reads_like_prose(paragraph: Element) -> bool:
    if next(paragraph.iterdescendants("p"), None) is not None:
        return False
    text = _even(paragraph.text_content())
    least = _least(text)
    if len(text) < least and not (len(text) >= least // 2 and _STOPS.search(text)):
        return False
    linked = sum(len(_even(link.text_content())) for link in paragraph.iter("a"))
    return linked < MOST_LINK * len(text)


def _even(text: str) -> str:
    return " ".join(text.split())
