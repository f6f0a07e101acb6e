"""The own names of outlets: where one is longer than a name inside it ("Afghanistan Times"), it is no mention."""

from __future__ import annotations

from typing import Any, Final

from services.matching.document import Document
from services.matching.lexicon import Lexicon

_MOST_OUTLETS: Final = 10_000
"""Outlets that are remembered."""


class OwnNames:
    """Which outlets have a name inside their own. Safe to share between threads: what is remembered never changes."""

    def __init__(self, lexicon: Lexicon[Any], names: frozenset[int]) -> None:
        """Take the lexicon, and which of its entries are names."""
        self._lexicon: Final = lexicon
        self._names: Final = names
        self._known: Final = dict[str, bool]()

    def spans(self, document: Document, outlet: str) -> list[tuple[int, int]]:
        """Where an outlet names itself in a document."""
        known = self._known.get(outlet)
        if known is None:
            if len(self._known) >= _MOST_OUTLETS:
                self._known.clear()
            known = self._known[outlet] = self._has_a_name_inside(outlet)
        if not known:
            return []
        text, length = document.joined, len(outlet)
        spans: list[tuple[int, int]] = []
        at = text.find(outlet)
        while at >= 0:
            spans.append((at, at + length))
            at = text.find(outlet, at + length)
        return spans

    def _has_a_name_inside(self, outlet: str) -> bool:
        found = self._lexicon.search(Document(outlet, ""))
        columns = (found.starts.tolist(), found.ends.tolist(), found.entries.tolist())
        spans = [(start, end) for start, end, entry in zip(*columns, strict=True) if entry in self._names]
        is_one = any(not outlet[:start].strip() and not outlet[end:].strip() for start, end in spans)
        return bool(spans) and not is_one
