"""A title and a text, folded once: spans, words and sentences of it."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final, Literal

import numpy as np

from services.matching.expressions import TITLE, Occurrence
from services.matching.fold import Folded, IndexArray, IntArray, code_points, fold, is_unspaced
from services.matching.sentences import sentence_starts

Field = Literal["title", "text"]

_BETWEEN: Final = "\n\n"
_GAP: Final = 1_000
"""Words between the title and the text, so that nothing is near across the border."""

_OCCURRENCE: Final = partial(tuple.__new__, Occurrence)  # as Occurrence._make, without a frame for each
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
    def folded(self) -> Folded:
        return fold(self.joined)

    @cached_property
    def sentences(self) -> IntArray:
        """Where each sentence begins: the title is one, then those of the text."""
        return np.concatenate((np.zeros(1, dtype=np.int32), sentence_starts(self.text) + np.int32(self.border)))

    @cached_property
    def _boundaries(self) -> tuple[IndexArray, IndexArray]:
        """Where the spaces of the folded text are, and the letters of unspaced scripts."""
        codes = code_points(self.folded.text)
        return np.flatnonzero(codes == ord(" ")), np.flatnonzero(is_unspaced(codes))

    def locate(self, spans: Sequence[tuple[int, int]]) -> list[Occurrence]:
        """Words and sentences of spans. Two letters of an unspaced script count as a word."""
        if not spans:
            return []
        starts, ends = zip(*spans, strict=True)
        where = np.array(starts, dtype=np.int32)
        sentences = np.searchsorted(self.sentences, where, side="right") - 1
        folded = np.searchsorted(self.folded.offsets, where, side="right") - 1
        spaces, unspaced = (np.searchsorted(boundaries, folded) for boundaries in self._boundaries)
        words = spaces + unspaced // 2 + np.where(sentences == TITLE, 0, _GAP)
        return list(map(_OCCURRENCE, zip(starts, ends, words.tolist(), sentences.tolist(), strict=True)))

    def field(self, occurrence: Occurrence) -> tuple[Field, int, int]:
        """Where an occurrence stands in the title or in the text."""
        if occurrence.sentence == TITLE:
            return "title", occurrence.start, occurrence.end
        return "text", occurrence.start - self.border, occurrence.end - self.border

    def is_shouting(self, occurrence: Occurrence) -> bool:
        """Whether the sentence around an occurrence is written in Latin capitals."""
        capitals, letters = self._latin_letters(occurrence.sentence)
        own = _latin_letters(self.joined[occurrence.start : occurrence.end])
        capitals, letters = capitals - own[0], letters - own[1]
        return letters > 0 and capitals > _SHOUTING * letters

    def _latin_letters(self, sentence: int) -> tuple[int, int]:
        if sentence not in self._counted:
            start, *following = self.sentences[sentence : sentence + 2].tolist()
            self._counted[sentence] = _latin_letters(self.joined[start : following[0] if following else None])
        return self._counted[sentence]

    @cached_property
    def _counted(self) -> dict[int, tuple[int, int]]:
        return {}


def _latin_letters(words: str) -> tuple[int, int]:
    """Capitals, and all letters, of plain Latin."""
    plain = words.encode("ascii", "ignore")
    capitals = len(plain) - len(plain.translate(None, _CAPITALS))
    return capitals, capitals + len(plain) - len(plain.translate(None, _SMALL_LETTERS))
