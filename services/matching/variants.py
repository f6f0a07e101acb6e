"""The usual transliterations of a name in Latin letters: given once, spelled out by stated rules.

A name is taken apart into words. Each word has its alternatives, by the first rule that fits it:

1. it stands in a group of `_GROUPS` (Mohammad, Muhammad, Mohammed ...);
2. it is the izafat between two words (-e-, -i-), or the Arabic article (al-, ul-, el-, or joined to the sound after it:
   ur-Rahman), which may also be joined to the word before it (Jamaatul Ahrar);
3. it ends in -ullah, -uddin or -zada, with what stands before by the rules again where it is a word of a group;
4. a word of five letters and more that ends in ee or i, oo or u and one consonant is written with either.

A variant is any choice of alternatives; those that change fewest words come first, `MOST` at most. Capitals follow the
word that was written, hyphens and spaces stay. Names with letters beyond ASCII have none.

Source: the spellings of these names in English-language news; the assimilation of the article before sun letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, islice, product
from typing import Final

MOST: Final = 64
"""Variants of one name, two that are spelled alike counted twice."""

_GROUPS: Final = (
    "mohammad muhammad mohammed muhammed mohamed mohamad",
    "ahmad ahmed",
    "mahmood mahmud mehmood mahmoud",
    "hussain hussein husain hossein husayn",
    "hasan hassan",
    "rahman rehman",
    "rahim raheem",
    "yaqoob yaqub yaqoub yakub",
    "yusuf yousuf yousaf yousef youssef",
    "omar umar",
    "usman osman othman uthman",
    "khalil khaleel",
    "shehbaz shahbaz",
    "siraj seraj",
    "zabih zabeeh",
    "hibat haibat",
    "mullah mulla",
    "maulvi mawlawi maulawi molvi mowlavi",
    "maulana mawlana molana",
    "sheikh shaikh shaykh sheik",
    "sayed syed sayyid sayyed",
    "akhund akhond",
    "haqqani haqani",
    "mehsud mahsud",
    "noor nur",
    "gul gol",
    "abdul abdel abdal",
    "tehreek tehrik tahreek tahrik",
    "jamaat jama'at jamat",
    "jaish jaysh jeish",
    "hizb hezb",
    "hezbollah hizbullah hizbollah hezbullah",
    "ansarullah ansarallah",
    "mujahideen mujahidin mujahedin mujahedeen",
    "taliban taleban",
    "qaeda qaida qa'ida",
    "khorasan khurasan",
    "turkistan turkestan",
    "baloch baluch",
    "balochistan baluchistan",
    "pashtun pashtoon pakhtun",
    "labbaik labaik",
    "taiba tayyiba tayba toiba",
    "fitna fitnah",
    "khawarij khwarij",
    "shura shoora",
    "wilayat wilayah velayat",
)
_GROUP_OF: Final = {word: group.split() for group in _GROUPS for word in group.split()}
_IZAFAT: Final = ("e", "i")
_ARTICLES: Final = ("al", "ul", "el")
_SUN_LETTERS: Final = ("sh", "r", "d", "s", "z", "n", "t")
_ENDINGS: Final = (("ullah", "ollah", "ulla"), ("uddin", "udin", "eddin"), ("zada", "zadeh", "zadah"))
_LONG_VOWEL: Final = re.compile(r"(?<=[^aeiou])(ee|i|oo|u)([bdfklmnqrz])$")
_LONG_VOWELS: Final = {"ee": "i", "i": "ee", "oo": "u", "u": "oo"}
_SHORTEST_WITH_LONG_VOWEL: Final = 5
_WORD: Final = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*")


def variants(name: str) -> tuple[str, ...]:
    """The other spellings of a name; none where no rule fits."""
    if not name.isascii():
        return ()
    words = _WORD.findall(name)
    between = _WORD.split(name)
    choices = [_alternatives(words, between, place) for place in range(len(words))]
    found = {name: None}
    for written in islice(_fewest_changes_first(words, choices), MOST):
        found.setdefault(_spell(between, written))
    return tuple(found)[1:]


def _alternatives(words: Sequence[str], between: Sequence[str], place: int) -> list[str]:
    """The other ways to write one word; one that begins with "+" is joined to the word before it."""
    word = words[place].lower()
    inside = 0 < place < len(words) - 1
    if word in _IZAFAT and inside and between[place].endswith("-"):
        found = [*_IZAFAT]
    elif place < len(words) - 1 and word in (articles := _articles(words[place + 1].lower())):
        found = [*articles, *(["+ul"] if inside else [])]
    else:
        found = list(_spellings(word))
    return [_cased(other, words[place]) for other in found if other != word]


def _articles(following: str) -> list[str]:
    """The Arabic article before a word."""
    sound = next((sound for sound in _SUN_LETTERS if following.startswith(sound)), None)
    return [*_ARTICLES, *([f"u{sound}", f"a{sound}"] if sound else [])]


def _spellings(word: str) -> Iterator[str]:
    if word in _GROUP_OF:
        yield from _GROUP_OF[word]
        return
    for endings in _ENDINGS:
        for ending in endings:
            if word.endswith(ending) and len(word) > len(ending) + 1:
                before = word.removesuffix(ending)
                yield from map("".join, product([before, *_GROUP_OF.get(before, ())], endings))
                return
    if len(word) >= _SHORTEST_WITH_LONG_VOWEL and (vowel := _LONG_VOWEL.search(word)):
        yield word[: vowel.start()] + _LONG_VOWELS[vowel[1]] + vowel[2]


def _cased(word: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if like[0].isupper() else word


def _fewest_changes_first(words: Sequence[str], choices: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    open_places = [place for place, others in enumerate(choices) if others]
    for number in range(1, len(open_places) + 1):
        for places in combinations(open_places, number):
            for chosen in product(*(choices[place] for place in places)):
                written = list(words)
                for place, other in zip(places, chosen, strict=True):
                    written[place] = other
                yield written


def _spell(between: Sequence[str], words: Sequence[str]) -> str:
    """The words with what stood between them; an article that is joined takes the place of its own separators."""
    spelled = between[0]
    for number, word in enumerate(words):
        if word.startswith("+"):
            spelled = spelled.rstrip("- ") + word[1:] + " "
        else:
            spelled += word + between[number + 1]
    return spelled
