"""The parts of an article that speak of no one: bylines, credits, links to other articles, addresses, and what outlets
say of themselves.

- A line, or a sentence, that begins with the words of such a part ("Read more:", "Photo:", "Follow us on"); where it
  runs on into the text, as much as a headline is long.
- After a line that is only such words ("Related stories") the lines that look like headlines.
- A short line "By Name Name". A credit inside a line ("(Photo: ISPR)").
- Web addresses and handles ("@name").

A dateline ("KABUL, Afghanistan (AP) —") names places and states, but none of the bodies in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from services.matching.document import Document
from services.matching.expressions import Occurrence
from services.matching.lexicon import Found
from services.tagging.zone_words import ADVERTS, AT_THE_END, CREDITS, LINKS

Span = tuple[int, int]

_LONGEST_CUE: Final = 48
_LONGEST_LINE: Final = 2_000
"""So far is the end of a line looked for."""
_LONGEST_TEASER: Final = 160
_LONGEST_HEADLINE: Final = 80
_MOST_TEASERS: Final = 8
_LAST_SENTENCES: Final = 5
_MOST_BULLETS: Final = 12
_LONGEST_BYLINE: Final = 90
_FAR: Final = 300
"""Letters from the ends of a text within which bylines stand."""
_LONGEST_CREDIT: Final = 60
_LONGEST_BRACKET: Final = 160
_LONGEST_DATELINE: Final = 110

_SAME: Final = str.maketrans("يىكةأإآۀ\u200c", "ییکهاااه ")
_BULLETS: Final = frozenset(" \t\n\r\u00a0•·▪►▶→»›>*#|[(«“\"'-–—\u200b\u200e\u200f\ufeff")
_ENDS: Final = (".", "!", "?", "۔", "؟", "।", "。", "！", "？", "…", "”", '"', "»")

_BYLINES: Final = ("\nBy ", "\nBY ", "\nОт ")
_BYLINE: Final = re.compile(r"(?:By|BY|От) +(?:[^\W\d_a-zа-я][\w.’'-]*[ ,|&]*|and +|in +|и +)+$")
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S{1,2000}|(?<![\w.])[\w.+-]{0,64}@[\w-]{2,64}(?:\.[\w-]{2,64}){0,4}")
_ADDRESSES: Final = ("http", "www.")
_CREDIT: Final = re.compile(
    r"(?i:(?:photo|image|picture)s?(?: courtesy)?(?: credits?)?(?: ?[:/|]| (?:by|courtesy of) (?=\w)))"
    r"|(?i:credits?: |courtesy: )|(?:Фото|عکس|فوٹو|تصویر):|图片来源|摄影"
)
"""A credit inside a line."""
_DATELINE: Final = re.compile(
    r"\s*(?:"
    r"[A-ZÀ-ÞА-ЯЁ][A-ZÀ-ÞА-ЯЁ.’'/ -]{2,40}(?:, ?[\w.’' -]{2,30}){0,3} ?(?:\([^()\n]{2,40}\) ?)?(?:[—–:]|--|- )"
    r"|[A-ZÀ-ÞА-ЯЁ][\w.’' -]{1,40}(?:, ?[\w.’' -]{2,30}){0,2} ?\([A-Z][^()\n]{1,40}\) ?(?:[—–:]|--|- )"
    r"|[A-ZÀ-Þ][A-ZÀ-Þ’'/ -]{2,40}(?:, ?[\w.’' -]{2,30}){0,2} ?\([A-Z][^()\n]{1,40}\)"
    r"|[А-ЯЁ][А-ЯЁ -]{2,40}, \d{1,2} \w{3,9}\.? ?[.—–-] ?/?[А-ЯЁ«][^\n.]{1,24}[.»/]"
    r"|[\u0600-\u06ff]{2,14}(?:[ \u200c][\u0600-\u06ff]{2,14}){0,2} ?"
    r"(?:\([^()\n]{2,40}\) ?)?(?:[:–—]|- ?[\u0600-\u06ff ]{2,24} ?-)"
    r"|[\u4e00-\u9fff]{2,16}\d{1,2}月\d{1,2}日[电電讯訊](?:[（(][^）)\n]{2,40}[）)])?"
    r")"
)


def dateline(document: Document) -> Span:
    """Where the text begins as a report from a place does; an empty span where it does not."""
    start = document.border
    found = _DATELINE.match(document.joined, start, start + _LONGEST_DATELINE)
    return found.span() if found else (start, start)


def silent(document: Document, cues: Sequence[Occurrence]) -> list[Span]:
    """The parts in which nobody is named, ascending and apart.

    Args:
        document: The article.
        cues: Where words of `zone_words.CUES` stand, in the order of the document.
    """
    text = document.joined
    spans = [*_lines(document, cues), *_bylines(document)]
    if "@" in text or any(text.startswith(_ADDRESSES, cue.start) for cue in cues):
        spans += [found.span() for found in _ADDRESS.finditer(text)]
    return merged(spans) if spans else spans


def merged(spans: list[Span]) -> list[Span]:
    """The same code points, in spans that are ascending and apart."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart


def outside(found: Found, spans: list[Span]) -> Found:
    """Without what stands in these spans."""
    starts, ends = np.array(merged(spans), dtype=np.int32).T
    before = starts.searchsorted(found.starts, side="right") - 1
    kept = np.flatnonzero((before < 0) | (found.starts >= ends.take(np.maximum(before, 0))))
    return Found(
        found.starts.take(kept),
        found.ends.take(kept),
        found.entries.take(kept),
        found.sentences.take(kept),
        found.places.take(kept),
    )


def _lines(document: Document, cues: Iterable[Occurrence]) -> Iterator[Span]:
    """The lines and sentences that begin with the words of a silent part, the headlines after them, and credits."""
    text, sentences = document.joined, document.sentences
    done = 0
    for cue in cues:
        start = cue.start
        if start < done:
            continue
        first, following = document.sentence(cue.sentence)
        head = text[start : start + _LONGEST_CUE].lower().translate(_SAME)
        if start - first > _MOST_BULLETS or not _BULLETS.issuperset(text[first:start]):
            if not _CREDIT.match(text, start):
                continue
            done = _end_of_credit(text, start)
        elif head.startswith(LINKS):
            end = _end_of_line(text, start)
            if end - start > _LONGEST_TEASER or not _begins_a_line(text, start):
                end = min(following, start + _LONGEST_HEADLINE, end)
            done = _after_teasers(text, start, end)
        elif head.startswith(ADVERTS) or (
            head.startswith(AT_THE_END) and cue.sentence >= len(sentences) - _LAST_SENTENCES
        ):
            done = following if following - start <= _LONGEST_TEASER else start + _LONGEST_CUE
        elif head.startswith(CREDITS) or _CREDIT.match(text, start):
            done = _end_of_credit(text, start)
        else:
            continue
        yield start, done


def _bylines(document: Document) -> Iterator[Span]:
    """Near the beginning of the text, and near its end."""
    text = document.joined
    border, end = document.border - 1, len(text)
    for first, last in ((border, min(border + _FAR, end)), (max(border + _FAR, end - _FAR), end)):
        for beginning in _BYLINES:
            at = text.find(beginning, first, last)
            if at >= 0:
                line = _end_of_line(text, at + 1)
                if line - at <= _LONGEST_BYLINE and _BYLINE.match(text, at + 1, line):
                    yield at + 1, line


def _begins_a_line(text: str, start: int) -> bool:
    line = text.rfind("\n", max(0, start - _LONGEST_CUE), start) + 1
    return line > 0 and _BULLETS.issuperset(text[line:start])


def _end_of_line(text: str, start: int) -> int:
    last = min(len(text), start + _LONGEST_LINE)
    end = text.find("\n", start, last)
    return last if end < 0 else end


def _after_teasers(text: str, start: int, end: int) -> int:
    """The end of the headlines after a line that is a cue and nothing else."""
    if end - start > _LONGEST_CUE or text[start:end].rstrip(" :\t").count(" ") > 3:
        return end
    for _ in range(_MOST_TEASERS):
        line = end + 1
        following = _end_of_line(text, line)
        teaser = text[line:following].strip()
        if not teaser or len(teaser) > _LONGEST_TEASER or teaser.endswith(_ENDS):
            break
        end = following
    return end


def _end_of_credit(text: str, start: int) -> int:
    """Where its bracket closes; else the end of a short line, or so many letters."""
    line = min(_end_of_line(text, start), start + _LONGEST_BRACKET)
    closed = min((place for place in (text.find(sign, start, line) for sign in ")]）") if place >= 0), default=-1)
    if closed >= 0 and not any(sign in text[start:closed] for sign in "([（"):
        return closed
    return line if line - start <= _LONGEST_CREDIT else start + _LONGEST_CREDIT
