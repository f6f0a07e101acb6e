"""Acronyms: names whose capitals are all that tells them from a word."""

from __future__ import annotations

from typing import Final

LONGEST_ACRONYM: Final = 5
"""Letters up to which an all-capital Latin name is taken for an acronym."""


def is_acronym(text: str) -> bool:
    """Whether a name is of one to five Latin letters, all capitals; other signs do not count."""
    if not text.isupper():
        return False
    letters = [char for char in text if char.isalpha()]
    return 0 < len(letters) <= LONGEST_ACRONYM and all("A" <= char <= "Z" for char in letters)
