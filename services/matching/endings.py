"""Endings of Cyrillic words; particles and suffixes that Arabic script joins to a word. All in folded letters."""

from __future__ import annotations

from typing import Final


def _set(endings: str) -> frozenset[str]:
    return frozenset(endings.replace("-", "").split(" "))


ARABIC_PREFIXES: Final = _set("- و ف ب ل ک ال وال بال فال کال لل ولل وب ول")
"""Arabic particles: and, so, in, for, like, the; alone and together."""

ARABIC_SUFFIXES: Final = _set("- ها های هایی ی یی یه ان انو و ون ین یین یون یان یانو")
"""Persian, Urdu, Pashto and Arabic plurals, ezafe and the adjective in ی."""

LONG_ARABIC_PREFIXES: Final = ARABIC_PREFIXES | {"د"}
"""Also the Pashto "of", which some outlets join: only before longer names, as short ones are words with it."""

LONG_ARABIC_SUFFIXES: Final = ARABIC_SUFFIXES | {"ه"}
"""Also the Pashto oblique: only after longer names."""

_UNCHANGED: Final = _set("-")
_ADJECTIVE_ENDINGS: Final = ("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие")
_ADJECTIVE: Final = _set(
    "ый ий ой ая яя ое ее ые ие ого его ому ему ым им ом ем ую юю ых их ыми ими ою ею"  # adjectives proper
    " ия ию ием ии ей ям ями ях"  # nouns that look like one: Дмитрий, здание
)
_CONSONANT: Final = _set("- а у ом ем е ы и ов ев ей ам ами ах ым")
_SIBILANT_E: Final = _set("- е а у ем ам ами ах")
_BY_LAST_LETTER: Final = {
    "й": _set("й я ю ем е и ев ям ями ях"),
    "ь": _set("ь я ю ем е и ью ей ям ями ях"),
    "а": _set("- а ы и е у ой ою ей ам ами ах"),
    "я": _set("я и ю е ей ею ь й ям ями ях"),
    "о": _set("- о а у ом е ам ами ах"),
    "е": _set("е я ю ем и й ей ям ями ях"),
    "ы": _set("ы - а у е ой ов ев ам ами ах ей"),
    "и": _set("и - ов ев ам ами ах ей ям ями ях"),
}
_INDECLINABLE: Final = frozenset("уюэіїєґқғңәөүұһўҳҷъ")
_SHORTEST_PLURAL_IN_I: Final = 6  # shorter ones are names that do not change: Дели, Сочи


LONGEST_AFFIX: Final = max(
    map(len, {*LONG_ARABIC_PREFIXES, *LONG_ARABIC_SUFFIXES, *_ADJECTIVE, *_CONSONANT}.union(*_BY_LAST_LETTER.values()))
)
"""Letters of the longest ending, particle or suffix: no word is searched for longer."""


def cyrillic_stem(word: str) -> tuple[str, frozenset[str]]:
    """The part of a Russian word that its cases share, and the endings that may follow it.

    Vowels that come and go (список, списка) are not followed: list both.

    Source: the declension classes of Zaliznyak's Grammatical Dictionary of Russian, simplified to the last letters.
    """
    last = word[-1]
    if last in _INDECLINABLE or not last.isalpha() or (last == "и" and len(word) < _SHORTEST_PLURAL_IN_I):
        return word, _UNCHANGED
    if len(word) > 5 and word.endswith(_ADJECTIVE_ENDINGS):
        return word[:-2], _ADJECTIVE
    if last == "е" and word[-2] in "жшчщц":
        return word[:-1], _SIBILANT_E
    if last in _BY_LAST_LETTER:
        return word[:-1], _BY_LAST_LETTER[last]
    return word, _CONSONANT
