"""The phrases of many owners in one automaton: a document in, accepted hits out.

What is checked at a hit, in the order applied: the letters around it (endings, particles), exact case, the border of
title and text, hard punctuation between its words, parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from operator import itemgetter
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


@dataclass(frozen=True, slots=True)
class _Form(Generic[Owner]):
    """One pattern of one entry, with what its hits are checked for.

    Attributes:
        rank: Place among all forms, so that equal spans have an order.
        plain: Nothing around a hit of the pattern is checked.
        open: Neither, but the hit goes on to the end of the word.
        free: Nothing in the original text is checked.
        lead: Boundary spaces before the phrase in the pattern's text; `trail`: after it.
        letters: How the words must begin, capital for capital; None: in any case.
        punctuated: The phrase itself has hard punctuation.
        enclosed: The phrase is in parentheses: it is found in parentheses only.
        acronym: Its capitals are all that tells it from a word.
    """

    rank: int
    pattern: Pattern
    entry: Entry[Owner]
    plain: bool
    open: bool
    free: bool
    lead: int
    trail: int
    letters: str | None
    punctuated: bool
    enclosed: bool
    acronym: bool

    @classmethod
    def of(cls, rank: int, pattern: Pattern, entry: Entry[Owner]) -> _Form[Owner]:
        letters = _letters(entry.text)[: len(_letters(pattern.text))] if entry.exact else None
        enclosed = entry.text.startswith("(") and entry.text.endswith(")")
        return cls(
            rank=rank,
            pattern=pattern,
            entry=entry,
            plain=pattern.is_plain,
            open=pattern.is_open,
            free=letters is None and not enclosed and pattern.is_one_word,
            lead=pattern.text.startswith(" "),
            trail=pattern.text.endswith(" "),
            letters=letters,
            punctuated=bool(_HARD.search(entry.text)),
            enclosed=enclosed,
            acronym=entry.is_acronym,
        )

    def fits(self, document: Document, start: int, end: int) -> bool:
        """Whether the original text between two code points may be taken for the phrase."""
        text = document.joined
        if self.letters is not None and not _letters(text[start:end]).startswith(self.letters):
            return False
        if start < document.border <= end or (_HARD.search(text, start, end) and not self.punctuated):
            return False
        return not self.enclosed or (text[start - 1 : start] == "(" and text[end : end + 1] == ")")


class Lexicon(Generic[Owner]):
    """Immutable once built; safe to share between threads."""

    def __init__(self, entries: Iterable[Entry[Owner]], implementation: str | None = None) -> None:
        listed = list(dict.fromkeys(entries))
        forms, rank = dict[str, list[_Form[Owner]]](), count()
        for entry, patterns in zip(listed, compile_phrases([entry.text for entry in listed]), strict=True):
            for pattern in patterns:
                forms.setdefault(pattern.text, []).append(_Form.of(next(rank), pattern, entry))
        self._forms: Final = list(forms.values())
        self._automaton: Final = build_automaton(list(forms), implementation)

    def find(self, document: Document) -> list[Hit[Owner]]:
        """Every accepted hit, overlapping ones too, in the order of the document, then of the entries."""
        found, spans = self._search(document.folded.text)
        if not found:
            return []
        originals = original_spans(np.array(spans, dtype=np.int32), document.folded.offsets).tolist()
        accepted = [
            (start, end, form.rank, form)
            for form, (start, end) in zip(found, originals, strict=True)
            if form.free or form.fits(document, start, end)
        ]
        accepted.sort(key=itemgetter(0, 1, 2))
        occurrences = document.locate([(start, end) for start, end, _, _ in accepted])
        return [
            Hit(form.entry, occurrence, form.acronym and document.is_shouting(occurrence))
            for (_, _, _, form), occurrence in zip(accepted, occurrences, strict=True)
        ]

    def _search(self, folded: str) -> tuple[list[_Form[Owner]], list[tuple[int, int]]]:
        """The forms whose letters are in a folded text, and where."""
        forms = self._forms
        found: list[_Form[Owner]] = []
        spans: list[tuple[int, int]] = []
        for number, start, end in self._automaton.find(folded):
            for form in forms[number]:
                if form.plain:
                    spans.append((start + form.lead, end - form.trail))
                elif form.open:
                    spans.append((start + form.lead, folded.index(" ", end)))
                elif span := form.pattern.span(folded, start, end):
                    spans.append(span)
                else:
                    continue
                found.append(form)
        return found, spans


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
