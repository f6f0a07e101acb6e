"""A phrase as people write it -> patterns for the automaton, each with its boundaries and what is checked per hit.

The forms, chosen by the script of each word:

| word | searched for | checked at a hit |
|---|---|---|
| Latin, Greek, Indic and other spaced scripts | `" word "` | nothing: the spaces are the boundaries |
| Cyrillic of 4 letters and more | `" stem"` | the rest of the word is an ending of its declension |
| Arabic script of 4 letters and more | `"word"` | before it only a joined particle, after it only a suffix |
| Han, kana, Thai, Lao, Khmer, Myanmar | `"word"` | nothing |
| ending in `*` | `" word"` | nothing: any ending will do |

A phrase with ZWNJ or an apostrophe inside a word is also searched for joined, and ال also as لل.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from services.matching.endings import (
    ARABIC_PREFIXES,
    ARABIC_SUFFIXES,
    LONG_ARABIC_PREFIXES,
    LONG_ARABIC_SUFFIXES,
    LONGEST_AFFIX,
    cyrillic_stem,
)
from services.matching.fold import APOSTROPHES, UNSPACED, ZERO_WIDTH_NON_JOINER, fold_phrases

_SHORTEST_INFLECTED: Final = 4
_JOINER: Final = re.compile(rf"(?<=\w)[{re.escape(APOSTROPHES)}{ZERO_WIDTH_NON_JOINER}](?=\w)")
_ANY_ENDING: Final = None
_BATCH: Final = 10_000
_UNSPACED_LETTERS: Final = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)
_UNSPACED_WORD: Final = re.compile(f"[{_UNSPACED_LETTERS}]+")
_OTHER_THAN_SPACED: Final = re.compile(f"[*\u0400-\u04ff\u0600-\u06ff{_UNSPACED_LETTERS}]")

Endings = frozenset[str] | None
"""The endings that may follow a stem; None: any."""


class Pattern(NamedTuple):
    """One form of a phrase."""

    text: str
    """What the automaton searches for. A space at its start is the boundary before it."""
    prefixes: frozenset[str] | None
    """What else the first word may begin with, before `text`; None where `text` has its own boundary or needs none."""
    tail: tuple[tuple[Endings, str], ...]
    """Of each inflected word in turn: its endings, and the words that must follow up to the next stem."""
    bare: bool
    """`text` ends with the boundary after it: no part of what was found."""

    @property
    def is_plain(self) -> bool:
        """Whether a hit of `text` is a hit of the phrase, whatever stands around it."""
        return self.prefixes is None and not self.tail

    @property
    def is_open(self) -> bool:
        """Whether a hit of `text` is a hit of the phrase and goes on to the end of the word."""
        return self.prefixes is None and self.tail == ((_ANY_ENDING, ""),)

    @property
    def is_affixed(self) -> bool:
        """Whether only what is joined to the one word of `text` has to be looked at."""
        return not self.bare and len(self.tail) == 1 and self.tail[0][0] is not None and not self.tail[0][1]

    @property
    def is_bounded(self) -> bool:
        """Whether it is known what may be joined before `text`, and after it."""
        begins = self.prefixes is not None or self.text.startswith(" ")
        return begins and bool(self.tail) and self.tail[0][0] is not None

    @property
    def is_one_word(self) -> bool:
        return " " not in self.text.strip() and not any(words.strip() for _, words in self.tail)

    def end(self, folded: str, start: int, end: int) -> int:
        """One past the name around a hit of `text`; -1 where the letters around it forbid it.

        Args:
            folded: The folded text, which begins and ends with a space.
            start: Where `text` was found in it.
            end: One past it.
        """
        if self.prefixes is not None:
            word = folded.rfind(" ", max(0, start - LONGEST_AFFIX - 1), start) + 1
            if not word or folded[word:start] not in self.prefixes:
                return -1
        for endings, words in self.tail:
            stop = folded.find(" ", end, len(folded) if endings is None else end + LONGEST_AFFIX + 1)
            if stop < 0 or (endings is not None and folded[end:stop] not in endings):
                return -1
            if not folded.startswith(words, stop):
                return -1
            end = stop + len(words)
        return end - self.bare


Form = str | Pattern
"""A pattern, or only its text: then a hit of it is a hit of the phrase, whatever stands around it."""


def compile_phrases(phrases: Sequence[str]) -> Iterator[Sequence[Form]]:
    """The forms of each phrase, in order; none for a phrase without letters or digits.

    A phrase all in capitals (НАТО) is taken for an acronym, which has no endings.
    """
    for first in range(0, len(phrases), _BATCH):
        yield from _compiled(phrases[first : first + _BATCH])


def _compiled(phrases: Sequence[str]) -> Iterator[Sequence[Form]]:
    spelled = {number: _spellings(phrase) for number, phrase in enumerate(phrases) if _is_joined(phrase)}
    folded = fold_phrases(phrases)
    respelled = iter(fold_phrases([spelling for forms in spelled.values() for spelling in forms]))
    for number, form in enumerate(folded):
        if number in spelled:
            forms = [form, *(next(respelled) for _ in spelled[number])]
        elif plain := _plain(form):
            yield (plain,)
            continue
        else:
            forms = [form]
        patterns = _patterns(dict.fromkeys(forms), inflect=not phrases[number].isupper())
        yield [pattern.text if pattern.is_plain else pattern for pattern in patterns]


def _plain(folded: str) -> str | None:
    """What is searched for where nothing can be joined to any of the words; None: that has to be looked into."""
    if folded.isascii():
        return f" {folded} " if folded and "*" not in folded else None
    if not _OTHER_THAN_SPACED.search(folded):
        return f" {folded} "
    return folded if _UNSPACED_WORD.fullmatch(folded) else None


def _is_joined(phrase: str) -> bool:
    """Whether an apostrophe or ZWNJ stands inside a word."""
    if phrase.isascii() and "'" not in phrase and "`" not in phrase:
        return False
    return _JOINER.search(phrase) is not None


def _spellings(phrase: str) -> tuple[str, str]:
    """A phrase with an apostrophe or ZWNJ inside a word: joined there, and parted."""
    return _JOINER.sub("", phrase), _JOINER.sub(" ", phrase)


def _patterns(forms: Iterable[str], *, inflect: bool) -> tuple[Pattern, ...]:
    found = dict[Pattern, None]()
    for form in forms:
        words = [word for word in form.split() if word.strip("*")]
        if words:
            found[_pattern(words, inflect)] = None
            if words[0].startswith("ال") and len(words[0]) > _SHORTEST_INFLECTED:
                found[_pattern(["لل" + words[0][2:], *words[1:]], inflect)] = None
    return tuple(found)


def _pattern(words: list[str], inflect: bool) -> Pattern:
    joined = _arabic_affixes(sum(map(len, words))) if any(map(_is_arabic, words)) else None
    runs: list[list[str]] = [[]]  # words that stay as they are, up to and including a stem, again and again
    inflected: list[Endings] = []
    for place, word in enumerate(words, start=1):
        stem, *endings = _stem(word, joined[1] if joined and place == len(words) else None, inflect)
        runs[-1].append(stem)
        if endings:
            inflected += endings
            runs.append([])
    bare = bool(runs[-1]) and not _is_unspaced(words[-1][-1])
    after = [" ".join(run) for run in runs]
    after[-1] += " " * bare
    tail = tuple((endings, " " + run if run else "") for endings, run in zip(inflected, after[1:], strict=True))
    if _is_unspaced(words[0][0]):
        return Pattern(after[0], None, tail, bare)
    if _is_arabic(words[0]) and joined:
        return Pattern(after[0], joined[0], tail, bare)
    return Pattern(" " + after[0], None, tail, bare)


def _stem(word: str, suffixes: frozenset[str] | None, inflect: bool) -> tuple[str] | tuple[str, Endings]:
    """A word that stays as it is; or the part of it that stays, and what may follow."""
    if word.endswith("*"):
        stem = word.rstrip("*")
        return (stem,) if _is_unspaced(stem[-1]) else (stem, _ANY_ENDING)
    if _is_arabic(word) and suffixes:
        return word, suffixes
    if inflect and _is_cyrillic(word) and len(word) >= _SHORTEST_INFLECTED:
        return cyrillic_stem(word)
    return (word,)


def _arabic_affixes(letters: int) -> tuple[frozenset[str], frozenset[str]] | None:
    """What may be joined before and after a name of so many letters in Arabic script; None: too short for any."""
    if letters < _SHORTEST_INFLECTED:
        return None
    if letters == _SHORTEST_INFLECTED:
        return ARABIC_PREFIXES, ARABIC_SUFFIXES
    return LONG_ARABIC_PREFIXES, LONG_ARABIC_SUFFIXES


def _is_unspaced(letter: str) -> bool:
    code = ord(letter)
    return code >= UNSPACED[0][0] and any(first <= code <= last for first, last in UNSPACED)


def _is_arabic(word: str) -> bool:
    return "\u0600" <= word[0] <= "\u06ff"


def _is_cyrillic(word: str) -> bool:
    return "\u0400" <= word[0] <= "\u04ff" and "\u0400" <= word[-1] <= "\u04ff"
