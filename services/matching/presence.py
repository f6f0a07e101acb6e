"""Where terms stand in one document: in which sentences, and only if someone asks, at which words.

The sentences of a term are the bits of one integer, bit 0 the title: so "in one sentence with" is one `&`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from services.matching.expressions import Occurrence

_SENTENCE_BITS: Final = 32
_FEW_SENTENCES: Final = 256
"""Up to which setting a bit of an integer is cheaper than of a byte array."""


class Presence:
    """The numbered terms that a document has."""

    def __init__(self, terms: Sequence[int], occurrences: Sequence[Occurrence], word: Callable[[int], int]) -> None:
        """Each term that was found, with where it stands; `word` numbers the word at a place."""
        self._terms: Final = terms
        self._occurrences: Final = occurrences
        self.word: Final = word
        self.masks: Final[Mapping[int, int]] = _masks(terms, [occurrence[2] for occurrence in occurrences])

    @cached_property
    def _places(self) -> Mapping[int, Sequence[Occurrence]]:
        """Where each term stands in each sentence, in the order found: one number for both."""
        places = defaultdict[int, list[Occurrence]](list)
        for term, occurrence in zip(self._terms, self._occurrences, strict=True):
            places[term << _SENTENCE_BITS | occurrence[2]].append(occurrence)
        return places

    def inside(self, terms: Iterable[int], mask: int) -> list[tuple[int, Occurrence]]:
        """The terms with their occurrences in these sentences."""
        present, places = self.masks, self._places
        found: list[tuple[int, Occurrence]] = []
        for term in terms:
            held = present.get(term, 0) & mask
            if held and held & (held - 1) == 0:  # one sentence, as nearly always
                sentences: Iterable[int] = (held.bit_length() - 1,)
            else:
                sentences = bits(held)
            for sentence in sentences:
                found += [(term, occurrence) for occurrence in places[term << _SENTENCE_BITS | sentence]]
        return found


def bits(mask: int) -> Iterator[int]:
    """The sentences of a mask, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _masks(terms: Sequence[int], sentences: Sequence[int]) -> dict[int, int]:
    last = max(sentences, default=0)
    if last < _FEW_SENTENCES:
        masks = dict[int, int]()
        for term, sentence in zip(terms, sentences, strict=True):
            masks[term] = masks.get(term, 0) | 1 << sentence
        return masks
    arrays = defaultdict[int, bytearray](lambda: bytearray(last // 8 + 1))
    for term, sentence in zip(terms, sentences, strict=True):
        arrays[term][sentence >> 3] |= 1 << (sentence & 7)
    return {term: int.from_bytes(array, "little") for term, array in arrays.items()}
