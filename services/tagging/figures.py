"""Numbers of victims and the like, as the article states them: precision before recall.

A figure is a number that stands by a word that counts people ("killed", "ранены", "زخمی") with nothing between the two
but a short noun phrase and auxiliaries. The rules, in the order applied:

1. Two words that count, joined without a number between them ("killed and wounded 30"), count nothing: the shares are
   not told.
2. After the word ("killed 12 people"), or before it ("12 people were killed") where it is clear that the number suffers
   what the word says. Neither a mark nor another word that counts may stand between.
3. What makes a number a year, a date, an age, an amount of money, a share, a name or a part refuses it. "Dozens" is no
   number.
4. What is denied, not so, or only possible is no figure.
5. Before a figure with its noun, "five soldiers and" is a further one of the same kind.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from services.matching.document import Document
from services.matching.expressions import Occurrence
from services.tagging.counted import Counted, counted_by, is_doubtful
from services.tagging.figure_grammars import GRAMMARS, Grammar
from services.tagging.figure_words import Counting
from services.tagging.names import Mentions
from services.tagging.words import Token, key, tokens

MOST_FIGURES: Final = 50
"""Figures kept per article."""

_BEFORE: Final = 130
_AFTER: Final = 60
"""Code points around a word that counts in which its number is looked for."""

_CUT: Final = 5
"""First tokens of a sentence that is cut: what stands before them may belong to a number."""

_OPENING: Final = str.maketrans("“”\"'‘«([", " " * 8)
_DIGIT: Final = re.compile(r"\d")


class CountingHit(NamedTuple):
    """A place in a document where a word that counts stands."""

    occurrence: Occurrence
    counting: Counting


def figures(document: Document, hits: Sequence[CountingHit], mentions: Mentions) -> Iterator[dict[str, Any]]:
    """The figures of a document in its order: `Figure`, validated with the article.

    Args:
        document: Title and text.
        hits: Words that count, in the order of the document.
        mentions: Who is named, for the places.
    """
    found = 0
    places: Mapping[int, str] | None = None
    for sentence, here in _by_sentence(hits):
        for counting, start, end, reading, words in _read(document, sentence, here):
            if places is None:
                places = _places(mentions)
            yield _figure(document, counting, (start, end), reading, words, places.get(sentence))
            found += 1
            if found == MOST_FIGURES:
                return


def _by_sentence(hits: Sequence[CountingHit]) -> Iterator[tuple[int, list[CountingHit]]]:
    here = list[CountingHit]()
    for hit in hits:
        if here and hit.occurrence[2] != here[0].occurrence[2]:
            yield here[0].occurrence[2], here
            here = []
        here.append(hit)
    if here:
        yield here[0].occurrence[2], here


def _read(
    document: Document, sentence: int, hits: Sequence[CountingHit]
) -> Iterator[tuple[Counting, int, int, Counted, Sequence[Token]]]:
    """What each word that counts says in one sentence, no number twice."""
    first_of_all, last_of_all = document.sentence(sentence)
    start = max(first_of_all, hits[0].occurrence.start - _BEFORE)
    end = min(last_of_all, hits[-1].occurrence.end + _AFTER)
    if end < last_of_all:  # not inside of a number
        end = max(document.joined.rfind(" ", start, end), hits[-1].occurrence.end)
    sure = _CUT if start > first_of_all else 0
    if not _has_number(document.joined[start:end], hits):
        return
    words = tokens(document.joined, start, end)
    starts = [word.start for word in words]
    spans = [
        (max(bisect_right(starts, hit.occurrence.start) - 1, 0), bisect_left(starts, hit.occurrence.end))
        for hit in hits
    ]
    kinds = [hit.counting.kind for hit in hits]
    taken = set[int]()
    for number, (hit, (first, last)) in enumerate(zip(hits, spans, strict=True)):
        grammar = GRAMMARS[hit.counting.language]
        others = _Others(spans, number, kinds)
        if others.is_joined(words, grammar):
            continue
        for reading in counted_by(words, (first, last, others.next), hit.counting, grammar):
            at = reading.number.first
            span = min(at, first), max(reading.number.last, reading.noun[1], last)
            if (
                at >= sure
                and at not in taken
                and not others.between(at)
                and not is_doubtful(words, span, reading, grammar)
            ):
                taken.add(at)
                yield hit.counting, words[span[0]].start, words[span[1] - 1].end, reading, words


def _has_number(text: str, hits: Sequence[CountingHit]) -> bool:
    """Whether there is any number at all: most words that count have none, and this is found sooner than tokens."""
    if _DIGIT.search(text):
        return True
    words = key(text.translate(_OPENING)).split()
    return any(
        not GRAMMARS[language].numerals.keys().isdisjoint(words) for language in {hit.counting.language for hit in hits}
    )


class _Others(NamedTuple):
    """The other words that count in the sentence of one."""

    spans: Sequence[tuple[int, int]]
    number: int
    kinds: Sequence[str]

    def is_joined(self, words: Sequence[Token], grammar: Grammar) -> bool:
        """Whether the next or the last one is of another kind and follows after no more than "and"."""
        first, last = self.spans[self.number]
        for other in (self.number - 1, self.number + 1):
            if not 0 <= other < len(self.spans) or self.kinds[other] == self.kinds[self.number]:
                continue
            low, high = self.spans[other]
            gap = words[high:first] if other < self.number else words[last:low]
            if (len(gap) == 1 and (gap[0].key in grammar.ands or gap[0].key in "/,،")) or (not gap and low != first):
                return True
        return False

    @property
    def next(self) -> int:
        """Where the next one begins."""
        last = self.spans[self.number][1]
        return next((first for first, _ in self.spans[self.number + 1 : self.number + 4] if first >= last), sys.maxsize)

    def between(self, index: int) -> bool:
        """Whether another one stands between this one and a number."""
        first, last = self.spans[self.number]
        low, high = (last, index) if index >= last else (index, first)
        for other in (self.number - 1, self.number + 1):
            if 0 <= other < len(self.spans) and low <= self.spans[other][0] and self.spans[other][1] <= high:
                return True
        return False


def _places(mentions: Mentions) -> Mapping[int, str]:
    """The one place of each sentence that names one: a place inside another one counts, the wider one does not."""
    named = dict[int, dict[str, str | None]]()
    for actor_id, hits in mentions.items():
        actor = hits[0].name.actor
        if actor is not None and actor.kind == "place":
            for hit in hits:
                named.setdefault(hit.occurrence[2], {})[actor_id] = actor.part_of
    single = dict[int, str]()
    for sentence, places in named.items():
        narrow = places.keys() - set(places.values())
        if len(narrow) == 1:
            single[sentence] = narrow.pop()
    return single


def _figure(
    document: Document,
    counting: Counting,
    span: tuple[int, int],
    reading: Counted,
    words: Sequence[Token],
    place: str | None,
) -> dict[str, Any]:
    field, first, last = document.field(*span)
    noun = words[slice(*reading.noun)]
    return {
        "kind": counting.kind,
        "least": reading.number.least,
        "most": reading.number.most,
        "who": document.joined[noun[0].start : noun[-1].end] if noun else None,
        "place": place,
        "evidence": {
            "field": field,
            "start": first,
            "end": last,
            "words": document.joined[slice(*span)],
            "fired": f"{counting.kind}: {counting.text}",
        },
    }
