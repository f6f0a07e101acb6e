"""What actors are reported as saying: precision before recall.

A statement needs a word of speech, a subject of it that is a known actor (`speakers`), and words that can only be what
is said:

1. a quotation that opens right after the word of speech, or that closes right before the phrase that names who speaks;
2. else what follows "that", a colon, or, after "said", the word itself;
3. else, where the sentence ends with the phrase, what stands before it;
4. of a source ("according to X"), the rest of the sentence.

Speech that is denied or open ("has not said", "would say") has words in between that no phrase goes over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from services.matching.document import Document
from services.matching.expressions import Occurrence
from services.tagging.names import Mentions, NameHit
from services.tagging.speakers import Named, Speakers, speakers_after, speakers_before
from services.tagging.speech_words import MANNERS, Manner, Saying
from services.tagging.words import Token, first_tokens, tokens

MOST_STATEMENTS: Final = 50
"""Statements kept per article."""

_LONGEST: Final = 1_000
"""Code points of what is said."""
_SHORTEST: Final = 2
"""Words."""
_LEAD_IN: Final = 120
"""Code points after a word of speech in which what is said begins."""
_OPENERS: Final = {"“": "”", "«": "»", '"': '"', "„": "“"}
_CLOSERS: Final = {"”": "“", "»": "«", '"': '"'}
_TRIMMED: Final = ' \t\r\n,،:;—–-"“”«»„.'
_MOST_MARKS: Final = 20
"""Marks and spaces around a phrase."""
_COLONS: Final = frozenset(":：")
_COMMAS: Final = frozenset(",،")


class SayingHit(NamedTuple):
    """A place in a document where a word of speech stands."""

    occurrence: Occurrence
    saying: Saying


def statements(document: Document, hits: Sequence[SayingHit], mentions: Mentions) -> Iterator[dict[str, Any]]:
    """The statements of a document in its order: `Statement`, validated with the article.

    Args:
        document: Title and text.
        hits: Words of speech, in the order of the document.
        mentions: Who is named.
    """
    if not hits or not mentions:
        return
    named = Named.of(mentions)
    kept = 0
    taken = set[tuple[str, int]]()
    for hit in hits:
        for speaker, span in _said(document, named, hit):
            actor = speaker.name.actor
            assert actor is not None  # noqa: S101 - a decoy is no mention
            if (actor.id, span[0]) in taken:
                continue
            taken.add((actor.id, span[0]))
            yield {
                "actor": actor.id,
                "speaker": _evidence(document, speaker.span, speaker.name.text),
                "said": _evidence(document, span, hit.saying.text),
            }
            kept += 1
            if kept == MOST_STATEMENTS:
                return


def _said(document: Document, named: Named, hit: SayingHit) -> Iterator[tuple[NameHit, tuple[int, int]]]:
    text, saying, manner = document.joined, hit.saying, MANNERS[hit.saying.language]
    start, end = hit.occurrence.start, hit.occurrence.end
    sentence = document.sentence(hit.occurrence.sentence)
    speakers: Speakers | None = None
    span: tuple[int, int] | None = None
    if saying.side in ("left", "either", "source-left"):
        speakers = speakers_before(text, named, sentence[0], start, manner, marked=saying.side != "source-left")
        if speakers is not None:
            span = (
                _trimmed(text, end, sentence[1]) or _trimmed(text, sentence[0], speakers.start)
                if saying.side == "source-left"
                else _after(text, end, sentence[1], saying, manner) or _before(text, sentence, speakers.start, end)
            )
    if speakers is None and saying.side == "either" and _ends_before(text, sentence[0], start):
        speakers = speakers_after(text, named, end, sentence[1], manner)
        span = speakers and _before(text, sentence, start, speakers.end)
    elif saying.side in ("right", "source"):
        speakers = speakers_after(text, named, end, sentence[1], manner)
        if speakers is not None and saying.side == "source":
            span = _rest(text, sentence, (start, speakers.end))
        elif speakers is not None:
            span = _after(text, speakers.end, sentence[1], saying, manner)
    if speakers is not None and span is not None:
        for speaker in speakers.hits:
            yield speaker, span


def _ends_before(text: str, start: int, at: int) -> bool:
    """Whether a quotation or a clause has ended right before a place."""
    before = text[max(start, at - 6) : at].rstrip(" ")
    return bool(before) and before[-1] in '”»"—–-,，'


def _after(text: str, at: int, end: int, saying: Saying, manner: Manner) -> tuple[int, int] | None:
    """What is said after a word of speech."""
    sure, first, announced = not saying.needs_that, True, True
    for token in first_tokens(text, at, min(end, at + _LEAD_IN)):
        if token.key in _OPENERS:
            return _quoted_from(text, token, end) if announced else None
        if token.key in _COLONS or token.key in manner.that:
            at, sure = token.end, True
            if _is_quoted_next(text, at):
                opener = next(t for t in tokens(text, at, min(end + 2, at + 4)) if t.kind == "mark")
                return _quoted_from(text, opener, end)
            if token.key in _COLONS or not _more_that(text, at, end, manner):
                return _trimmed(text, at, end)
        elif token.kind == "mark" and token.key not in _COMMAS:
            return None
        elif first and sure and token.kind == "word" and token.key not in manner.settings:
            return _trimmed(text, at, end)
        elif token.kind == "word" and token.key not in manner.hearers and token.key not in manner.settings:
            return None
        first, announced = False, token.kind == "mark"
    return None


def _more_that(text: str, at: int, end: int, manner: Manner) -> bool:
    """Whether another "that" follows at once: ہے کہ."""
    following = tokens(text, at, min(end, at + 8))
    return bool(following) and following[0].key in manner.that


def _is_quoted_next(text: str, at: int) -> bool:
    return text[at : at + 3].lstrip()[:1] in _OPENERS


def _quoted_from(text: str, opener: Token, end: int) -> tuple[int, int] | None:
    """From an opening quotation mark to its closing one, or to the end of the sentence."""
    closer = text.find(_OPENERS[opener.key], opener.end, opener.end + _LONGEST)
    return _trimmed(text, opener.end, closer if closer >= 0 else end)


def _before(text: str, sentence: tuple[int, int], at: int, after: int) -> tuple[int, int] | None:
    """What is said before the phrase that names who speaks: a quotation, or a sentence that ends after the phrase."""
    low = max(sentence[0], at - _MOST_MARKS)
    stop = low + len(text[low:at].rstrip(" ,،—–-"))
    if stop == low:
        return None
    last = text[stop - 1]
    if last in _CLOSERS:
        opener = text.rfind(_CLOSERS[last], max(0, stop - 1 - _LONGEST), stop - 1)
        if opener < 0:
            return None
        led_in = text[max(sentence[0], opener - _MOST_MARKS) : max(sentence[0], opener)].strip(_TRIMMED)
        return _trimmed(text, sentence[0] if led_in else opener + 1, stop - 1)  # he hoped they "live well," X said
    rest = text[after : min(sentence[1], after + _MOST_MARKS)].strip(' .\n”"»')
    return None if rest or text[stop] == " " else _trimmed(text, sentence[0], stop)


def _rest(text: str, sentence: tuple[int, int], phrase: tuple[int, int]) -> tuple[int, int] | None:
    """The rest of a sentence without the phrase that names the source: what stands after it if that begins it."""
    before = _trimmed(text, max(sentence[0], phrase[0] - _LONGEST), phrase[0])
    return before or _trimmed(text, phrase[1], sentence[1])


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A span without the marks and spaces around it; None where it has too few words."""
    end = min(end, start + _LONGEST)
    words = text[start:end]
    first = start + len(words) - len(words.lstrip(_TRIMMED))
    last = start + len(words.rstrip(_TRIMMED))
    return (first, last) if len(text[first:last].split()) >= _SHORTEST else None


def _evidence(document: Document, span: tuple[int, int], fired: str) -> dict[str, Any]:
    field, first, last = document.field(*span)
    return {"field": field, "start": first, "end": last, "words": document.joined[slice(*span)], "fired": fired}
