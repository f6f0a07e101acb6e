"""An article in, the same article with its actors and topics out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np

from schemas import Article, TaggedArticle
from schemas.tagged import Flag
from services.matching.document import Document
from services.matching.expressions import Occurrence, Phrase, Reference, Term
from services.matching.fold import IndexArray, IntArray
from services.matching.lexicon import Entry, Found, Lexicon
from services.matching.presence import Presence
from services.tagging.asides import Around, Asides, Hint, asides_of, flag_hints, silent_cues
from services.tagging.binding import surnames
from services.tagging.context import Company, Surroundings
from services.tagging.figure_words import COUNTINGS, Counting
from services.tagging.figures import CountingHit, figures
from services.tagging.flags import Flags
from services.tagging.gazetteer import Actor, Alias, Pack
from services.tagging.mending import mended
from services.tagging.mentions import confidence, mentions
from services.tagging.names import Mentions, Name, NameHit
from services.tagging.outlets import OwnNames
from services.tagging.salience import salience
from services.tagging.speech_words import SAYINGS, Saying
from services.tagging.statements import SayingHit, statements
from services.tagging.topics import Filed, TopicRules
from services.tagging.written import as_written
from services.tagging.zones import outside, silent

MOST_EVIDENCE: Final = 20
"""Evidence kept per tag."""

_OCCURRENCE: Final = partial(tuple.__new__, Occurrence)  # as Occurrence._make, without a frame for each

DECOY: Final = None
"""The owner of decoys."""

Cue = Counting | Saying
"""A word that figures or statements are looked for around."""


Owner = Term | Cue | Hint | None

_A_NAME: Final = -1
_OF_NO_RULE: Final = -2
_A_CUE: Final = -3


@dataclass(frozen=True, slots=True)
class Engine:
    """A compiled pack."""

    lexicon: Lexicon[Owner]
    names: Mapping[int, Name]
    """The entries of the lexicon that are names of actors, or decoys."""
    terms: IntArray
    """Of each entry its number among the terms of rules, or what it is instead."""
    cues: Mapping[int, Cue]
    """The entries of the lexicon that are words of figures and statements."""
    asides: IntArray
    """Of each entry its number among what flags and aliases look for around names, or that it is none."""
    words: frozenset[str]
    """Names of one word, in small letters."""
    own_names: OwnNames
    topics: TopicRules
    digest: str

    def is_name(self, word: str) -> bool:
        """Whether a word is a name by itself."""
        return word.lower() in self.words

    @classmethod
    def compile(cls, pack: Pack, digest: str) -> Engine:
        """Compile a pack that has passed `find_problems`."""
        aliases = dict(_aliases(pack))
        asides = Asides(aliases.values())
        beside: list[Entry[Owner]] = [Entry(*searched) for searched in asides.searched()]
        lexicon = Lexicon[Owner]((*aliases, *_entries(pack), *beside))
        topics = TopicRules(pack.topics)
        numbers = topics.numbers
        actors = {Reference("actor", actor.id): actor for actor in pack.actors}
        names, cues = dict[int, Name](), dict[int, Cue]()
        terms = np.full(len(lexicon.entries), _A_NAME, dtype=np.int32)
        for number, entry in enumerate(lexicon.entries):
            if entry.owner is DECOY:
                names[number] = Name.decoy(entry.text)
            elif isinstance(entry.owner, Reference) and entry.owner in actors:
                actor, alias = actors[entry.owner], aliases[entry]
                names[number] = Name.of(
                    actor,
                    alias,
                    acronym=entry.is_acronym,
                    terms=tuple(numbers[term] for term in _terms(actor) if term in numbers),
                    asides=tuple(asides.numbers[term] for term in _terms(actor) if term in asides.numbers),
                    company=Company.of(alias, asides.numbers),
                )
            elif isinstance(entry.owner, Counting | Saying):
                cues[number], terms[number] = entry.owner, _A_CUE
            else:
                terms[number] = _OF_NO_RULE if isinstance(entry.owner, Hint) else numbers.get(entry.owner, _OF_NO_RULE)
        return cls(
            lexicon,
            names,
            terms,
            cues,
            asides.column(entry.owner for entry in lexicon.entries),
            frozenset(name.text.lower() for name in names.values() if " " not in name.text),
            OwnNames(lexicon, frozenset(number for number, name in names.items() if name.actor)),
            topics,
            digest,
        )


def _terms(actor: Actor) -> tuple[Term, Term]:
    """What a mention of an actor is to rules."""
    return Reference("actor", actor.id), Reference("kind", actor.kind)


def tag(article: Article, engine: Engine) -> TaggedArticle:
    """Find who is named in an article and what it is about."""
    document = as_read(article, engine)
    found = read(document, engine, article.source.name)
    named, presence = found.mentions, found.presence
    filed = engine.topics.score(presence, len(document.sentences))
    flags = Flags(document, found.hints, (article.published_at or article.seen_at).year)
    tagged = TaggedArticle(
        article=article,
        actors=tuple(_actor_tags(document, named, flags)),
        topics=tuple(_topic_tag(document, topic) for topic in filed),
        figures=tuple(figures(document, found.countings, named)),
        statements=tuple(statements(document, found.sayings, named)),
        pack_digest=engine.digest,
    )
    return tagged if document.text == article.text and document.title == article.title else as_written(tagged)


def as_read(article: Article, engine: Engine) -> Document:
    """An article as its readers read it; every place in it is the same place in the original."""
    return Document(mended(article.title, engine.is_name), mended(article.text, engine.is_name))


def find(document: Document, engine: Engine) -> tuple[Mentions, list[Filed]]:
    """The actors that a document names, and the topics that it is filed under, each with where it stands."""
    found = read(document, engine)
    return found.mentions, engine.topics.score(found.presence, len(document.sentences))


class Reading(NamedTuple):
    """What the words of a document are."""

    mentions: Mentions
    presence: Presence
    """What it has for the rules of topics."""
    countings: list[CountingHit]
    sayings: list[SayingHit]
    hints: list[tuple[Flag, Occurrence]]
    """What flags rest on."""


def read(document: Document, engine: Engine, outlet: str = "") -> Reading:
    """Search a document once for everything.

    Args:
        document: The article, as it is read.
        engine: The compiled pack.
        outlet: Whose article it is: its own name is no mention.
    """
    found = engine.lexicon.search(document)
    around = asides_of(found, engine.asides)
    if quiet := quiet_spans(document, around, engine, outlet):
        found = outside(found, quiet)
        around = asides_of(found, engine.asides)
    terms = engine.terms.take(found.entries)
    hits = name_hits(found, engine)
    standing = mentions(document, hits, partial(_surroundings, document, around, hits))
    of_rules = np.flatnonzero(terms >= 0)
    numbers: list[int] = terms.take(of_rules).tolist()
    occurrences = [
        _OCCURRENCE((start, end, sentence, place)) for start, end, _, sentence, place in _rows(found, of_rules)
    ]
    for mentioned in standing.values():
        for term in mentioned[0].name.terms:
            numbers += [term] * len(mentioned)
            occurrences += [hit.occurrence for hit in mentioned]
    engine.topics.add_companies(standing, numbers, occurrences)
    countings, sayings = list[CountingHit](), list[SayingHit]()
    for start, end, entry, sentence, place in _rows(found, np.flatnonzero(terms == _A_CUE)):
        cue, at = engine.cues[entry], _OCCURRENCE((start, end, sentence, place))
        if isinstance(cue, Counting):
            countings.append(CountingHit(at, cue))
        else:
            sayings.append(SayingHit(at, cue))
    return Reading(standing, Presence(numbers, occurrences, document.word), countings, sayings, flag_hints(around))


def quiet_spans(document: Document, around: Around, engine: Engine, outlet: str) -> list[tuple[int, int]]:
    """Where nothing that is found counts: bylines, credits, links, and the outlet's own name."""
    return [*silent(document, silent_cues(around)), *engine.own_names.spans(document, outlet)]


def name_hits(found: Found, engine: Engine) -> Sequence[NameHit]:
    """The names among what was found, in their order."""
    names = np.flatnonzero(engine.terms.take(found.entries) == _A_NAME)
    return [
        NameHit(_OCCURRENCE((at, end, in_, place)), engine.names[e]) for at, end, e, in_, place in _rows(found, names)
    ]


def _surroundings(document: Document, around: Around, hits: Sequence[NameHit]) -> Surroundings:
    """What aliases look for: phrases and concepts, and the actors of names that need no company themselves."""
    named = [(aside, hit.occurrence) for hit in hits if hit.name.is_certain for aside in hit.name.asides]
    return Surroundings(document, [*around, *named])


def _rows(found: Found, which: IndexArray) -> Iterator[tuple[int, int, int, int, int]]:
    return zip(*[column.take(which).tolist() for column in found], strict=True)


def _aliases(pack: Pack) -> Iterator[tuple[Entry[Owner], Alias]]:
    """Every name of every actor; of one that is listed twice last the one that needs no company."""
    of_persons = surnames(pack.actors)
    for actor in pack.actors:
        for alias in sorted((*of_persons.get(actor.id, ()), *actor.names), key=lambda alias: alias.is_certain):
            yield Entry(Reference("actor", actor.id), alias.text, alias.case), alias


def _entries(pack: Pack) -> Iterator[Entry[Owner]]:
    """What else is looked for."""
    for decoys in pack.decoys.values():
        for decoy in decoys:
            yield Entry(DECOY, decoy)
    for concept in pack.concepts:
        for phrases in concept.phrases.values():
            for phrase in phrases:
                yield Entry(Reference("concept", concept.id), phrase)
    for topic in pack.topics:
        for rule in topic.rules:
            yield from _phrases(*rule.all, *rule.any, *rule.none)
    cues: tuple[Cue, ...] = (*COUNTINGS, *SAYINGS)
    for cue in cues:
        yield Entry(cue, cue.text, "any")


def _phrases(*terms: Term) -> Iterator[Entry[Owner]]:
    for term in terms:
        if isinstance(term, Phrase):
            yield Entry(term, term.text)


def _actor_tags(document: Document, mentions: Mentions, flags: Flags) -> Iterator[dict[str, Any]]:
    """The actors in the order of first mention: `Tag`, validated with the article."""
    times = Counter([hit.span for found in mentions.values() for hit in found])
    shared = {span for span, actors in times.items() if actors > 1}
    salient = salience(document, mentions)
    for actor_id, found in sorted(mentions.items(), key=lambda item: (item[1][0].span, item[0])):
        actor = found[0].name.actor
        assert actor is not None  # noqa: S101 - a decoy is no mention
        yield {
            "id": actor_id,
            "name": actor.name,
            "kind": actor.kind,
            "confidence": confidence(found, shared),
            "salience": salient[actor_id],
            "evidence": [
                {**_evidence(document, *hit.span, hit.name.text), "flags": flags.of(hit.occurrence)}
                for hit in found[:MOST_EVIDENCE]
            ],
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
