"""The phrases of many owners in one automaton: a document in, accepted hits out.

What is checked at a hit, in the order applied: the letters around it (endings, particles), exact case, the border of
title and text, hard punctuation between its words, parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from services.matching.acronyms import is_acronym
from services.matching.affixes import AffixTable
from services.matching.automaton import build_automaton
from services.matching.document import Document
from services.matching.evidence import original_spans
from services.matching.expressions import Occurrence
from services.matching.fold import IndexArray, IntArray
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


class Found(NamedTuple):
    """Accepted hits as columns of one length, in the order of the document, then of the entries."""

    starts: IntArray
    """First code point of each, in the document."""
    ends: IntArray
    """One past its last."""
    entries: IntArray
    """Number of the entry among `Lexicon.entries`."""
    sentences: IndexArray
    """Number of the sentence."""
    places: IntArray
    """Where it begins in the folded text."""


_PLAIN, _OPEN, _AFFIXED, _COMPOUND = range(4)
"""What is looked at around a hit of a pattern: nothing; nothing, and it goes on to the end of the word; what is joined
to its one word; what is joined to several."""


class _Writing(NamedTuple):
    """What the original text must be like, beside the letters that the fold keeps."""

    letters: str | None
    """How the words must begin, capital for capital; None: in any case."""
    enclosed: bool
    """In parentheses."""
    whole: bool
    """Not across the border of title and text."""
    uncrossed: bool
    """Nothing that parts names may stand between its words."""

    @classmethod
    def of(cls, pattern: Pattern, entry: Entry[Owner]) -> _Writing:
        """What an entry's writing asks of its form."""
        several = not pattern.is_one_word
        punctuated = several and bool(_HARD.search(entry.text))
        return cls(
            letters=_letters(entry.text)[: len(_letters(pattern.text))] if entry.exact else None,
            enclosed=entry.text.startswith("(") and entry.text.endswith(")"),
            whole=punctuated,
            uncrossed=several and not punctuated,
        )

    def fits(self, document: Document, start: int, end: int) -> bool:
        text = document.joined
        if self.uncrossed and _HARD.search(text, start, end):
            return False
        if self.letters is not None and not _letters(text[start:end]).startswith(self.letters):
            return False
        if self.whole and start < document.border <= end:
            return False
        return not self.enclosed or (text[start - 1 : start] == "(" and text[end : end + 1] == ")")


class Lexicon(Generic[Owner]):
    """Immutable once built; safe to share between threads.

    What is known of each form of an entry stands in columns, so that most checks are made for all hits of a document at
    once; one by one are looked at only those whose original letters matter.
    """

    def __init__(self, entries: Iterable[Entry[Owner]], implementation: str | None = None) -> None:
        self.entries: Final = tuple(dict.fromkeys(entries))
        by_text = dict[str, list[tuple[int, Pattern]]]()
        for number, patterns in enumerate(compile_phrases([entry.text for entry in self.entries])):
            for pattern in patterns:
                by_text.setdefault(pattern.text, []).append((number, pattern))
        forms = [form for same in by_text.values() for form in same]
        sets = dict[frozenset[str], int]()
        self._times: Final = _column(map(len, by_text.values()))
        self._first: Final = (np.cumsum(self._times) - self._times).astype(np.int32)
        self._lead: Final = _column(pattern.text.startswith(" ") for _, pattern in forms)
        self._trail: Final = _column(pattern.text.endswith(" ") for _, pattern in forms)
        self._entry: Final = _column(number for number, _ in forms)
        self._around: Final = _column(_around(pattern) for _, pattern in forms)
        self._before: Final = _column(sets.setdefault(p.prefixes or _NOTHING, len(sets)) for _, p in forms)
        self._after: Final = _column(sets.setdefault(_endings(p), len(sets)) for _, p in forms)
        self._patterns: Final = [pattern for _, pattern in forms]
        self._writings: Final = [_Writing.of(pattern, self.entries[number]) for number, pattern in forms]
        self._written: Final = np.array([any(writing) for writing in self._writings], dtype=np.bool_)
        self._affixes: Final = AffixTable(list(sets))
        self._automaton: Final = build_automaton(list(by_text), implementation)

    def find(self, document: Document) -> list[Hit[Owner]]:
        """Every accepted hit, overlapping ones too, in the order of the document, then of the entries."""
        return [
            Hit(entry, at, entry.is_acronym and document.is_shouting(at.start, at.end, at.sentence))
            for start, end, number, sentence, place in zip(
                *[_listed(column) for column in self.search(document)], strict=True
            )
            for entry, at in ((self.entries[number], Occurrence(start, end, sentence, place)),)
        ]

    def search(self, document: Document) -> Found:
        """The same, bare."""
        begins, stops, patterns = self._automaton.find(document.folded.text)
        forms = self._first.take(patterns)
        times = self._times.take(patterns)
        if len(times) and times.max() > 1:
            nth = np.arange(times.sum(), dtype=np.int32) - np.repeat(np.cumsum(times, dtype=np.int32) - times, times)
            forms = np.repeat(forms, times) + nth
            begins, stops = np.repeat(begins, times), np.repeat(stops, times)
        places = begins + self._lead.take(forms)
        lasts = stops - self._trail.take(forms)
        kept = self._whole_words(document, forms, begins, stops, lasts)
        if kept is not None:
            forms, places, lasts = forms.compress(kept), places.compress(kept), lasts.compress(kept)
        starts, ends = original_spans(places, lasts, document.folded.offsets)
        if len(looked_at := np.flatnonzero(self._written.take(forms))):
            kept = np.ones(len(forms), dtype=np.bool_)
            columns = (forms.take(looked_at), starts.take(looked_at), ends.take(looked_at))
            kept[looked_at] = [
                self._writings[form].fits(document, start, end)
                for form, start, end in zip(*[_listed(column) for column in columns], strict=True)
            ]
            forms, places, starts, ends = (column.compress(kept) for column in (forms, places, starts, ends))
        entries = self._entry.take(forms)
        order = np.lexsort((entries, ends, starts))
        starts = starts.take(order)
        return Found(starts, ends.take(order), entries.take(order), document.sentences_of(starts), places.take(order))

    def _whole_words(
        self, document: Document, forms: IntArray, begins: IntArray, stops: IntArray, lasts: IntArray
    ) -> npt.NDArray[np.bool_] | None:
        """Which hits are words of their phrase, all where None; the ends of words that go on are put into `lasts`."""
        around = self._around.take(forms)
        looked_at = np.flatnonzero(around)
        if not len(looked_at):
            return None
        around, forms = around.take(looked_at), forms.take(looked_at)
        begins, stops = begins.take(looked_at), stops.take(looked_at)
        spaces, codes = document.spaces, document.folded.codes
        ends = spaces.take(spaces.searchsorted(stops))
        lasts[looked_at] = ends
        fit = np.ones(len(forms), dtype=np.bool_)
        if len(affixed := np.flatnonzero(around == _AFFIXED)):
            these, stems = forms.take(affixed), begins.take(affixed)
            stems = stems + self._lead.take(these)
            words = spaces.take(spaces.searchsorted(stems) - 1) + 1
            before = self._affixes.allows(self._before.take(these), codes, words, stems)
            after = self._affixes.allows(self._after.take(these), codes, stops.take(affixed), ends.take(affixed))
            fit[affixed] = before & after
        for at in np.flatnonzero(around == _COMPOUND).tolist():
            end = self._patterns[forms[at]].end(document.folded.text, int(begins[at]), int(stops[at]))
            fit[at] = end >= 0
            lasts[looked_at[at]] = end
        if fit.all():
            return None
        kept = np.ones(len(lasts), dtype=np.bool_)
        kept[looked_at] = fit
        return kept


_NOTHING: Final = frozenset({""})


def _around(pattern: Pattern) -> int:
    if pattern.is_plain:
        return _PLAIN
    if pattern.is_open:
        return _OPEN
    return _AFFIXED if pattern.is_affixed else _COMPOUND


def _endings(pattern: Pattern) -> frozenset[str]:
    return (pattern.tail[0][0] or _NOTHING) if pattern.is_affixed else _NOTHING


def _column(values: Iterable[int]) -> IntArray:
    return np.fromiter(values, dtype=np.int32)


def _listed(column: npt.NDArray[np.signedinteger[Any]]) -> list[int]:
    listed: list[int] = column.tolist()
    return listed


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
