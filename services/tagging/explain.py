"""Why an article has the tags that it has, and what was found in it that did not stand.

Everything is seen from outside, beside the tags themselves: tagging an article does none of this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from schemas import Article, TaggedArticle
from services.matching.document import Document
from services.matching.expressions import Occurrence
from services.tagging.asides import asides_of
from services.tagging.names import Mentions, Name, NameHit
from services.tagging.tag import Engine, as_read, name_hits, quiet_spans, read, tag
from services.tagging.topics import Scored, Sign

Span = tuple[int, int]


class Fallen(NamedTuple):
    """A name that was found and is no mention."""

    occurrence: Occurrence
    name: Name
    why: str


class Fired(NamedTuple):
    """A rule that fired."""

    rule: str
    """As `safe-havens[sanctuary-of-a-group]`."""
    worth: float
    """What it adds to the score."""
    sentences: int
    """In how many it fired."""
    words: tuple[str, ...]
    """The first of the words on which it fired, each once."""


class Weighed(NamedTuple):
    """A topic of which a rule fired, filed or not."""

    scored: Scored
    fired: tuple[Fired, ...]
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """An article's tags, with what led to them and to no others."""

    document: Document
    tagged: TaggedArticle
    mentions: Mentions
    fallen: tuple[Fallen, ...]
    """In the order of the article."""
    topics: tuple[Weighed, ...]
    """The surest first."""

    def sentence(self, start: int) -> str:
        """The sentence around a code point of the document."""
        number = int(self.document.sentences_of(np.array([start], dtype=np.int32))[0])
        return self.document.joined[slice(*self.document.sentence(number))].strip()


def explain(article: Article, engine: Engine) -> Explanation:
    """Tag an article, and say why."""
    document = as_read(article, engine)
    found = read(document, engine, article.source.name)
    scored = engine.topics.scored(found.presence, len(document.sentences))
    return Explanation(
        document=document,
        tagged=tag(article, engine),
        mentions=found.mentions,
        fallen=tuple(_fallen(document, engine, found.mentions, article.source.name)),
        topics=tuple(
            Weighed(one, tuple(_fired(document, engine, one, signs)), signs)
            for one in sorted(scored, key=lambda one: (-one.confidence, one.topic.id))
            for signs in [engine.topics.signs(one.met, found.presence)]
        ),
    )


def _fired(document: Document, engine: Engine, scored: Scored, signs: Sequence[Sign]) -> Iterator[Fired]:
    for met in scored.met:
        rule = engine.topics.rules[met.number]
        spans = [sign.occurrence[:2] for sign in signs if sign.fired.startswith(f"{rule.label}: ")]
        words = dict.fromkeys(document.joined[start:end] for start, end in spans)
        yield Fired(rule.label, rule.worth(met.sentences), met.sentences.bit_count(), tuple(words))


def _fallen(document: Document, engine: Engine, standing: Mentions, outlet: str) -> Iterator[Fallen]:
    kept = {(hit.span, actor) for actor, hits in standing.items() for hit in hits}
    found = engine.lexicon.search(document)
    hits = name_hits(found, engine)
    quiet = quiet_spans(document, asides_of(found, engine.asides), engine, outlet)
    for hit in hits:
        if hit.name.actor is not None and (hit.span, hit.name.actor.id) not in kept:
            longer = _over(hit, hits, standing)
            if longer is None or longer.name.actor != hit.name.actor:  # else a part of its own longer name
                yield Fallen(hit.occurrence, hit.name, _why(document, hit, longer, quiet))


def _why(document: Document, hit: NameHit, longer: NameHit | None, quiet: Sequence[Span]) -> str:
    """Why a name is no mention, by the first reason that holds."""
    if any(start <= hit.occurrence.start and hit.occurrence.end <= end for start, end in quiet):
        return "in a byline, credit, link, or the outlet's own name"
    if longer is not None:
        whose = "a longer name" if longer.name.actor is not None else "a decoy, which names nobody"
        return f"under {longer.name.text!r}, {whose}"
    if hit.name.acronym and document.is_shouting(*hit.span, hit.occurrence.sentence):
        return "an acronym where everything is in capitals, and its actor is named in no other way"
    if hit.name.seat:
        return "a seat of government, which here does not act as one"
    if hit.name.short:
        return "a short form, without a longer name of its actor before it"
    if hit.name.company is not None:
        return "the words that it requires are not near it, or one that it excludes is"
    return "stands for something else here: a dateline, another definition, or another actor"


def _over(hit: NameHit, hits: Sequence[NameHit], standing: Mentions) -> NameHit | None:
    """The longest decoy or mention that takes letters of a name."""
    start, end = hit.span
    over = [
        other
        for other in hits
        if other.span != hit.span
        and other.occurrence.start < end
        and start < other.occurrence.end
        and (other.name.actor is None or any(other.span == kept.span for kept in standing.get(other.name.actor.id, ())))
    ]
    return max(over, key=lambda other: other.occurrence.end - other.occurrence.start, default=None)
