"""The phrases of many owners in one automaton: a document in, accepted hits out.

What is checked at a hit, in the order applied: the letters around it (endings, particles), exact case, the border of
title and text, hard punctuation between its words, parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, Literal, NamedTuple, TypeVar

import numpy as np

from services.matching.acronyms import is_acronym
from services.matching.automaton import build_automaton
from services.matching.document import Document
from services.matching.evidence import original_spans
from services.matching.expressions import Occurrence
from services.matching.patterns import Pattern, compile_phrases

Owner = TypeVar("Owner")
Case = Literal["exact", "any"]

_HARD: Final = re.compile(r"[.!?;:,|()\"«»“”،؛؟۔।。，、！？；：]|\n\s*\n|\s[–—-]\s")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Owner]):
    """A phrase and whose it is.

    Attributes:
        owner: What a hit of the phrase stands for.
        text: The phrase as it was written.
        case: `exact`: letters and digits must be written as in the phrase, endings apart. None: for acronyms only.
    """

    owner: Owner
    text: str
    case: Case | None = None

    @property
    def exact(self) -> bool:
        return self.case == "exact" or self.is_acronym

    @property
    def is_acronym(self) -> bool:
        """Whether its capitals are all that tells it from a word."""
        return self.case != "any" and is_acronym(self.text)


class Hit(NamedTuple, Generic[Owner]):
    """An accepted occurrence of a phrase."""

    entry: Entry[Owner]
    occurrence: Occurrence
    weak: bool
    """An acronym where everything is in capitals: they say nothing."""


Found = tuple[int, int, int, int, int]

_PLAIN, _OPEN, _AROUND = range(3)
"""What is looked at around a hit of a pattern: nothing; nothing, and it goes on to the end of the word; the letters."""


class _Writing(NamedTuple):
    """What the original text must be like, beside the letters that the fold keeps."""

    letters: str | None
    """How the words must begin, capital for capital; None: in any case."""
    enclosed: bool
    """In parentheses."""
    in_one_field: bool
    """Not across the border of title and text."""

    def fits(self, document: Document, start: int, end: int) -> bool:
        text = document.joined
        if self.letters is not None and not _letters(text[start:end]).startswith(self.letters):
            return False
        if self.in_one_field and start < document.border <= end:
            return False
        return not self.enclosed or (text[start - 1 : start] == "(" and text[end : end + 1] == ")")


class _Form(NamedTuple):
    """One pattern of one entry, with what its hits are checked for."""

    entry: int
    around: int
    pattern: Pattern
    uncrossed: bool
    """Nothing that parts names may stand between its words."""
    writing: _Writing | None

    @classmethod
    def of(cls, number: int, pattern: Pattern, entry: Entry[Owner]) -> _Form:
        letters = _letters(entry.text)[: len(_letters(pattern.text))] if entry.exact else None
        enclosed = entry.text.startswith("(") and entry.text.endswith(")")
        punctuated = not pattern.is_one_word and bool(_HARD.search(entry.text))
        return cls(
            entry=number,
            around=_PLAIN if pattern.is_plain else _OPEN if pattern.is_open else _AROUND,
            pattern=pattern,
            uncrossed=not pattern.is_one_word and not punctuated,
            writing=_Writing(letters, enclosed, punctuated) if letters is not None or enclosed or punctuated else None,
        )


class Lexicon(Generic[Owner]):
    """Immutable once built; safe to share between threads."""

    def __init__(self, entries: Iterable[Entry[Owner]], implementation: str | None = None) -> None:
        self.entries: Final = tuple(dict.fromkeys(entries))
        forms = dict[str, list[_Form]]()
        for number, patterns in enumerate(compile_phrases([entry.text for entry in self.entries])):
            for pattern in patterns:
                forms.setdefault(pattern.text, []).append(_Form.of(number, pattern, self.entries[number]))
        self._forms: Final = list(forms.values())
        self._leads: Final = np.array([text.startswith(" ") for text in forms], dtype=np.int32)
        self._trails: Final = np.array([text.endswith(" ") for text in forms], dtype=np.int32)
        self._automaton: Final = build_automaton(list(forms), implementation)

    def find(self, document: Document) -> list[Hit[Owner]]:
        """Every accepted hit, overlapping ones too, in the order of the document, then of the entries."""
        return [
            Hit(entry, at, entry.is_acronym and document.is_shouting(at.start, at.end, at.sentence))
            for start, end, number, sentence, place in self.search(document)
            for entry, at in ((self.entries[number], Occurrence(start, end, sentence, place)),)
        ]

    def search(self, document: Document) -> list[Found]:
        """The same, bare: of each hit its start, its end, the number of its entry, its sentence and its place."""
        folded, offsets = document.folded.text, document.folded.offsets
        begins, stops, numbers = self._automaton.find(folded)
        if not len(numbers):
            return []
        places = begins + self._leads.take(numbers)
        starts, ends = original_spans(places, stops - self._trails.take(numbers), offsets)
        columns = (numbers, begins, stops, places, starts, ends, document.sentences_of(starts))
        all_forms, text = self._forms, document.joined
        accepted: list[Found] = []
        for number, begin, stop, place, start, end, sentence in zip(*[c.tolist() for c in columns], strict=True):
            for entry, around, pattern, uncrossed, writing in all_forms[number]:
                if around:
                    last = folded.index(" ", stop) if around == _OPEN else pattern.end(folded, begin, stop)
                    if last < 0:
                        continue
                    end = max(int(offsets[last]), int(offsets[last - 1]) + 1)
                if uncrossed and _HARD.search(text, start, end):
                    continue
                if writing is None or writing.fits(document, start, end):
                    accepted.append((start, end, entry, sentence, place))
        accepted.sort()
        return accepted


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
