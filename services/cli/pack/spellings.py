"""Words of a corpus that look like spellings of known names, by edit distance.

1. Candidates are runs of one to five words that no known name overlaps and no punctuation parts: with capitals, where
   the script has them; elsewhere of at least two words, or next to a word that stands beside names ("commander").
2. A run is compared with the names of as many words, or one more or less, that begin with a letter of the same sound.
3. It is a spelling if it is alike enough as a whole, and each of its words is alike enough to one of the name:
   "Pakistan Navy" is not "Pakistan Army".

Everything is bounded: the most frequent candidates, the longest names' words, the suggestions that are told.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from typing import Final, NamedTuple

from services.backbone.errors import TocsinError
from services.matching.document import Document
from services.matching.fold import fold_phrases
from services.matching.lexicon import Entry, Lexicon
from services.tagging.gazetteer import Pack

_MOST_WORDS: Final = 5
_MOST_CANDIDATES: Final = 200_000
_SHORTEST: Final = 6
"""Folded letters of a name, below which every word is near to some other."""
_ALIKE: Final = 86
_WORDS_ALIKE: Final = 70
_LONE_WORD_ALIKE: Final = 90
"""Per cent of `fuzz.ratio`."""

_WORD: Final = re.compile(r"\w[\w'’ʼ‌]*")
_JOINS: Final = re.compile(r"[ \u00a0‑-]|-")
_SMALL_INSIDE: Final = "e i al ul el ut ur ud us un az ibn bin bint de la of und"
_TITLES: Final = (
    "کمانڈر مولانا مولوی ملا مفتی حافظ شیخ ڈاکٹر وزیر صدر جنرل تنظیم گروه جنبش فرمانده رئیس قوماندان قائد حركة "
    "تنظيم جماعة زعيم الشيخ القائد मौलाना मुफ्ती कमांडर नेता संगठन"
)
_SOUNDS: Final = str.maketrans("kcyeoua", "qqiiuui")


class NoRapidFuzz(TocsinError):
    """The library that compares spellings is not installed."""


class Spelling(NamedTuple):
    """A way to write a name that the pack does not know."""

    text: str
    """As it stands in the corpus, most often."""
    times: int
    actor_id: str
    language: str
    name: str
    """The known name that it is like."""
    likeness: float
    """0 to 1."""
    article: str
    """Where it was seen first."""
    sentence: str
    start: int
    """Where it stands in the sentence."""


class _Seen:
    __slots__ = ("article", "count", "sentence", "start", "writings")

    def __init__(self, article: str, sentence: str, start: int) -> None:
        self.count = 0
        self.writings = Counter[str]()
        self.article, self.sentence, self.start = article, sentence, start


class Spellings:
    """Looks through a corpus for spellings of the names of a pack."""

    def __init__(self, pack: Pack) -> None:
        entries: list[Entry[str]] = [
            Entry(actor.id, alias.text, alias.case) for actor in pack.actors for alias in actor.names
        ]
        entries += [Entry("", decoy) for decoys in pack.decoys.values() for decoy in decoys]
        self._lexicon = Lexicon(entries)
        self._known = _known(pack)
        self._seen: dict[str, _Seen] = {}

    def add(self, identifier: str, title: str, text: str) -> None:
        """Gather the candidates of one more article."""
        document = Document(title, text)
        taken = bytearray(len(document.joined) + 1)
        for hit in self._lexicon.find(document):
            start, end = hit.occurrence.start, hit.occurrence.end
            taken[start:end] = b"\1" * (end - start)
        found = list(_runs(document.joined, taken))
        if not found:
            return
        folded = fold_phrases([document.joined[start:end] for start, end in found])
        for (start, end), form in zip(found, folded, strict=True):
            seen = self._seen.get(form)
            if seen is None:
                if len(self._seen) >= _MOST_CANDIDATES or len(form) < _SHORTEST - 1:
                    continue
                first = max(document.joined.rfind("\n", 0, start) + 1, start - 80)
                seen = self._seen[form] = _Seen(identifier, _line(document.joined, first, end + 80), start - first)
            seen.count += 1
            seen.writings[document.joined[start:end]] += 1

    def suggestions(self, at_least: int) -> list[Spelling]:
        """The spellings that were seen so often, the most frequent first."""
        ratio = _ratio()
        found = [
            best
            for form, seen in self._seen.items()
            if seen.count >= at_least and (best := self._best(form, seen, ratio)) is not None
        ]
        return sorted(found, key=lambda one: (-one.times, one.actor_id, one.text))

    def _best(self, form: str, seen: _Seen, ratio: _Ratio) -> Spelling | None:
        words = form.split()
        best: tuple[float, _Known] | None = None
        for number in (len(words) - 1, len(words), len(words) + 1):
            for known in self._known.get((number, _sound(form)), ()):
                cutoff = _LONE_WORD_ALIKE if len(words) == number == 1 else _ALIKE
                likeness = ratio(form, known.form, score_cutoff=max(cutoff, best[0] if best else 0))
                if likeness and likeness < 100 and _words_alike(words, known.form.split(), ratio):
                    best = (likeness, known)
        if best is None:
            return None
        likeness, known = best
        text = seen.writings.most_common(1)[0][0]
        return Spelling(
            text, seen.count, known.actor_id, known.language, known.text, round(likeness / 100, 2),
            seen.article, seen.sentence, seen.start,
        )  # fmt: skip


class _Known(NamedTuple):
    form: str
    actor_id: str
    language: str
    text: str


_Ratio = Callable[..., float]


def _ratio() -> _Ratio:
    try:
        ratio: _Ratio = import_module("rapidfuzz.fuzz").ratio
    except ImportError:
        raise NoRapidFuzz("RapidFuzz, which compares spellings, is not installed; pip install rapidfuzz") from None
    return ratio


def _known(pack: Pack) -> dict[tuple[int, str], list[_Known]]:
    """The names that are long enough to have spellings, by their number of words and the sound that they begin with."""
    found = defaultdict[tuple[int, str], list[_Known]](list)
    for actor in pack.actors:
        languages = [(language, alias) for language, aliases in actor.aliases.items() for alias in aliases]
        listed = {alias.text: language for language, alias in languages}
        aliases = [alias for alias in actor.names if not alias.exact]
        for alias, form in zip(aliases, fold_phrases([alias.text for alias in aliases]), strict=True):
            if len(form) >= _SHORTEST and "*" not in form:
                known = _Known(form, actor.id, listed.get(alias.text, "en"), alias.text)
                found[len(form.split()), _sound(form)].append(known)
    return found


def _sound(form: str) -> str:
    return form[:1].translate(_SOUNDS)


def _words_alike(words: Sequence[str], known: Sequence[str], ratio: _Ratio) -> bool:
    """Whether each word has a partner; joined and parted ones (Jamaatul, Jamaat ul) only as wholes."""
    if len(words) != len(known):
        return "".join(words)[:3] == "".join(known)[:3] and bool(
            ratio("".join(words), "".join(known), score_cutoff=_LONE_WORD_ALIKE)
        )
    return all(ratio(word, other) >= _WORDS_ALIKE for word, other in zip(words, known, strict=True))


def _runs(text: str, taken: bytearray) -> Iterator[tuple[int, int]]:
    """Runs of words, none of them taken, that may be a name."""
    words = [match.span() for match in _WORD.finditer(text)]
    for first in range(len(words)):
        start, end = words[first]
        if 1 in taken[start:end] or not _begins(text, words, first):
            continue
        for last in range(first, min(first + _MOST_WORDS, len(words))):
            start_of_last, end = words[last]
            if last > first and not _JOINS.fullmatch(text[words[last - 1][1] : start_of_last]):
                break
            if 1 in taken[start_of_last:end]:
                break
            if _ends(text, words, first, last):
                yield start, end


def _is_cased(word: str) -> bool:
    return word[0].lower() != word[0].upper()


def _begins(text: str, words: Sequence[tuple[int, int]], first: int) -> bool:
    word = text[slice(*words[first])]
    return word[0].isupper() if _is_cased(word) else word[0].isalpha()


def _ends(text: str, words: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """Whether a run may end here: at a word with a capital; in other scripts after the second, or beside a title."""
    word = text[slice(*words[last])]
    if _is_cased(word):
        inside = (text[slice(*span)] for span in words[first + 1 : last])
        return word[0].isupper() and all(one[0].isupper() or one.lower() in _SMALL_INSIDE.split() for one in inside)
    if last > first:
        return True
    return first > 0 and text[slice(*words[first - 1])] in _TITLES.split()


def _line(text: str, start: int, end: int) -> str:
    return text[start:end].split("\n")[0]


def spellings(pack: Pack, corpus: Iterable[tuple[str, str, str]], at_least: int) -> list[Spelling]:
    """The spellings that a corpus of (id, title, text) has of the names of a pack."""
    looking = Spellings(pack)
    for identifier, title, text in corpus:
        looking.add(identifier, title, text)
    return looking.suggestions(at_least)
