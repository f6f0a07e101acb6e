"""How a phrase must be written in the original text, beside the letters that the fold keeps."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from services.matching.document import Document
from services.matching.punctuation import HARD

_HARD: Final = re.compile(rf"[{re.escape(HARD)}]|\n\s*\n|\s[–—-]\s")


class Writing(NamedTuple):
    """What some phrases ask of how they are written."""

    letters: str | None
    """How the words must begin, capital for capital; None: in any case."""
    enclosed: bool
    """In parentheses."""
    whole: bool
    """Not across the border of title and text."""

    def fits(self, document: Document, start: int, end: int) -> bool:
        """Whether a span is written that way."""
        text = document.joined
        if self.letters is not None and not alphanumeric(text[start:end]).startswith(self.letters):
            return False
        if self.whole and start < document.border <= end:
            return False
        return not self.enclosed or (text[start - 1 : start] == "(" and text[end : end + 1] == ")")


def is_parted(text: str, start: int, end: int) -> bool:
    """Whether something stands between these words that no name goes across, unless it is written with it."""
    return _HARD.search(text, start, end) is not None


def alphanumeric(text: str) -> str:
    """The letters and digits of a text."""
    return "".join(filter(str.isalnum, text))
