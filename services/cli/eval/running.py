"""Labelled articles through the engine: what it says of each, with the sentence that it says it for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from services.cli.articles import InputArticle
from services.cli.eval.labels import Judged, Label, judge
from services.tagging.explain import Explanation, explain
from services.tagging.tag import Engine

_LONGEST_SENTENCE = 240


def run(labels: Mapping[str, Label], texts: Iterable[InputArticle], engine: Engine) -> Iterator[Judged]:
    """The verdicts on every article that has a label and a text."""
    for text in texts:
        if (label := labels.get(text.id)) is not None:
            explained = explain(text.article, engine)
            actors = {tag.id: tag.confidence for tag in explained.tagged.actors}
            topics = {tag.id: tag.confidence for tag in explained.tagged.topics}
            yield from judge(label, text.lang or "", "actors", actors, _actor_sentences(explained))
            yield from judge(label, text.lang or "", "topics", topics, _topic_sentences(explained))


def _actor_sentences(explained: Explanation) -> dict[str, str]:
    sentences = {actor: _shown(explained, hits[0].occurrence.start) for actor, hits in explained.mentions.items()}
    return {"": _shown(explained, 0), **sentences}


def _topic_sentences(explained: Explanation) -> dict[str, str]:
    return {"": _shown(explained, 0)} | {
        weighed.scored.topic.id: _shown(explained, weighed.signs[0].occurrence.start)
        for weighed in explained.topics
        if weighed.signs
    }


def _shown(explained: Explanation, start: int) -> str:
    return explained.sentence(start)[:_LONGEST_SENTENCE]
