"""Which open stories have a near-duplicate of a text: an index over the sketches of the last days. Pure.

A text that several watches met stands here once, however many they are. Its keys stand under the day on which a story
last had it; a day that is over for good goes as a whole. A text that is too short for a sketch is a near-duplicate of
the same words only, and only if its title is long enough not to be everyone's ("Morning briefing").
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from schemas import ArticleSummary
from services.matching.sketch import SketchUnreadable, contained, keys, same_story, similarity

VERBATIM: Final = 0.7
"""Similarity from which on a text is another outlet's print of the other."""
PART: Final = 0.8
"""Or so much of one of them stands in the other."""
LEAST_TITLE: Final = 25
"""Characters of a title that two outlets hardly give to different news."""
MOST_OF_A_KEY: Final = 500
"""Texts with one key that are looked at, the newest; more have it because it is a stock phrase."""
MOST_COMPARED: Final = 20
"""Texts that are compared with one, those with the most keys in common."""
_SAME_WORDS: Final = "="


class Near(NamedTuple):
    """A near-duplicate that a story has."""

    story: str
    fingerprint: str
    likeness: float


def fingerprint(article: ArticleSummary) -> str:
    """What near-duplicates of an article are found by; empty where nothing tells."""
    if article.sketch:
        try:
            _keys(article.sketch)
        except SketchUnreadable:  # of another release
            pass
        else:
            return article.sketch
    return _SAME_WORDS + article.revision if len(article.title) >= LEAST_TITLE else ""


@dataclass(slots=True)
class _Text:
    number: int
    fingerprint: str
    stories: dict[str, str] = field(default_factory=dict)
    """Watch to its story with this text."""
    day: int = 0
    """The last day that it stands under."""


class Alike:
    """Texts of open stories.

    Under a key stand numbers of texts: one as it is, several as a tuple, which is half the memory of lists and nothing
    for the garbage collector to go through.
    """

    def __init__(self) -> None:
        self._texts: dict[str, _Text] = {}
        self._by_number: dict[int, _Text] = {}
        self._next = 0
        self._days: dict[int, dict[int, int | tuple[int, ...]]] = {}
        self._of_day = defaultdict[int, list[int]](list)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, fingerprints: Iterable[str], watch: str, story: str, at: datetime) -> None:
        """Texts of a story that was joined at this time."""
        day = at.toordinal()
        for one in fingerprints:
            if one:
                text = self._texts.get(one) or self._new(one)
                text.stories[watch] = story
                if text.day < day:
                    text.day = day
                    self._of_day[day].append(text.number)
                    under = self._days.setdefault(day, {})
                    for key in _keys(one):
                        under[key] = (*_several(under[key]), text.number) if key in under else text.number

    def near(self, fingerprint: str, watch: str) -> list[Near]:
        """The near-duplicates of a text in stories of a watch, the most similar first."""
        same = self._texts.get(fingerprint)
        compared = [*self._likely(fingerprint, watch), *([] if same is None or _keys(fingerprint) else [same])]
        found = [
            Near(text.stories[watch], text.fingerprint, alike)
            for text in compared
            if watch in text.stories and (alike := likeness(fingerprint, text.fingerprint)) > 0
        ]
        return sorted(found, key=lambda near: (-near.likeness, near.story))

    def expire(self, before: datetime) -> None:
        """Drop the texts that no story had on the day of `before` or later."""
        first = before.toordinal()
        for day in [day for day in self._of_day if day < first]:
            self._days.pop(day, None)
            for number in self._of_day.pop(day):
                text = self._by_number[number]
                if text.day <= day:
                    del self._by_number[number], self._texts[text.fingerprint]

    def _new(self, one: str) -> _Text:
        text = self._texts[one] = self._by_number[self._next] = _Text(self._next, one)
        self._next += 1
        return text

    def _likely(self, fingerprint: str, watch: str) -> list[_Text]:
        """Those of the watch with the most keys in common."""
        shared: dict[int, int] = {}
        for under in self._days.values():
            for key in _keys(fingerprint):
                if key in under:
                    for number in _several(under[key])[-MOST_OF_A_KEY:]:
                        shared[number] = shared.get(number, 0) + 1
        likely = [text for number in shared if watch in (text := self._by_number[number]).stories]
        return sorted(likely, key=lambda text: (-shared[text.number], text.fingerprint))[:MOST_COMPARED]


def _several(numbers: int | tuple[int, ...]) -> tuple[int, ...]:
    return (numbers,) if isinstance(numbers, int) else numbers


@lru_cache(maxsize=4_096)
def _keys(of: str) -> tuple[int, ...]:
    return () if not of or of.startswith(_SAME_WORDS) else tuple(int(key, 16) for key in keys(of))


@lru_cache(maxsize=4_096)
def likeness(one: str, other: str) -> float:
    """How alike two texts are by their fingerprints, up to 1; 0 where they are no near-duplicates."""
    if not _keys(one) or not _keys(other):
        return float(one == other != "")
    return similarity(one, other) if same_story(one, other) else 0.0


@lru_cache(maxsize=4_096)
def is_print(one: str, other: str) -> bool:
    """Whether one of two near-duplicates is a print of the other, whole or in part, so that they have one origin."""
    alike = likeness(one, other)
    return alike >= VERBATIM or (alike > 0 and max(contained(one, other), contained(other, one)) >= PART)
