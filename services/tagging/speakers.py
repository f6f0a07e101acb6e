"""Who speaks: the actors that the words right before or right after a word of speech name as its subject.

Read outwards from the word of speech: offices ("spokesman"), fillers ("the", "also") and further parts of a person's
name may stand in between; the first other word ends the phrase. It must be one that a subject may follow: the beginning
of the sentence, a mark, a conjunction. So "the minister, who visited Pakistan, said" and "a Pakistani lawyer said" name
no speaker that is known. An office speaks for the actor before it ("a Taliban spokesman", "سخنگوی طالبان"), and both
count where both are known ("Taliban spokesman Zabihullah Mujahid").
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from services.tagging.names import Mentions, NameHit
from services.tagging.speech_words import Manner
from services.tagging.words import Token, key, tokens

_FARTHEST: Final = 110
"""Code points between a name and the word of speech."""
_LEFT_OF_NAME: Final = 40
_UNKNOWN: Final = 4
"""Words of a person's name that no pack knows."""
_FREE: Final = 10
"""Words between a marked agent and the word of speech."""
_QUOTES: Final = frozenset("\"“”«»‘’'")


class Speakers(NamedTuple):
    """Who says it, the nearest first, and the phrase that names them."""

    hits: Sequence[NameHit]
    start: int
    end: int


class Named:
    """The mentions of a document by place, but for those that may be of one or of another actor."""

    def __init__(self, hits: Sequence[NameHit]) -> None:
        """In the order of the document, no two at one place."""
        self.hits: Final = hits
        self.starts: Final = [hit.occurrence.start for hit in hits]

    @classmethod
    def of(cls, mentions: Mentions) -> Named:
        """All that are of one actor only."""
        at = dict[int, NameHit | None]()
        for found in mentions.values():
            for hit in found:
                at[hit.occurrence.start] = None if hit.occurrence.start in at else hit
        return cls([hit for _, hit in sorted(at.items()) if hit is not None])

    def before(self, at: int) -> NameHit | None:
        """The last one that begins before a place."""
        index = bisect_left(self.starts, at) - 1
        return self.hits[index] if index >= 0 else None

    def after(self, at: int) -> NameHit | None:
        """The first one that begins at or after a place."""
        index = bisect_left(self.starts, at)
        return self.hits[index] if index < len(self.hits) else None

    def within(self, start: int, end: int) -> Mapping[int, NameHit]:
        """Those that begin between two places, by where they begin."""
        return {
            hit.occurrence.start: hit
            for hit in self.hits[bisect_left(self.starts, start) : bisect_left(self.starts, end)]
        }


class _Phrase:
    """Words read one by one, outwards from the word of speech."""

    def __init__(self, text: str, manner: Manner) -> None:
        self.text: Final = text
        self.manner: Final = manner
        self.hits: Final = list[NameHit]()
        self.unknown = 0
        """Unknown words since the last known one."""
        self.role = False
        """Whether an office was read since the last name."""
        self.office = False
        """Whether one was read at all."""
        self.posted = self.former = False
        """Whether an office was read that is held at another's seat, or is held no more."""

    def read_role(self, word: str) -> None:
        """Take an office into the phrase."""
        self.role, self.office, self.unknown = True, True, 0
        self.posted |= word in self.manner.posts
        self.former |= word in self.manner.former

    def add(self, hit: NameHit, *, also: bool) -> None:
        """Take a name into the phrase: as the first, or as one that also speaks."""
        if not self.hits or also:
            self.hits.append(hit)
        elif self.posted and not self.role and _kind(self.hits[-1]) == "organisation":
            self.hits[-1] = hit  # China's UN ambassador

    @property
    def speaking(self) -> list[NameHit]:
        """Who speaks: nobody does for whom only a former office is named."""
        return [hit for hit in self.hits if _kind(hit) == "person"] if self.former else self.hits

    def is_name_like(self, token: Token) -> bool:
        """Whether a word may be part of a person's name."""
        if token.kind != "word" or self.unknown == _UNKNOWN or self.manner.ends(token.key):
            return False
        letter = self.text[token.start]
        return letter.isupper() or letter.lower() == letter.upper()


def speakers_before(
    text: str, named: Named, start: int, at: int, manner: Manner, *, marked: bool = True
) -> Speakers | None:
    """Who is named as the subject right before a word of speech.

    Args:
        text: Of the document.
        named: All mentions.
        start: Where the sentence begins.
        at: Where the word of speech begins.
        manner: Of its language.
        marked: Whether the agent has a marker, if the language has one.
    """
    nearest = named.before(at)
    if nearest is None or nearest.occurrence.start < start or at - nearest.occurrence.end > _FARTHEST:
        return None
    if not (manner.marker and marked) and not _may_stand_next(text[nearest.occurrence.end : at], manner):
        return None
    low = max(start, nearest.occurrence.start - _LEFT_OF_NAME)
    words = tokens(text, low, at)
    if low > start and words:
        words = words[1:]  # it may be cut
    if manner.marker and marked:
        words = _up_to_marker(words, manner.marker)
    known = named.within(low, at)
    phrase, closes = _Phrase(text, manner), False
    index = len(words) - 1
    if index > 0 and words[index].key in (",", "،"):
        closes, index = True, index - 1
    closed = not closes
    first = None
    while index >= 0:
        token = words[index]
        hit = _hit_at(known, token)
        if hit is not None:
            if phrase.unknown and not (manner.head_first and _is_office(words, index - 1, manner)):
                return None
            phrase.add(hit, also=phrase.role or (closes and closed))
            phrase.role, phrase.unknown, first = False, 0, hit.occurrence.start
            while index >= 0 and words[index].start >= hit.occurrence.start:
                index -= 1
            continue
        if token.key in manner.roles:
            phrase.read_role(token.key)
        elif token.key in manner.of and _is_office(words, index - 1, manner):
            pass
        elif token.key in (",", "،") and closes and not closed:
            closed = True
        elif token.key not in manner.fillers:
            if (phrase.hits and not closes) or not phrase.is_name_like(token):
                break
            phrase.unknown += 1
        if phrase.hits:
            first = token.start if token.kind == "word" else first
        index -= 1
    if not phrase.speaking or first is None or not closed or (low > start and index < 0):
        return None
    if not _may_follow(words, index, phrase, manner):
        return None
    return Speakers(phrase.speaking, first, words[-1].end)


def _may_stand_next(between: str, manner: Manner) -> bool:
    """Whether the word next to a word of speech can belong to who speaks: most are "he", and this is found at once."""
    last = between.rstrip(" ,،\u200c")[-40:].split()[-1:]
    if not last or not last[0][0].islower():
        return True
    word = key(last[0])
    return word in manner.roles or word in manner.fillers or not word.isalpha()


def _up_to_marker(words: list[Token], marker: str) -> list[Token]:
    """The words before the last agent marker that is near; none where there is none, or a mark follows it."""
    for index in range(len(words) - 1, max(-1, len(words) - _FREE - 2), -1):
        if words[index].key == marker:
            return words[:index]
        if words[index].kind == "mark":
            break
    return []


def _hit_at(known: Mapping[int, NameHit], token: Token) -> NameHit | None:
    """The mention that a token is the last word of, or inside of."""
    for start, hit in known.items():
        if start < token.end and token.start < hit.occurrence.end:
            return hit if _kind(hit) != "place" else None
    return None


def _kind(hit: NameHit) -> str | None:
    return hit.name.actor.kind if hit.name.actor else None


def _is_office(words: Sequence[Token], index: int, manner: Manner) -> bool:
    return index >= 0 and words[index].key in manner.roles


def _may_follow(words: Sequence[Token], index: int, phrase: _Phrase, manner: Manner) -> bool:
    """Whether a subject may follow on the word at which reading stopped."""
    if index < 0:
        return True
    token = words[index]
    if token.kind == "mark":
        return token.key not in "-‐‑/'’&"
    if token.key in manner.openers:
        return True
    if manner.marker:
        return token.kind == "word" and token.key not in manner.against
    return manner.offices_suffice and phrase.office and _begins_clause(words[: index + 1], manner)


def _begins_clause(words: Sequence[Token], manner: Manner) -> bool:
    """Whether only a few words stand between the beginning of a clause and a phrase, and no preposition."""
    for token in words[: -_UNKNOWN - 2 : -1]:
        if token.key in manner.against:
            return False
        if token.kind == "mark" or token.key in manner.openers:
            return True
    return len(words) <= _UNKNOWN


def speakers_after(text: str, named: Named, at: int, end: int, manner: Manner) -> Speakers | None:
    """Who is named as the subject right after a word of speech, or as a source.

    Args:
        text: Of the document.
        named: All mentions.
        at: Where the word of speech ends.
        end: Where the sentence ends.
        manner: Of its language.
    """
    nearest = named.after(at)
    if nearest is None or nearest.occurrence.start >= end or nearest.occurrence.start - at > _FARTHEST:
        return None
    stop = min(end, nearest.occurrence.end + _LEFT_OF_NAME)
    words = tokens(text, at, stop)
    known = named.within(at, stop)
    phrase = _Phrase(text, manner)
    last, index = at, 0
    while index < len(words):
        token = words[index]
        hit = _hit_at(known, token)
        if hit is not None:
            phrase.add(hit, also=phrase.role)
            last = hit.occurrence.end
            while index < len(words) and words[index].start < hit.occurrence.end:
                last = max(last, words[index].end)
                index += 1
            continue
        if token.key in manner.roles:
            phrase.read_role(token.key)
        elif token.key in manner.fillers or (token.key in manner.of and phrase.role):
            pass
        elif not phrase.hits or not phrase.is_name_like(token):
            break
        else:
            phrase.unknown += 1
        last = token.end
        index += 1
    if not phrase.speaking or (phrase.unknown and not phrase.role and _kind(phrase.hits[0]) != "person"):
        return None  # nobody, or part of a longer name: the American Meteor Society
    following = words[index] if index < len(words) else None
    if following is not None and following.kind == "word" and phrase.hits and not _may_end(following, phrase, manner):
        return None
    return Speakers(phrase.speaking, phrase.hits[0].occurrence.start, last)


def _may_end(token: Token, phrase: _Phrase, manner: Manner) -> bool:
    """Whether the phrase may end before a word: it is no noun that the name describes ("Afghan journalists")."""
    return manner.ends(token.key) or phrase.role
