"""Phrases and whose they are; in numbers, packed: as objects a million of them would take 200 MB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Generic, Literal, NamedTuple, TypeVar

import numpy as np

from services.matching.acronyms import is_acronym

Owner = TypeVar("Owner")
Case = Literal["exact", "any"]

_CASES: Final[tuple[Case | None, ...]] = (None, "exact", "any")
_NOT_SAID, _EXACT = 0, 1


class Entry(NamedTuple, Generic[Owner]):
    """A phrase and whose it is."""

    owner: Owner
    """What a hit of the phrase stands for."""
    text: str
    """The phrase as it was written."""
    case: Case | None = None
    """`exact`: letters and digits must be written as in the phrase, endings apart. None: for acronyms only."""

    @property
    def exact(self) -> bool:
        return self.case == "exact" or self.is_acronym

    @property
    def is_acronym(self) -> bool:
        """Whether its capitals are all that tells it from a word."""
        return self.case != "any" and is_acronym(self.text)


class Columns(NamedTuple, Generic[Owner]):
    """Entries, each once, by what they hold."""

    owners: list[Owner]
    texts: list[str]
    cases: bytearray
    """By their number among `_CASES`."""

    @classmethod
    def of(cls, entries: Iterable[Entry[Owner]]) -> Columns[Owner]:
        """Take entries in, in their order."""
        columns = cls([], [], bytearray())
        owners, texts, cases = columns
        first, others = dict[str, int](), set[Entry[Owner]]()
        for entry in entries:
            owner, text, case = entry
            number = first.setdefault(text, len(texts))
            if number < len(texts):
                if entry in others or entry == (owners[number], text, _CASES[cases[number]]):
                    continue
                others.add(entry)
            owners.append(owner)
            texts.append(text)
            cases.append(_CASES.index(case))
        return columns

    def exact(self) -> Iterator[bool]:
        """Of each whether it is `exact`."""
        for text, case in zip(self.texts, self.cases, strict=True):
            yield case == _EXACT or (case == _NOT_SAID and text.isupper() and is_acronym(text))


class Entries(Generic[Owner]):
    """Entries by their number; made anew when they are asked for."""

    def __init__(self, columns: Columns[Owner]) -> None:
        owners, texts, cases = columns
        packed = [text.encode("utf-8", "surrogatepass") for text in texts]
        self._owners: Final = owners
        self._packed: Final = b"".join(packed)
        self._ends: Final = np.cumsum([0, *map(len, packed)])
        self._cases: Final = bytes(cases)

    def __len__(self) -> int:
        return len(self._owners)

    def __getitem__(self, number: int) -> Entry[Owner]:
        return Entry(self._owners[number], self.text(number), _CASES[self._cases[number]])

    def __iter__(self) -> Iterator[Entry[Owner]]:
        return map(self.__getitem__, range(len(self)))

    def text(self, number: int) -> str:
        """The phrase of one."""
        return self._packed[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")
