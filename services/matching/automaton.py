"""Many patterns searched for in one pass: one small interface, two implementations behind it.

daachorse is the faster one; ahocorasick_rs has wheels for the platforms that daachorse lacks.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from itertools import chain
from typing import Final, Protocol

import ahocorasick_rs
import numpy as np

from services.matching.fold import IntArray

HAS_DAACHORSE: Final = find_spec("daachorse") is not None

_MANY: Final = 200_000
"""Patterns from which building takes memory worth giving back."""


class UnknownAutomaton(ValueError):
    """An implementation was asked for that is not there."""


class Automaton(Protocol):
    """Finds every occurrence of every pattern, overlapping ones too."""

    def find(self, text: str) -> IntArray:
        """int32 (3, n): start, end and pattern index of each occurrence, in code points; in no promised order."""
        ...


class DaachorseAutomaton(Automaton):
    """The quickest of those measured; it has no wheel for Linux on arm64 or with musl."""

    def __init__(self, patterns: Sequence[str]) -> None:
        import daachorse  # its wheels are missing on some platforms

        self._search = daachorse.CharwiseDoubleArrayAhoCorasick(list(patterns)).find_overlapping if patterns else None

    def find(self, text: str) -> IntArray:
        return _columns(self._search(text) if self._search else [])


class AhoCorasickAutomaton(Automaton):
    """Half as quick, with wheels nearly everywhere."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._search = ahocorasick_rs.AhoCorasick(patterns, store_patterns=False).find_matches_as_indexes

    def find(self, text: str) -> IntArray:
        return _columns(self._search(text, overlapping=True))[[1, 2, 0]]


def _columns(found: Sequence[tuple[int, int, int]]) -> IntArray:
    return np.fromiter(chain.from_iterable(found), np.int32, 3 * len(found)).reshape(-1, 3).T


IMPLEMENTATIONS: dict[str, Callable[[Sequence[str]], Automaton]] = {
    **({"daachorse": DaachorseAutomaton} if HAS_DAACHORSE else {}),
    "ahocorasick_rs": AhoCorasickAutomaton,
}


def build_automaton(patterns: Sequence[str], implementation: str | None = None) -> Automaton:
    """Build the automaton over non-empty patterns; the quickest implementation at hand unless one is named.

    Raises:
        UnknownAutomaton: the named implementation is not installed or does not exist.
    """
    name = implementation or next(iter(IMPLEMENTATIONS))
    if name not in IMPLEMENTATIONS:
        raise UnknownAutomaton(f"no automaton named {name!r} here; choose one of {', '.join(IMPLEMENTATIONS)}")
    automaton = IMPLEMENTATIONS[name](patterns)
    if len(patterns) > _MANY:
        _give_back()
    return automaton


def _give_back() -> None:
    """Return freed memory to the system: glibc would keep all that building took, 90 MB with a million patterns."""
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
