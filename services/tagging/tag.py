"""An article in, the same article with its actors and topics out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas import Article, Tag, TaggedArticle
from services.matching.document import Document
from services.matching.expressions import Occurrence, Occurrences, Phrase, Reference
from services.matching.lexicon import Entry, Lexicon
from services.tagging.gazetteer import Actor, Pack
from services.tagging.mentions import DECOY, Owner, TagHit, accept_mentions, confidence, resolve_overlaps
from services.tagging.topics import Filed, TopicRules

MOST_EVIDENCE: Final = 20
"""Evidence kept per tag."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A compiled pack."""

    lexicon: Lexicon[Owner]
    actors: Mapping[Reference, Actor]
    topics: TopicRules
    digest: str

    @classmethod
    def compile(cls, pack: Pack, digest: str) -> Engine:
        """Compile a pack that has passed `find_problems`."""
        actors = {Reference("actor", actor.id): actor for actor in pack.actors}
        return cls(Lexicon(_entries(pack)), actors, TopicRules(pack.topics), digest)


def tag(article: Article, engine: Engine) -> TaggedArticle:
    """Find who is named in an article and what it is about."""
    document = Document(article.title, article.text)
    names, terms = accept_mentions(engine.lexicon.find(document))
    mentions = resolve_overlaps(names)
    topics = engine.topics.score(Occurrences([*terms, *_actor_terms(mentions, engine)]))
    return TaggedArticle(
        article=article,
        actors=tuple(_actor_tags(document, mentions, engine)),
        topics=tuple(_topic_tag(document, filed) for filed in topics),
        pack_digest=engine.digest,
    )


def _entries(pack: Pack) -> Iterator[Entry[Owner]]:
    for actor in pack.actors:
        for alias in actor.names:
            yield Entry(Reference("actor", actor.id), alias.text, alias.case)
    for decoys in pack.decoys.values():
        for decoy in decoys:
            yield Entry(DECOY, decoy)
    for concept in pack.concepts:
        for phrases in concept.phrases.values():
            for phrase in phrases:
                yield Entry(Reference("concept", concept.id), phrase)
    for topic in pack.topics:
        for rule in topic.rules:
            for term in (*rule.all, *rule.any, *rule.none):
                if isinstance(term, Phrase):
                    yield Entry(term, term.text)


def _actor_terms(
    mentions: Mapping[Reference, Sequence[TagHit]], engine: Engine
) -> Iterator[tuple[Reference, Occurrence]]:
    """Where actors stand, for the rules that speak of them or of their kind."""
    for actor, found in mentions.items():
        kind = Reference("kind", engine.actors[actor].kind)
        for hit in found:
            yield actor, hit.occurrence
            yield kind, hit.occurrence


def _actor_tags(document: Document, mentions: Mapping[Reference, Sequence[TagHit]], engine: Engine) -> list[Tag]:
    """The actors in the order of first mention."""
    times = Counter(hit.occurrence for found in mentions.values() for hit in found)
    shared = {occurrence for occurrence, actors in times.items() if actors > 1}
    return [
        Tag(
            id=engine.actors[reference].id,
            name=engine.actors[reference].name,
            kind=engine.actors[reference].kind,
            confidence=confidence(found, engine.actors[reference].kind, shared),
            evidence=_evidence(document, [(hit.occurrence, hit.entry.text) for hit in found]),
        )
        for reference, found in sorted(mentions.items(), key=lambda item: (item[1][0].occurrence, item[0].id))
    ]


def _topic_tag(document: Document, filed: Filed) -> Tag:
    return Tag(
        id=filed.topic.id,
        name=filed.topic.name,
        kind="topic",
        confidence=filed.confidence,
        evidence=_evidence(document, filed.signs),
    )


def _evidence(document: Document, found: Sequence[tuple[Occurrence, str]]) -> list[dict[str, object]]:
    """The first places of a tag in the original title and text, and what fired there: `Evidence`, validated with it."""
    evidence: list[dict[str, object]] = []
    for occurrence, fired in found[:MOST_EVIDENCE]:
        field, start, end = document.field(occurrence)
        words = document.joined[occurrence.start : occurrence.end]
        evidence.append({"field": field, "start": start, "end": end, "words": words, "fired": fired})
    return evidence
