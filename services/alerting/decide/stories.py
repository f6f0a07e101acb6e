"""Stories: which one a mention joins, and what one is after it was opened or joined. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas import ArticleSummary, FigureChange, Mention, StorySource
from schemas.ids import alert_id
from schemas.remembered import ArticleMemory, StoryMemory
from services.alerting.decide import figures
from services.alerting.decide.alike import VERBATIM, fingerprint, likeness
from services.alerting.decide.memory import Memory
from services.alerting.decide.origins import origin

MOST_SOURCES: Final = 20
"""Outlets that an alert names."""
MOST_OUTLETS: Final = 500
"""Outlets that are told apart; further ones are not counted."""
MOST_ORIGINS: Final = 50
MOST_SKETCHES: Final = 8
"""Texts of a story that others are compared with: the first one, and the last others that were unlike those before."""


@dataclass(frozen=True, slots=True)
class Found:
    """The story that a mention joins."""

    id: str
    story: StoryMemory
    article: ArticleMemory | None
    """What is remembered of the article; None where it is new to the story."""


def find(mention: Mention, memory: Memory) -> Found | None:
    """The story of the mention's article, else the open one with the most similar text; None where it opens one."""
    watch, article = mention.watch.id, mention.article
    known = memory.article(watch, article.id)
    story = None if known is None else memory.story(watch, known.story)
    if known is not None and story is not None:
        return Found(known.story, story, known)
    text = fingerprint(article)
    near = memory.open_stories(watch, text, mention.met_at) if text else []
    return Found(near[0].id, near[0].story, None) if near else None


def opened(mention: Mention, labels: Sequence[str], numbers: figures.Numbers) -> StoryMemory:
    """A story that begins with this mention, with these labels and figures."""
    article, text = mention.article, fingerprint(mention.article)
    source = _source(article, origin(article, None))
    return StoryMemory(
        alert_id=alert_id(mention.watch.id, article.id),
        opened_at=mention.met_at,
        last_at=mention.met_at,
        entities=tuple(labels),
        sketches=(text,) if text else (),
        sketch_origins=(0,) if text else (),
        figures=dict(numbers),
        highest=dict(numbers),
        sources=(source,),
        origins=(source.origin,),
        outlets=(article.source.id,),
    )


@dataclass(frozen=True, slots=True)
class Joined:
    """A story after a mention joined it."""

    story: StoryMemory
    is_new_outlet: bool
    is_new_origin: bool


def joined(found: Found, mention: Mention, labels: Sequence[str], told: Sequence[FigureChange]) -> Joined:
    """The story with one mention more.

    Args:
        found: the story before it.
        mention: what joins.
        labels: who is newly named in it.
        told: the figures that are told as changed.
    """
    story, article = found.story, mention.article
    whose = origin(article, story)
    is_new_origin = whose not in story.origins and len(story.origins) < MOST_ORIGINS
    is_new_outlet = article.source.id not in story.outlets and len(story.outlets) < MOST_OUTLETS
    origins = (*story.origins, whose) if is_new_origin else story.origins
    sources = story.sources
    if is_new_outlet and len(sources) < MOST_SOURCES:
        sources = (*sources, _source(article, whose))
    place = origins.index(whose) if whose in origins else 0
    sketches, sketch_origins = _sketches(found, fingerprint(article), place)
    after = story.model_copy(
        update={
            "last_at": max(story.last_at, mention.met_at),
            "entities": named(story, labels).entities,
            "sketches": sketches,
            "sketch_origins": sketch_origins,
            "figures": figures.after(story.figures, told),
            "highest": figures.highest_after(story.highest, told),
            "sources": _marked(sources, article, is_withdrawn=False),
            "source_count": story.source_count + is_new_outlet,
            "origins": origins,
            "outlets": (*story.outlets, article.source.id) if is_new_outlet else story.outlets,
        }
    )
    return Joined(after, is_new_outlet, is_new_origin)


def named(story: StoryMemory, labels: Sequence[str]) -> StoryMemory:
    """The story, with these newly named in it."""
    return story.model_copy(update={"entities": (*story.entities, *labels)}) if labels else story


def withdrawn(story: StoryMemory, article: ArticleSummary) -> StoryMemory:
    """The story after one of its articles was taken back."""
    return story.model_copy(update={"sources": _marked(story.sources, article, is_withdrawn=True)})


def as_known(article: ArticleSummary, story: StoryMemory) -> ArticleSummary:
    """The article, with what the story knows of it where nothing is left of it: people are told which one it was."""
    known = next((one for one in story.sources if _is_of(one, article)), None)
    if known is None:
        return article
    left = {"title": known.title, "url": known.url, "language": known.language}
    return article.model_copy(update={name: value for name, value in left.items() if not getattr(article, name)})


def _source(article: ArticleSummary, whose: str) -> StorySource:
    return StorySource(
        source=article.source,
        article_id=article.id,
        url=article.url,
        title=article.title,
        language=article.language,
        origin=whose,
        seen_at=article.seen_at,
    )


def _marked(
    sources: tuple[StorySource, ...], article: ArticleSummary, *, is_withdrawn: bool
) -> tuple[StorySource, ...]:
    """The sources, of which this one's article stands, or is withdrawn."""
    if not any(_is_of(one, article) and one.withdrawn != is_withdrawn for one in sources):
        return sources
    return tuple(one.model_copy(update={"withdrawn": is_withdrawn}) if _is_of(one, article) else one for one in sources)


def _is_of(source: StorySource, article: ArticleSummary) -> bool:
    return source.article_id == article.id and source.source.id == article.source.id


def _sketches(found: Found, text: str, whose: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The texts of a story, with this one if it is unlike them, and of which origin each is.

    Another article's text must be near the first one: else a text with words of two stories would lead the one into the
    other. A revision's need not: what grows becomes too long to be found by its first words.
    """
    kept = list(zip(found.story.sketches, found.story.sketch_origins, strict=True))
    is_like = bool(text) and (not kept or found.article is not None or likeness(text, kept[0][0]) > 0)
    if not is_like or any(likeness(text, one) >= VERBATIM for one, _ in kept):
        return found.story.sketches, found.story.sketch_origins
    kept.append((text, whose))
    if len(kept) > MOST_SKETCHES:
        del kept[1]
    return tuple(one for one, _ in kept), tuple(place for _, place in kept)
