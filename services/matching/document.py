"""A title and a text, folded once: spans, words and sentences of it."""

from __future__ import annotations

import string
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from services.matching.fold import Codes, Folded, IndexArray, IntArray, code_points, fold_codes, is_unspaced
from services.matching.punctuation import may_part, signs
from services.matching.sentences import sentence_starts

Field = Literal["title", "text"]

_BETWEEN: Final = "\n\n"
_GAP: Final = 1_000
"""Words between the title and the text, so that nothing is near across the border."""

_TITLE_STARTS: Final = np.zeros(1, dtype=np.int32)
_CAPITALS: Final = string.ascii_uppercase.encode()
_SMALL_LETTERS: Final = string.ascii_lowercase.encode()
_SHOUTING: Final = 0.7
"""Share of capitals among the letters of a sentence above which case says nothing."""


@dataclass(frozen=True)
class Document:
    """What is searched: the title, a blank line, the text. Positions count code points of that."""

    title: str
    text: str

    @cached_property
    def joined(self) -> str:
        return f"{self.title}{_BETWEEN}{self.text}"

    @cached_property
    def border(self) -> int:
        """Where the text begins."""
        return len(self.title) + len(_BETWEEN)

    @cached_property
    def _padded(self) -> Codes:
        return code_points(f" {self.joined} ")

    @cached_property
    def folded(self) -> Folded:
        return fold_codes(self._padded)

    @cached_property
    def sentences(self) -> IntArray:
        """Where each sentence begins: the title is one, then those of the text."""
        starts = sentence_starts(self.text, signs(self._padded[self.border + 1 :]))
        return np.concatenate((_TITLE_STARTS, starts + np.int32(self.border)))

    def sentences_of(self, starts: IntArray) -> IndexArray:
        """The number of the sentence that each of these code points stands in."""
        return self.sentences.searchsorted(starts, side="right") - 1

    @cached_property
    def spaces(self) -> IndexArray:
        """Where the spaces of the folded text are."""
        return np.flatnonzero(self.folded.codes == ord(" "))

    @cached_property
    def barriers(self) -> IndexArray:
        """Where the signs are that may part the words of a name."""
        return np.flatnonzero(may_part(self._padded)[1:])

    def word(self, place: int) -> int:
        """The number of the word that begins at a place of the folded text. Two letters of an unspaced script count as
        a word."""
        spaces, unspaced, border = self._boundaries
        words = bisect_left(spaces, place) + (bisect_left(unspaced, place) // 2 if unspaced else 0)
        return words + _GAP if place >= border else words

    @cached_property
    def _boundaries(self) -> tuple[list[int], list[int], int]:
        """In the folded text: the spaces, the letters of unspaced scripts, the first place of the text."""
        codes = self.folded.codes
        return (
            self.spaces.tolist(),
            np.flatnonzero(is_unspaced(codes)).tolist(),
            int(self.folded.offsets.searchsorted(self.border)),
        )

    def sentence(self, number: int) -> tuple[int, int]:
        """Where a sentence begins, and where the next one does or everything ends."""
        start, *following = self.sentences[number : number + 2].tolist()
        return start, following[0] if following else len(self.joined)

    def field(self, start: int, end: int) -> tuple[Field, int, int]:
        """Where a span stands in the title or in the text."""
        if start < self.border:
            return "title", start, end
        return "text", start - self.border, end - self.border

    def is_shouting(self, start: int, end: int, sentence: int) -> bool:
        """Whether the sentence around a span is written in Latin capitals."""
        capitals, letters = self._latin_letters(sentence)
        own = _latin_letters(self.joined[start:end])
        capitals, letters = capitals - own[0], letters - own[1]
        return letters > 0 and capitals > _SHOUTING * letters

    def _latin_letters(self, sentence: int) -> tuple[int, int]:
        if sentence not in self._counted:
            start, end = self.sentence(sentence)
            self._counted[sentence] = _latin_letters(self.joined[start:end])
        return self._counted[sentence]

    @cached_property
    def _counted(self) -> dict[int, tuple[int, int]]:
        return {}


def _latin_letters(words: str) -> tuple[int, int]:
    """Capitals, and all letters, of plain Latin."""
    plain = words.encode("ascii", "ignore")
    capitals = len(plain) - len(plain.translate(None, _CAPITALS))
    return capitals, capitals + len(plain) - len(plain.translate(None, _SMALL_LETTERS))
