"""A tagged article x the watches -> mentions.

In the order applied: what the article has, from its tags and (only if a watch asks for phrases) from its text; the
watches that can be met by that, from the index; for each that is met, what met it and the sentences that show it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from schemas import Article, ArticleSummary, Evidence, Match, Mention, Tag, TaggedArticle, TopicSummary
from schemas.ids import mention_id
from services.alerting.match.passages import passages
from services.alerting.watching.watch import Watch
from services.alerting.watching.watches import Watches
from services.matching.document import Document
from services.matching.expressions import TITLE, Occurrence, Phrase, Reference, Term
from services.matching.lexicon import Lexicon
from services.matching.presence import Presence

MOST_MATCHES: Final = 100
"""Named in one mention; the first ones of the article."""
MOST_EVIDENCE: Final = 20
"""Kept of one match."""

_SOMEWHERE: Final = Occurrence(0, 0, 0, TITLE)
"""A watch looks at the article as a whole, so where in it a term stands does not matter."""


def match_watches(tagged: TaggedArticle, watches: Watches, met_at: datetime) -> list[Mention]:
    """The mentions of one article, one for each watch that it meets, in the order of the watches."""
    document = Document(tagged.article.title, tagged.article.text)
    present = _present(tagged, document, watches.phrases)
    numbers = watches.index.numbers
    known = [numbers[term] for term in present if term in numbers]
    presence = Presence(known, [_SOMEWHERE] * len(known), int)
    met = [watches.listed[found.number] for found in watches.index.met(presence)]
    if not met:
        return []
    article, topics = _summary(tagged.article), _topics(tagged)
    mentions = []
    for watch in met:
        matches = _matches(watch, present)
        mentions.append(
            Mention(
                id=mention_id(watch.id, article.id, map(label, matches)),
                watch=watch.summary(),
                article=article,
                matches=matches[:MOST_MATCHES],
                topics=topics,
                passages=passages(document, matches[:MOST_MATCHES]),
                met_at=met_at,
                config_digest=watches.digest,
            )
        )
    return mentions


def label(match: Match) -> str:
    """What was met, as one word that no other match has."""
    return f"{match.kind if match.kind in ('topic', 'phrase') else 'actor'}/{match.id}"


def _present(
    tagged: TaggedArticle, document: Document, phrases: Lexicon[Phrase] | None
) -> Mapping[Term, Sequence[Match]]:
    """Every term that the article has, with what it is there."""
    present = defaultdict[Term, list[Match]](list)
    for actor in tagged.actors:
        match = _of_tag(actor)
        present[Reference("actor", actor.id)].append(match)
        present[Reference("kind", actor.kind)].append(match)
    for topic in tagged.topics:
        present[Reference("topic", topic.id)].append(_of_tag(topic))
    if phrases is not None:
        for phrase, evidence in _found(phrases, document).items():
            present[phrase].append(_of_phrase(phrase, evidence))
    return present


def _of_tag(tag: Tag) -> Match:
    return Match(id=tag.id, name=tag.name, kind=tag.kind, confidence=tag.confidence, evidence=tag.evidence)


def _of_phrase(phrase: Phrase, evidence: Sequence[Evidence]) -> Match:
    return Match(
        id=phrase.text, name=phrase.text, kind="phrase", confidence=1, evidence=tuple(evidence[:MOST_EVIDENCE])
    )


def _found(phrases: Lexicon[Phrase], document: Document) -> Mapping[Phrase, Sequence[Evidence]]:
    found = defaultdict[Phrase, list[Evidence]](list)
    for hit in phrases.find(document):
        if not hit.weak:
            field, start, end = document.field(hit.occurrence.start, hit.occurrence.end)
            words = document.joined[hit.occurrence.start : hit.occurrence.end]
            phrase = hit.entry.owner
            found[phrase].append(Evidence(field=field, start=start, end=end, words=words, fired=phrase.text))
    return found


def _matches(watch: Watch, present: Mapping[Term, Sequence[Match]]) -> tuple[Match, ...]:
    """What met a watch, each once, in the order of the article."""
    met = {label(match): match for term in watch.required for match in present.get(term, ())}
    return tuple(sorted(met.values(), key=_place))


def _summary(article: Article) -> ArticleSummary:
    return ArticleSummary(
        id=article.id,
        revision=article.revision,
        url=article.url,
        title=article.title,
        source=article.source,
        language=article.language,
        published_at=article.published_at,
        seen_at=article.seen_at,
    )


def _topics(tagged: TaggedArticle) -> tuple[TopicSummary, ...]:
    return tuple(TopicSummary(id=tag.id, name=tag.name, confidence=tag.confidence) for tag in tagged.topics)


def _place(match: Match) -> tuple[bool, int]:
    """Where in the article it stands first; what has no evidence comes first too."""
    return min(((evidence.field == "text", evidence.start) for evidence in match.evidence), default=(False, 0))
