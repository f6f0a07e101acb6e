"""What the words around a mention say of it: that it is denied, that it tells of long ago, that someone is quoted.

Only what is plain is flagged; a mention without flags may be any of these. The words that give rise to a flag stand in
the one lexicon as asides, so that sentences without them cost nothing.

- negated: "no Taliban fighters", "denied any link with the TTP", "Pakistan was not involved"; "не связан с ТТП",
  "без участия Пакистана"; "طالبان کا کوئی تعلق نہیں"; "طالبان نقشی نداشتند".
- historical: the year of the clause is ten or more before the article ("in 2001", "в 1990-х годах", "در سال ۱۳۸۰"), or
  "then-", "two decades ago" stand by it.
- quoted: inside quotation marks of a pair that holds a clause, not a name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Final

import numpy as np

from schemas.tagged import Flag
from services.matching.document import Document
from services.matching.expressions import Occurrence
from services.matching.fold import fold_phrases
from services.tagging.flag_words import (
    BREAKS,
    DENIED_AFTER,
    DENIED_BEFORE,
    LONG_AGO,
    NEGATIONS,
    SINCE,
    YEAR_AFTER,
    YEAR_BEFORE,
)

_DIGITS: Final = 4
_LONG: Final = 10
"""Years before the article from which on something was long ago."""
_FIRST_YEAR, _LAST_YEAR = 1800, 2030
_SOLAR: Final = range(1300, 1410)
"""Years of the Solar Hijri calendar that are not years of ours."""
_SOLAR_EPOCH: Final = 621
_LOOKED_AT: Final = 80
_FARTHEST: Final = 60
"""Letters between a year and a mention of its clause."""
_FEW: Final = 40
_PAIRS: Final = {"“": "”", "„": "“”", "«": "»", "「": "」", "『": "』"}
_REVERSED: Final = {"”": "“", "«": "»"}
"""As much Urdu is written."""
_SHORTEST_QUOTE: Final = 25
"""Letters of a quotation; what is shorter may be a name in quotation marks."""
_LONGEST_QUOTE: Final = 2_000


HINTS: Final[Mapping[Flag, tuple[str, ...]]] = {
    "negated": NEGATIONS,
    "historical": (
        *LONG_AGO,
        *(str(year) for year in (*_SOLAR, *range(_FIRST_YEAR, _LAST_YEAR))),
        *(f"{decade}s" for decade in range(1900, _LAST_YEAR, 10)),
    ),
}
"""Words without which no mention of their sentence gets a flag."""


class Flags:
    """The flags of the mentions in one document."""

    def __init__(self, document: Document, hints: Iterable[tuple[Flag, Occurrence]], year: int) -> None:
        """Take the hints that were found, and the year of the article."""
        self._document: Final = document
        self._year: Final = year
        self._cues: Final = defaultdict[tuple[Flag, int], list[Occurrence]](list)
        for flag, cue in hints:
            self._cues[flag, cue.sentence].append(cue)

    def of(self, mention: Occurrence) -> tuple[Flag, ...]:
        """What is plain of a mention."""
        flags: list[Flag] = []
        if (cues := self._cues.get(("negated", mention.sentence))) and self._is_denied(mention, cues):
            flags.append("negated")
        if (cues := self._cues.get(("historical", mention.sentence))) and any(
            self._dates(cue, mention) for cue in cues[:_FEW]
        ):
            flags.append("historical")
        if self._is_quoted(mention):
            flags.append("quoted")
        return tuple(flags)

    def _is_denied(self, mention: Occurrence, cues: Sequence[Occurrence]) -> bool:
        folded, (before, after) = self._document.folded, _denials()
        nearest = mention.place - _LOOKED_AT
        if any(
            before.fullmatch(folded.text, cue.place, mention.place)
            for cue in cues
            if nearest <= cue.place < mention.place
        ):
            return True
        if cues[-1].place <= mention.place:
            return False
        end = int(folded.offsets.searchsorted(np.int32(mention.end)))
        return bool(after.match(folded.text, end, end + _LOOKED_AT))

    def _start_of_sentence(self, sentence: int) -> int:
        return int(self._document.sentences[sentence])

    def _dates(self, cue: Occurrence, mention: Occurrence) -> bool:
        """Whether a cue tells that the clause of the mention is of long ago."""
        text = self._document.joined
        words = text[cue.start : cue.end]
        if not words[:1].isdigit():
            return 0 <= mention.start - cue.end <= _FEW and bool(_FORMER.match(text, cue.start, mention.start))
        if not self._is_long_ago(cue):
            return False
        start, end = (cue.end, mention.start) if cue.start < mention.start else (mention.end, cue.start)
        if end - start > _FARTHEST or _now().search(text, start, end):
            return False
        opens = cue.start - self._start_of_sentence(cue.sentence) <= _FEW and cue.start < mention.start
        return not _BREAK.search(text, start + 2, end) if opens else not _clause().search(text, start, end)

    def _is_long_ago(self, cue: Occurrence) -> bool:
        folded, (before, since, after) = self._document.folded, _dated()
        year = int(self._document.joined[cue.start : cue.start + _DIGITS])
        left = folded.text[max(0, cue.place - _FEW) : cue.place]
        right = folded.text[cue.place + 4 : cue.place + _FEW]
        if since.search(left) or not (before.search(left) or _DECADE.match(right) or after.match(right)):
            return False
        if year in _SOLAR:
            year += _SOLAR_EPOCH
        return year <= self._year - _LONG

    def _is_quoted(self, mention: Occurrence) -> bool:
        starts, ends = self._quotations
        at = bisect_right(starts, mention.start) - 1
        return at >= 0 and mention.end <= ends[at] and (starts[at], ends[at]) != (mention.start - 1, mention.end)

    @cached_property
    def _quotations(self) -> tuple[Sequence[int], Sequence[int]]:
        """Where quotations begin and end, ascending."""
        spans = sorted(_quotations(self._document.joined))
        return [start for start, _ in spans], [end for _, end in spans]


def _quotations(text: str) -> Iterator[tuple[int, int]]:
    pairs = _PAIRS if text.find("“") <= text.find("”") or "“" not in text else _REVERSED
    for opening, closings in pairs.items():
        at = text.find(opening)
        while at >= 0:
            last = at + _LONGEST_QUOTE
            end = min(
                (place for place in (text.find(sign, at + 1, last) for sign in closings) if place >= 0), default=-1
            )
            if end - at > _SHORTEST_QUOTE and "\n\n" not in text[at:end]:
                yield at + 1, end
            at = text.find(opening, max(at, end) + 1)
    yield from _straight_quotations(text)


def _straight_quotations(text: str) -> Iterator[tuple[int, int]]:
    """Between straight marks, of which a line must have an even number."""
    at = text.find('"')
    while at >= 0:
        line = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        marks = [found.start() for found in re.finditer('"', text[line:end])]
        if len(marks) % 2 == 0:
            for first, second in zip(marks[::2], marks[1::2], strict=True):
                if _SHORTEST_QUOTE < second - first < _LONGEST_QUOTE:
                    yield line + first + 1, line + second
        at = text.find('"', end)


_DECADE: Final = re.compile(r"s(?!\w)")
_FORMER: Final = re.compile(
    r"then(?:-| (?=president|prime|chief|leader|minister|ruler|king|army|interior|foreign|defen))[^,;:.()]*$"
    r"|(?!then)[^,;:.()]*$",
    re.IGNORECASE,
)
"""`then-`, or another cue that is no year, and what follows it in its phrase."""
_BREAK: Final = re.compile(r"[;:!?()—。；]")


@cache
def _clause() -> re.Pattern[str]:
    """What parts the clauses of a sentence, in original letters."""
    return re.compile(rf"[,،，、;:!?()\"“”«»—。]|\s[–-]\s|\b(?:{'|'.join(BREAKS)})\b", re.IGNORECASE)


@cache
def _now() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:now|today|still|since|however|but|while|whereas|сейчас|теперь|сегодня|но|اب|آج|امروز|اکنون|اما|لیکن)\b"
    )


def _one_of(patterns: Iterable[str]) -> str:
    """Regular expressions over folded text: their letters are folded, "_" is a space."""
    listed = [pattern for pattern in patterns if pattern]
    letters = sorted({run for pattern in listed for run in re.findall(r"[^\W\d_]+", re.sub(r"\\w|\\b", " ", pattern))})
    folded = dict(zip(letters, fold_phrases(letters), strict=True))
    return "|".join(
        re.sub(r"\\w|\\b|[^\W\d_]+", lambda run: run[0] if run[0][0] == "\\" else folded[run[0]], pattern)
        for pattern in listed
    )


@cache
def _denials() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(rf"(?:{_one_of(DENIED_BEFORE)}) "), re.compile(rf" ?(?:{_one_of(DENIED_AFTER)})(?!\w)")


@cache
def _dated() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What stands before a year in which something was, before one since which it is, and after one."""
    before, since = (re.compile(rf"(?<!\w)(?:{_one_of(words)}) ?$") for words in (YEAR_BEFORE, SINCE))
    return before, since, re.compile(rf" ?(?:{_one_of(YEAR_AFTER)})")
