"""What an article has that a watch may ask for: a tag, or words of its text. Each part is made when it is asked for."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from schemas import Evidence, Match, Tag
from services.alerting.watching.terms import Name
from services.matching.document import Document
from services.matching.expressions import Occurrence, Phrase

MOST_EVIDENCE: Final = 20
"""Kept of one match."""

WordsHit = tuple[Occurrence, str]
"""Where words stand, and the spelling that was found."""


class Thing:
    """Something of an article, as a mention says it; where it stands."""

    salience: float | None = None
    confidence: float = 1

    @cached_property
    def match(self) -> Match:
        """What an alert says of it."""
        raise NotImplementedError

    @cached_property
    def occurrences(self) -> Sequence[Occurrence]:
        """Where it stands, in no promised order."""
        raise NotImplementedError

    @cached_property
    def label(self) -> str:
        """What it is, as one word that nothing else has."""
        return label(self.match)

    @cached_property
    def first(self) -> tuple[bool, int]:
        """Where in the article it stands first; what has no evidence comes first too."""
        evidence = self.match.evidence
        return (evidence[0].field == "text", evidence[0].start) if evidence else (False, 0)


class Tagged(Thing):
    """An actor or a topic."""

    def __init__(self, tag: Tag, document: Document) -> None:
        self._tag: Final = tag
        self._document: Final = document
        self.salience, self.confidence = tag.salience, tag.confidence

    @cached_property
    def match(self) -> Match:
        tag = self._tag
        return Match(
            id=tag.id,
            name=tag.name,
            kind=tag.kind,
            confidence=tag.confidence,
            salience=tag.salience,
            evidence=tag.evidence,
        )

    @cached_property
    def occurrences(self) -> Sequence[Occurrence]:
        document, found = self._document, list[Occurrence]()
        for evidence in self._tag.evidence:
            border = document.border if evidence.field == "text" else 0
            start, end = evidence.start + border, evidence.end + border
            if document.joined[start:end] == evidence.words:
                sentence = int(document.sentences.searchsorted(start, side="right")) - 1
                place = int(document.folded.offsets.searchsorted(start, side="right")) - 1
                found.append(Occurrence(start, end, sentence, place))
        return found


class Worded(Thing):
    """A phrase or a name."""

    def __init__(self, term: Phrase | Name, hits: Sequence[WordsHit], document: Document) -> None:
        self._term: Final = term
        self._hits: Final = hits
        self._document: Final = document

    @cached_property
    def match(self) -> Match:
        text, evidence = self._term.text, tuple([self._evidence(*hit) for hit in self._hits[:MOST_EVIDENCE]])
        return Match(id=text, name=text, kind="phrase", confidence=1, evidence=evidence)

    @cached_property
    def occurrences(self) -> Sequence[Occurrence]:
        return [occurrence for occurrence, _ in self._hits]

    def _evidence(self, occurrence: Occurrence, fired: str) -> Evidence:
        words = self._document.joined[occurrence.start : occurrence.end]
        field, start, end = self._document.field(occurrence.start, occurrence.end)
        return Evidence(field=field, start=start, end=end, words=words, fired=fired)


def label(match: Match) -> str:
    """What was met, as one word that no other match has."""
    return f"{match.kind if match.kind in ('topic', 'phrase') else 'actor'}/{match.id}"
