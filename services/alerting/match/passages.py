"""The sentences of an article that show why a watch was met."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from schemas import Match, Passage
from services.matching.document import Document
from services.matching.expressions import TITLE

MOST_PASSAGES: Final = 3
MOST_CHARACTERS: Final = 400
"""Of one passage; a longer sentence is cut around its first highlight."""

_LEAD: Final = 120
"""Code points kept before the first highlight of a sentence that is cut."""
_TO_NEXT_WORD: Final = 40
"""How far a cut may move to fall between words."""
_JOINER: Final = "\u200d"

Span = tuple[int, int]
"""Half-open, in code points of the document."""


def passages(document: Document, matches: Sequence[Match]) -> tuple[Passage, ...]:
    """The first sentences in which something was met, in the order of the article.

    A sentence that shows a match for the first time comes before one that repeats what was shown. Evidence that does
    not say what stands there is passed over.
    """
    found = [(span, number) for number, match in enumerate(matches) for span in _spans(document, match)]
    starts = np.array([span[0] for span, _ in found], dtype=np.int32)
    sentences = (np.searchsorted(document.sentences, starts, side="right") - 1).tolist()
    spans = defaultdict[int, list[Span]](list)
    first = dict[int, int]()
    for (span, number), sentence in zip(found, sentences, strict=True):
        spans[sentence].append(span)
        first[number] = min(sentence, first.get(number, sentence))
    news = set(first.values())
    chosen = sorted(spans, key=lambda sentence: (sentence not in news, sentence))[:MOST_PASSAGES]
    return tuple(_passage(document, sentence, _merged(spans[sentence])) for sentence in sorted(chosen))


def _spans(document: Document, match: Match) -> list[Span]:
    spans = []
    for evidence in match.evidence:
        border = 0 if evidence.field == "title" else document.border
        start, end = evidence.start + border, evidence.end + border
        if document.joined[start:end] == evidence.words:
            spans.append((start, end))
    return spans


def _merged(spans: Sequence[Span]) -> list[Span]:
    """The same code points in spans that neither touch nor overlap, ascending."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _passage(document: Document, sentence: int, highlights: Sequence[Span]) -> Passage:
    text, starts = document.joined, document.sentences
    end = int(starts[sentence + 1]) if sentence + 1 < len(starts) else len(text)
    start, end = int(starts[sentence]), max(end, highlights[0][1])
    while start < highlights[0][0] and text[start].isspace():
        start += 1
    while end > highlights[0][1] and text[end - 1].isspace():
        end -= 1
    start, end = _cut(text, start, end, highlights[0])
    border = 0 if sentence == TITLE else document.border
    shown = tuple((max(a, start) - start, min(b, end) - start) for a, b in highlights if a < end)
    return Passage(
        field="title" if sentence == TITLE else "text",
        start=start - border,
        sentence=text[start:end],
        highlights=shown,
    )


def _cut(text: str, start: int, end: int, highlight: Span) -> Span:
    """At most `MOST_CHARACTERS` of a sentence with the highlight inside, from word to word where that is near."""
    if end - start <= MOST_CHARACTERS:
        return start, end
    begin = max(start, min(highlight[0] - _LEAD, end - MOST_CHARACTERS))
    stop = begin + MOST_CHARACTERS
    if begin > start:
        space = text.find(" ", begin, min(begin + _TO_NEXT_WORD, highlight[0]))
        begin = space + 1 if space >= 0 else begin
        while begin < highlight[0] and _splits_a_character(text, begin):
            begin += 1
    if stop < end:
        space = text.rfind(" ", max(stop - _TO_NEXT_WORD, highlight[1]), stop)
        stop = space if space >= 0 else stop
        while stop > highlight[0] + 1 and _splits_a_character(text, stop):
            stop -= 1
    return begin, stop


def _splits_a_character(text: str, at: int) -> bool:
    """Whether what follows belongs to the letter before: a combining mark, or either side of a zero-width joiner."""
    return unicodedata.category(text[at])[0] == "M" or text[at] == _JOINER or text[at - 1] == _JOINER
