"""An article in, the same article with its actors and topics out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from schemas import Article, TaggedArticle
from services.matching.document import Document
from services.matching.expressions import Occurrence, Phrase, Reference, Term
from services.matching.fold import IndexArray, IntArray
from services.matching.lexicon import Entry, Found, Lexicon
from services.matching.presence import Presence
from services.tagging.gazetteer import Actor, Pack
from services.tagging.mentions import Mentions, Name, NameHit, confidence, mentions
from services.tagging.topics import Filed, TopicRules

MOST_EVIDENCE: Final = 20
"""Evidence kept per tag."""

_OCCURRENCE: Final = partial(tuple.__new__, Occurrence)  # as Occurrence._make, without a frame for each

DECOY: Final = None
"""The owner of decoys."""

Owner = Term | None

_A_NAME: Final = -1
_OF_NO_RULE: Final = -2


@dataclass(frozen=True, slots=True)
class Engine:
    """A compiled pack."""

    lexicon: Lexicon[Owner]
    names: Mapping[int, Name]
    """The entries of the lexicon that are names of actors, or decoys."""
    terms: IntArray
    """Of each entry its number among the terms of rules, or what it is instead."""
    topics: TopicRules
    digest: str

    @classmethod
    def compile(cls, pack: Pack, digest: str) -> Engine:
        """Compile a pack that has passed `find_problems`."""
        lexicon, topics = Lexicon(_entries(pack)), TopicRules(pack.topics)
        numbers = topics.index.numbers
        actors = {
            Reference("actor", actor.id): (actor, tuple(numbers[term] for term in _terms(actor) if term in numbers))
            for actor in pack.actors
        }
        names = dict[int, Name]()
        terms = np.full(len(lexicon.entries), _A_NAME, dtype=np.int32)
        for number, entry in enumerate(lexicon.entries):
            if entry.owner is DECOY:
                names[number] = Name.decoy(entry.text)
            elif isinstance(entry.owner, Reference) and entry.owner in actors:
                actor, of_rules = actors[entry.owner]
                names[number] = Name.of(actor, entry.text, acronym=entry.is_acronym, terms=of_rules)
            else:
                terms[number] = numbers.get(entry.owner, _OF_NO_RULE)
        return cls(lexicon, names, terms, topics, digest)


def _terms(actor: Actor) -> tuple[Term, Term]:
    """What a mention of an actor is to rules."""
    return Reference("actor", actor.id), Reference("kind", actor.kind)


def tag(article: Article, engine: Engine) -> TaggedArticle:
    """Find who is named in an article and what it is about."""
    document = Document(article.title, article.text)
    found, filed = find(document, engine)
    return TaggedArticle(
        article=article,
        actors=tuple(_actor_tags(document, found)),
        topics=tuple(_topic_tag(document, topic) for topic in filed),
        pack_digest=engine.digest,
    )


def find(document: Document, engine: Engine) -> tuple[Mentions, list[Filed]]:
    """The actors that a document names, and the topics that it is filed under, each with where it stands."""
    found = engine.lexicon.search(document)
    terms = engine.terms.take(found.entries)
    standing = mentions(
        document,
        [
            NameHit(_OCCURRENCE((start, end, sentence, place)), engine.names[entry])
            for start, end, entry, sentence, place in _rows(found, np.flatnonzero(terms == _A_NAME))
        ],
    )
    of_rules = np.flatnonzero(terms >= 0)
    numbers: list[int] = terms.take(of_rules).tolist()
    occurrences = [
        _OCCURRENCE((start, end, sentence, place)) for start, end, _, sentence, place in _rows(found, of_rules)
    ]
    for hits in standing.values():
        for term in hits[0].name.terms:
            numbers += [term] * len(hits)
            occurrences += [hit.occurrence for hit in hits]
    return standing, engine.topics.score(Presence(numbers, occurrences, document.word))


def _rows(found: Found, which: IndexArray) -> Iterator[tuple[int, int, int, int, int]]:
    return zip(*[column.take(which).tolist() for column in found], strict=True)


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


def _actor_tags(document: Document, mentions: Mentions) -> Iterator[dict[str, Any]]:
    """The actors in the order of first mention: `Tag`, validated with the article."""
    times = Counter([hit.span for found in mentions.values() for hit in found])
    shared = {span for span, actors in times.items() if actors > 1}
    for actor_id, found in sorted(mentions.items(), key=lambda item: (item[1][0].span, item[0])):
        actor = found[0].name.actor
        assert actor is not None  # noqa: S101 - a decoy is no mention
        yield {
            "id": actor_id,
            "name": actor.name,
            "kind": actor.kind,
            "confidence": confidence(found, shared),
            "evidence": [_evidence(document, *hit.span, hit.name.text) for hit in found[:MOST_EVIDENCE]],
        }


def _topic_tag(document: Document, filed: Filed) -> dict[str, Any]:
    return {
        "id": filed.topic.id,
        "name": filed.topic.name,
        "kind": "topic",
        "confidence": filed.confidence,
        "evidence": [
            _evidence(document, sign.occurrence.start, sign.occurrence.end, sign.fired)
            for sign in filed.signs[:MOST_EVIDENCE]
        ],
    }


def _evidence(document: Document, start: int, end: int, fired: str) -> dict[str, object]:
    """Words of the original title or text, and what fired there."""
    field, first, last = document.field(start, end)
    return {"field": field, "start": first, "end": last, "words": document.joined[start:end], "fired": fired}
