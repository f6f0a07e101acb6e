"""The sentences of an article that show why a watch was met."""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from schemas import Match, Passage
from services.matching.document import Document

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


class Passages:
    """The passages of one article; what several watches were met by is looked up once."""

    def __init__(self, document: Document) -> None:
        self._document: Final = document
        self._found_before: Final = dict[int, tuple[Match, list[tuple[int, Span]]]]()
        self._made: Final = dict[tuple[int, tuple[Span, ...]], Passage]()

    def of(self, matches: Sequence[Match], preferred: int = 0) -> tuple[Passage, ...]:
        """The first sentences in which something was met, in the order of the article.

        A sentence in which terms were met together comes before others, and then one that shows a match for the first
        time before one that repeats what was shown. Evidence that does not say what stands there is passed over.

        Args:
            matches: what was met.
            preferred: the sentences in which terms were met together, as bits; bit 0 is the title.
        """
        spans, news = dict[int, list[Span]](), set[int]()
        for match in matches:
            found = self._found(match)
            for sentence, span in found:
                if sentence in spans:
                    spans[sentence].append(span)
                else:
                    spans[sentence] = [span]
            if found:
                news.add(found[0][0])
        chosen = sorted(spans)
        if len(spans) > MOST_PASSAGES:
            chosen.sort(key=lambda one: (not preferred >> one & 1, one not in news))
            chosen = sorted(chosen[:MOST_PASSAGES])
        return tuple([self._passage(sentence, tuple(_merged(spans[sentence]))) for sentence in chosen])

    def _found(self, match: Match) -> list[tuple[int, Span]]:
        """Where a match stands: the number of the sentence, the span."""
        known = self._found_before.get(id(match))
        if known is None:
            starts = self._starts
            found = [(bisect_right(starts, span[0]) - 1, span) for span in _spans(self._document, match)]
            known = self._found_before[id(match)] = match, found  # while it is kept, no other has its id
        return known[1]

    @cached_property
    def _starts(self) -> list[int]:
        starts: list[int] = self._document.sentences.tolist()
        return starts

    def _passage(self, sentence: int, highlights: tuple[Span, ...]) -> Passage:
        key = sentence, highlights
        made = self._made.get(key)
        if made is None:
            starts, text = self._starts, self._document.joined
            end = starts[sentence + 1] if sentence + 1 < len(starts) else len(text)
            made = self._made[key] = _passage(self._document, starts[sentence], end, highlights)
        return made


def _spans(document: Document, match: Match) -> list[Span]:
    spans = []
    for evidence in match.evidence:
        border = 0 if evidence.field == "title" else document.border
        start, end = evidence.start + border, evidence.end + border
        if document.joined[start:end] == evidence.words:
            spans.append((start, end))
    return spans


def _merged(spans: list[Span]) -> list[Span]:
    """The same code points in spans that neither touch nor overlap, ascending."""
    if len(spans) == 1:
        return spans
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _passage(document: Document, start: int, end: int, highlights: Sequence[Span]) -> Passage:
    text, in_title = document.joined, start < document.border
    end = max(end, highlights[0][1])
    start = min(start + len(text[start:end]) - len(text[start:end].lstrip()), highlights[0][0])
    end = max(start + len(text[start:end].rstrip()), highlights[0][1])
    if end - start > MOST_CHARACTERS:
        start, end = _cut(text, start, end, highlights[0])
    return Passage(
        field="title" if in_title else "text",
        start=start - (0 if in_title else document.border),
        sentence=text[start:end],
        highlights=tuple([(max(a, start) - start, min(b, end) - start) for a, b in highlights if a < end]),
    )


def _cut(text: str, start: int, end: int, highlight: Span) -> Span:
    """At most `MOST_CHARACTERS` of a sentence with the highlight inside, from word to word where that is near."""
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
