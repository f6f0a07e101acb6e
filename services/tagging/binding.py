"""What an article itself says of its names: who is meant by a surname, and what an abbreviation stands for.

- A surname, or another short form, counts after a longer name of the same actor; not where it is part of another name
  ("Sardar Khan", "Khan Yunis"), nor where the article names two who bear it.
- "Long Name (ABC)" makes ABC a name of that actor from there on, whatever else ABC may mean.
- "Other Body's Name (ABC)", spelled out by its capitals, makes ABC no name of ours in this article.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np

from services.matching.document import Document
from services.matching.expressions import Occurrence
from services.matching.fold import fold_phrases
from services.tagging.gazetteer import Actor, Alias
from services.tagging.names import NameHit
from services.tagging.surname_words import NO_PARTS_OF_NAMES, SPEAKS, TITLES, TITLES_WITHOUT_CAPITALS

_SHORTEST_SURNAME: Final = 3
_LONGEST_WORD: Final = 32
_NO_SURNAMES: Final = frozenset({"jr", "jr.", "sr", "младший", "старший", "ii", "iii"})

_DEFINED: Final = re.compile(r"[ \n]?[(（\[]\s?[\"“'‘«]?([^\W\d_][\w-]{1,9})[\"”'’»]?\s?[)）\],;]")
_WORD_BEFORE: Final = re.compile(r"(\w[\w.’'-]{0,29})[ \u200c]{0,2}$")
_FOREIGN: Final = re.compile(r"(?:[\w’'&-]+[ ,]+){2,9}$")
_SMALL_WORDS: Final = frozenset(["of", "the", "and", "for", "in", "on", "to", "de", "la", "al", "e", "i", "ul"])
_MOST_DEFINITIONS: Final = 20
_SHARED_LETTERS: Final = 4


def surnames(actors: Sequence[Actor]) -> dict[str, list[Alias]]:
    """The surnames of persons, by the id of the actor: of the name itself, and of the first full name of each language.

    Left out are surnames of one or two letters, and those that are a whole name of some actor already.
    """
    persons = [actor for actor in actors if actor.kind == "person" and actor.surname]
    last_names = {person.id: list(dict.fromkeys(_last_names(person))) for person in persons}
    texts = [alias.text for actor in actors for alias in actor.names]
    whole = set(fold_phrases(texts))
    listed = [name for names in last_names.values() for name in names]
    folded = dict(zip(listed, fold_phrases(listed), strict=True)) if listed else {}
    return {
        person: [
            Alias(text=name, short=True, case="exact" if name[0].isupper() else None)
            for name in names
            if folded[name] not in whole
        ]
        for person, names in last_names.items()
    }


def _last_names(person: Actor) -> Iterator[str]:
    own = _last_name(person.name)
    if own is not None:
        yield own
    for aliases in person.aliases.values():
        full = [last for alias in aliases if alias.is_certain and (last := _last_name(alias.text)) is not None]
        yield from (last for number, last in enumerate(full) if not number or (own and last[0] == own[0]))


def _last_name(name: str) -> str | None:
    words = name.replace("·", " · ").split()
    last = words[-1]
    if len(words) < 2 or len(last) < _SHORTEST_SURNAME or last.casefold() in _NO_SURNAMES or "(" in name:
        return None
    return None if last[0].islower() else last


def of_longer_names(
    document: Document, shorts: Iterable[NameHit], full: Mapping[str, Sequence[NameHit]]
) -> list[NameHit]:
    """The short forms that count.

    Args:
        document: The article.
        shorts: Short forms that were found.
        full: The other mentions of each actor, in the order of the article.
    """
    bearers = defaultdict[tuple[int, int], dict[str, NameHit]](dict)
    for hit in shorts:
        if hit.name.actor is not None and hit.name.actor.id in full:
            bearers[hit.span].setdefault(hit.name.actor.id, hit)
    return [
        hit
        for named in bearers.values()
        if len(named) == 1
        for actor, hit in named.items()
        if full[actor][0].occurrence < hit.occurrence and _stands_alone(document.joined, *hit.span)
    ]


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a surname is no part of a longer name that is someone else's."""
    if text[start].isupper():
        return _no_capital_before(text, start) and _no_capital_after(text, end)
    if "\u4e00" <= text[start] <= "\u9fff":
        return "·" not in (text[start - 1 : start], text[end : end + 1])
    titles, others, verbs = _company()
    match = _WORD_BEFORE.search(text, max(0, start - _LONGEST_WORD), start)
    word = fold_phrases([match[1]])[0] if match and match[1][-1].isalnum() else ""
    if word in titles:
        return True
    after = fold_phrases([text[end : end + 24]])[0].split(" ", 1)[0]
    return after in verbs and (not word or word in others)


def _no_capital_before(text: str, start: int) -> bool:
    match = _WORD_BEFORE.search(text, max(0, start - _LONGEST_WORD), start)
    if match is None:
        return text[start - 1 : start] != "-"
    word = match[1]
    if word[-1] == "-":
        return False
    if not word[0].isupper() or word.endswith(("'s", "’s")):
        return True
    return word.rstrip(".").casefold() in TITLES or (word[-1] == "." and len(word) > 3)


def _no_capital_after(text: str, end: int) -> bool:
    if text[end : end + 1] == "-":
        return not text[end + 1 : end + 2].isupper()
    return text[end : end + 1] != " " or not text[end + 1 : end + 2].isupper()


def definitions(document: Document, standing: Sequence[NameHit]) -> list[tuple[NameHit, str, int]]:
    """Each "Long Name (ABC)": the name, ABC, and where the article goes on after it."""
    text = document.joined
    found: list[tuple[NameHit, str, int]] = []
    for hit in standing:
        end = hit.occurrence.end
        if "(" in text[end : end + 2] and len(found) < _MOST_DEFINITIONS:
            match = _DEFINED.match(text, end)
            if match and _abbreviates(match[1], text[hit.occurrence.start : end]):
                found.append((hit, match[1], match.end(1)))
    return found


def _abbreviates(short: str, name: str) -> bool:
    """Whether capitals are, in their order, first letters of the words of a name; the first of the first."""
    initials = "".join(word[0] for word in re.split(r"[\s\u200c-]+", name) if word and word[0].isalnum()).upper()
    letters = [letter for letter in short if letter.isalnum()]
    if len(letters) < 2 or not all(letter.isupper() for letter in letters[:2]) or initials[:1] != letters[0]:
        return False
    rest = iter(initials)
    return len(initials) > 1 and all(letter in rest for letter in map(str.upper, letters))


def occurrences(document: Document, short: str, after: int) -> Iterator[Occurrence]:
    """Where an abbreviation stands as a word of its own, after a place."""
    text, offsets = document.joined, document.folded.offsets
    starts = document.sentences
    at = text.find(short, after)
    while at >= 0:
        end = at + len(short)
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
            sentence = int(starts.searchsorted(np.int32(at), side="right")) - 1
            yield Occurrence(at, end, sentence, int(offsets.searchsorted(np.int32(at))))
        at = text.find(short, end)


def is_bracketed(document: Document, hit: NameHit) -> bool:
    """Whether a name stands in brackets by itself."""
    text, (start, end) = document.joined, hit.span
    return text[start - 1 : start] == "(" and text[end : end + 1] == ")"


def is_of_another(document: Document, hit: NameHit) -> bool:
    """Whether an abbreviation in brackets stands after a name that it abbreviates and that is not its actor's."""
    text, (start, end) = document.joined, hit.span
    match = _FOREIGN.search(text, max(0, start - 102), start - 1)
    if match is None:
        return False
    words = re.split(r"[ ,-]+", match[0].strip(" ,"))
    letters = [letter for letter in text[start:end].upper() if letter.isalnum()]
    for number in range(len(words)):
        name = [word for word in words[number:] if word.casefold() not in _SMALL_WORDS]
        if [word[0].upper() for word in name] == letters and words[number].casefold() not in _SMALL_WORDS:
            return not _shares_a_word(name, hit.name.actor)
    return False


@cache
def _company() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Folded: titles before a surname, what else may stand before it, what follows one that speaks."""
    titles, others, verbs = (
        frozenset(fold_phrases(" ".join(words.values()).split()))
        for words in (TITLES_WITHOUT_CAPITALS, NO_PARTS_OF_NAMES, SPEAKS)
    )
    return titles, others, verbs


def _shares_a_word(words: Iterable[str], actor: Actor | None) -> bool:
    assert actor is not None  # noqa: S101 - an abbreviation is someone's
    own = {
        word[:_SHARED_LETTERS]
        for alias in actor.names
        for word in re.split(r"[\s-]+", alias.text.casefold())
        if len(word) > _SHARED_LETTERS
    }
    return any(word.casefold()[:_SHARED_LETTERS] in own for word in words if len(word) > _SHARED_LETTERS)
