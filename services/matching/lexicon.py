"""The phrases of many owners in one automaton: a document in, accepted hits out.

What is checked at a hit, in the order applied: the letters around it (endings, particles), exact case, the border of
title and text, hard punctuation between its words, parentheses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final, Generic, NamedTuple

import numpy as np
import numpy.typing as npt

from services.matching.automaton import build_automaton
from services.matching.document import Document
from services.matching.entries import Case, Columns, Entries, Entry, Owner
from services.matching.evidence import original_spans
from services.matching.expressions import Occurrence
from services.matching.fold import IndexArray, IntArray
from services.matching.forms import AFFIXED, AFFIXED_COMPOUND, COMPOUND, Bits, Forms, Kinds
from services.matching.patterns import Pattern, compile_phrases
from services.matching.writing import Writing, alphanumeric, is_parted

__all__ = ["Case", "Entry", "Found", "Hit", "Lexicon"]


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


_UNPARTED, _WRITTEN = 1, 2
"""What is looked at in the original text at a hit: that nothing parts its words; how they are written."""


class Lexicon(Generic[Owner]):
    """Immutable once built; safe to share between threads.

    What is known of each form of an entry stands in columns, so that most checks are made for all hits of a document at
    once; one by one are looked at only those whose original letters matter.
    """

    def __init__(self, entries: Iterable[Entry[Owner]], implementation: str | None = None) -> None:
        columns = Columns.of(entries)
        self.entries: Final = Entries(columns)
        forms = Forms.of(columns.texts)
        self._looked_at, self._writings = _writings(columns, forms)
        self.automaton: Final = build_automaton(forms.texts, implementation)
        self._forms: Final = replace(forms, texts=[])
        self._compounds: Final = dict[int, Pattern]()
        self._one_form_each: Final = len(forms.times) == len(forms.phrases)

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
        forms = self._forms
        begins, stops, found = self.automaton.find(document.folded.text)
        if not self._one_form_each:
            begins, stops, found = self._each_form(begins, stops, found)
        places = begins + forms.lead.take(found)
        lasts = stops - forms.trail.take(found)
        kept = self._whole_words(document, found, begins, stops, lasts)
        if kept is not None:
            found, places, lasts = found.compress(kept), places.compress(kept), lasts.compress(kept)
        starts, ends = original_spans(places, lasts, document.folded.offsets)
        if (written := self._as_written(document, found, starts, ends)) is not None:
            found, places, starts, ends = (column.compress(written) for column in (found, places, starts, ends))
        entries = forms.phrases.take(found)
        order = np.lexsort((entries, ends, starts))
        starts = starts.take(order)
        return Found(starts, ends.take(order), entries.take(order), document.sentences_of(starts), places.take(order))

    def _each_form(self, begins: IntArray, stops: IntArray, patterns: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Hits of patterns as hits of forms."""
        times = self._forms.times.take(patterns)
        forms = self._forms.first.take(patterns)
        if not len(times) or times.max() == 1:
            return begins, stops, forms
        nth = np.arange(times.sum(), dtype=np.int32) - np.repeat(np.cumsum(times, dtype=np.int32) - times, times)
        return np.repeat(begins, times), np.repeat(stops, times), np.repeat(forms, times) + nth

    def _as_written(self, document: Document, forms: IntArray, starts: IntArray, ends: IntArray) -> Bits | None:
        """Which hits are written as their entry asks; all where None."""
        asked, barriers = self._looked_at.take(forms), document.barriers
        crossing = barriers.searchsorted(starts) != barriers.searchsorted(ends)
        looked_at = np.flatnonzero((asked == _UNPARTED) & crossing | (asked >= _WRITTEN))
        if not len(looked_at):
            return None
        text, written = document.joined, np.ones(len(forms), dtype=np.bool_)
        columns = (asked.take(looked_at), forms.take(looked_at), starts.take(looked_at), ends.take(looked_at))
        written[looked_at] = [
            not (how & _UNPARTED and is_parted(text, start, end))
            and (how < _WRITTEN or self._writings[form].fits(document, start, end))
            for how, form, start, end in zip(*[_listed(column) for column in columns], strict=True)
        ]
        return written

    def _whole_words(
        self, document: Document, forms: IntArray, begins: IntArray, stops: IntArray, lasts: IntArray
    ) -> npt.NDArray[np.bool_] | None:
        """Which hits are words of their phrase, all where None; the ends of words that go on are put into `lasts`."""
        around = self._forms.around.take(forms)
        looked_at = np.flatnonzero(around)
        if not len(looked_at):
            return None
        around, forms = around.take(looked_at), forms.take(looked_at)
        begins, stops = begins.take(looked_at), stops.take(looked_at)
        spaces, codes = document.spaces, document.folded.codes
        ends = spaces.take(spaces.searchsorted(stops))
        lasts[looked_at] = ends
        fit = np.ones(len(forms), dtype=np.bool_)
        if len(affixed := np.flatnonzero(around >= AFFIXED)):
            known, these, stems = self._forms, forms.take(affixed), begins.take(affixed)
            stems = stems + known.lead.take(these)
            words = spaces.take(spaces.searchsorted(stems) - 1) + 1
            before = known.affixes.allows(known.before.take(these), codes, words, stems)
            after = known.affixes.allows(known.after.take(these), codes, stops.take(affixed), ends.take(affixed))
            fit[affixed] = before & after
        for at in np.flatnonzero(fit & ((around == COMPOUND) | (around == AFFIXED_COMPOUND))).tolist():
            end = self._compound(int(forms[at])).end(document.folded.text, int(begins[at]), int(stops[at]))
            fit[at] = end >= 0
            lasts[looked_at[at]] = end
        if fit.all():
            return None
        kept = np.ones(len(lasts), dtype=np.bool_)
        kept[looked_at] = fit
        return kept

    def _compound(self, form: int) -> Pattern:
        """The pattern of a form: made when it is first met, as there may be a million of which few ever are."""
        if form not in self._compounds:
            entry, nth = int(self._forms.phrases[form]), int(self._forms.nth[form])
            (forms,) = compile_phrases([self.entries.text(entry)])
            pattern = forms[nth]
            assert isinstance(pattern, Pattern)  # noqa: S101 - or nothing would be looked at around it
            self._compounds[form] = pattern
        return self._compounds[form]


def _writings(columns: Columns[Owner], forms: Forms) -> tuple[Kinds, dict[int, Writing]]:
    """What is looked at in the original text at each form, and what some forms ask of it."""
    texts = columns.texts
    exact = _bits(columns.exact()).take(forms.phrases)
    parted = _bits(is_parted(text, 0, len(text)) for text in texts).take(forms.phrases) & forms.several
    enclosed = _bits(text[:1] == "(" and text[-1:] == ")" for text in texts).take(forms.phrases)
    pattern_of = np.repeat(np.arange(len(forms.times), dtype=np.int32), forms.times)
    written = exact | parted | enclosed
    writings = dict[int, Writing]()
    for form in np.flatnonzero(written).tolist():
        text = texts[forms.phrases[form]]
        letters = alphanumeric(text)[: len(alphanumeric(forms.texts[pattern_of[form]]))] if exact[form] else None
        writings[form] = Writing(letters, bool(enclosed[form]), bool(parted[form]))
    return (forms.several & ~parted) * np.uint8(_UNPARTED) | written * np.uint8(_WRITTEN), writings


def _bits(values: Iterable[bool]) -> Bits:
    return np.fromiter(values, dtype=np.bool_)


def _listed(column: npt.NDArray[np.integer[Any]]) -> list[int]:
    listed: list[int] = column.tolist()
    return listed
