"""A tagged article x the watches -> mentions.

In the order applied: what the article has, from its tags and properties and (only if a watch asks for words) from its
text; the watches that come into question by that, from the postings; what else each of them asks for; for each that is
met, what met it and the sentences that show it; which of them hide others.

What mentions share is made once for an article: the second and all others are copies of the first, but for what is
their own, which is made of validated parts.
"""

from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from schemas import ArticleRevised, ArticleSummary, Match, Mention, Passage, TaggedArticle, TopicSummary
from schemas.ids import mention_id
from services.alerting.match.compiled import Watches
from services.alerting.match.credits import agency_of
from services.alerting.match.evaluate import Met, evaluate
from services.alerting.match.inhibition import outranked
from services.alerting.match.passages import Passages
from services.alerting.match.present import Present, Thresholds
from services.alerting.match.things import label

__all__ = ["label", "match_watches", "revised", "summary"]

MOST_MATCHES: Final = 100
"""Named in one mention; the first ones of the article."""
MOST_FIGURES: Final = 10

WITHDRAWN: Final = "withdrawn"
_FIRST: Final = attrgetter("first")


def match_watches(tagged: TaggedArticle, watches: Watches, met_at: datetime, first_pass: bool = False) -> list[Mention]:
    """The mentions of one article, one for each watch that it meets, in the order of the watches.

    A withdrawn article meets none: `revised` says that it is gone.
    """
    if WITHDRAWN in tagged.article.marks:
        return []
    present = Present(tagged, watches.vocabulary)
    plans, met = watches.plans, dict[int, Met]()
    for number in watches.postings.candidates(present.found.keys()):
        if (by := evaluate(plans[number], present)) is not None:
            met[number] = by
    if not met:
        return []
    hidden = outranked([watches.listed[number] for number in met], watches.inhibitions) if watches.inhibitions else {}
    article, shown = tagged.article, _Shown(present)
    mentions: list[Mention] = []
    for number, by in met.items():
        watch, what = watches.listed[number], shown.by(by, plans[number].thresholds)
        own: dict[str, Any] = {
            "id": mention_id(watch.id, article.id, article.revision, what.labels),
            "watch": watches.summary(number),
            "matches": what.matches,
            "passages": what.passages,
            "outranked_by": hidden.get(watch.id),
        }
        if mentions:
            mentions.append(mentions[0].model_copy(update=own))
            continue
        mentions.append(
            Mention(
                article=summary(tagged),
                topics=_topics(tagged),
                figures=tagged.figures[:MOST_FIGURES],
                first_pass=first_pass,
                met_at=met_at,
                config_digest=watches.digest,
                **own,
            )
        )
    return mentions


def revised(
    tagged: TaggedArticle, watches: Watches, mentions: list[Mention], met_at: datetime
) -> ArticleRevised | None:
    """What `decide` is told beside the mentions of an article that took the place of another; None for any other.

    Args:
        tagged: the article.
        watches: those that it was held against.
        mentions: what `match_watches` made of it.
        met_at: when.
    """
    article = tagged.article
    withdrawn = WITHDRAWN in article.marks
    if article.replaces is None and not withdrawn:
        return None
    return ArticleRevised(
        article=mentions[0].article if mentions else summary(tagged),
        replaces=article.replaces,
        withdrawn=withdrawn,
        met=tuple(mention.watch.id for mention in mentions),
        revised_at=met_at,
    )


def summary(tagged: TaggedArticle) -> ArticleSummary:
    """What is said of the article."""
    article = tagged.article
    return ArticleSummary(
        id=article.id,
        revision=article.revision,
        url=article.url,
        title=article.title,
        source=article.source,
        language=article.language,
        published_at=article.published_at,
        seen_at=article.seen_at,
        updated_at=article.updated_at,
        marks=article.marks,
        agency=agency_of(article),
        sketch=article.sketch,
    )


class _What(NamedTuple):
    """What met a watch, as its mention says it."""

    matches: tuple[Match, ...]
    labels: tuple[str, ...]
    passages: tuple[Passage, ...]


class _Shown:
    """What is said of what watches were met by; made once for those that were met by the same."""

    def __init__(self, present: Present) -> None:
        self._present: Final = present
        self._passages: Final = Passages(present.document)
        self._made: Final = dict[tuple[Met, Thresholds | None], _What]()

    def by(self, met: Met, thresholds: Thresholds | None) -> _What:
        """What is said of it, each match once, in the order of the article."""
        key = met, thresholds
        made = self._made.get(key)
        if made is None:
            things = self._present.counting(met.terms, thresholds)
            if len(things) > 1:
                things = sorted({thing.label: thing for thing in things}.values(), key=_FIRST)
            matches = tuple([thing.match for thing in things[:MOST_MATCHES]])
            labels = tuple([thing.label for thing in things])
            made = self._made[key] = _What(matches, labels, self._passages.of(matches, met.sentences))
        return made


def _topics(tagged: TaggedArticle) -> tuple[TopicSummary, ...]:
    return tuple(TopicSummary(id=tag.id, name=tag.name, confidence=tag.confidence) for tag in tagged.topics)
