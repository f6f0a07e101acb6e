"""The way of one article through all stages, by what is stored of it. Pure.

What a stage wrote is the proof that the article passed it. Only the last one, which wrote nothing, is looked into.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from schemas import Alert, Article, ArticleSummary, Mention
from services.alerting.holding.silence import Silence
from services.alerting.watching.watch import Watch
from services.backbone.topics import ARTICLES, ARTICLES_TAGGED, MENTIONS
from services.cli.why.deciding import Known, decided, ring_of, update_of
from services.cli.why.delivering import delivered, ways
from services.cli.why.meeting import Met, met, unmet
from services.cli.why.reading import text_of, was_read
from services.cli.why.step import Stage, Step, not_yet, passed, stopped
from services.cli.why.telling import told
from services.cli.why.trail import Trail


@dataclass(frozen=True, slots=True)
class Desk:
    """What is in force."""

    watch: Watch
    met: Met
    """How articles are held against the watch, and explained."""
    silences: Mapping[str, Silence]


def way(trail: Trail, desk: Desk, now: datetime) -> Iterator[Step]:
    """The stages that an article came through, up to the one where it ended."""
    for step in _steps(trail, desk, now):
        yield step
        if step.ends:
            return


def _steps(trail: Trail, desk: Desk, now: datetime) -> Iterator[Step]:
    article, mention = trail.article, _newest(trail)
    if article is not None:
        yield was_read(article)
    known = _known(trail)
    if mention is None and known.article is None and ring_of_any(trail) is None:
        yield from _without_mention(trail, desk, article)
        return
    yield from _with_mention(trail, article, mention)
    yield from _decided(trail, desk, known, mention, now)


def _without_mention(trail: Trail, desk: Desk, article: Article | None) -> Iterator[Step]:
    """Why there is none: it was not tagged, or not matched, or does not meet the watch."""
    if article is None:
        if letters := trail.letters_of(ARTICLES.name):
            yield _set_aside(Stage.TAGGING, letters[-1])
        return
    if trail.tagged is None:
        yield text_of(article, len(trail.articles))
        yield _untagged(trail)
        return
    failing = list(unmet(trail.tagged, len(trail.articles), desk.met))
    yield from failing
    if failing[-1].ends:
        return
    yield _unmatched(trail, desk.watch)


def _untagged(trail: Trail) -> Step:
    if letters := trail.letters_of(ARTICLES.name):
        return _set_aside(Stage.TAGGING, letters[-1])
    if not trail.is_read(ARTICLES.name):
        fix = "look whether it runs: tocsin run tagging"
        return not_yet(Stage.TAGGING, "it waits to be read", fix=fix)
    return stopped(Stage.TAGGING, "its tags are no longer stored: they are kept for 30 days")


def _unmatched(trail: Trail, watch: Watch) -> Step:
    """It meets the watch as it is now, and there is no mention."""
    meets = "it meets the watch as it is now"
    if letters := trail.letters_of(ARTICLES_TAGGED.name):
        return _set_aside(Stage.MATCH, letters[-1])
    if not watch.enabled:
        return stopped(Stage.MATCH, f"{meets}, which is switched off", fix="write enabled: true in the watch")
    if not trail.is_read(ARTICLES_TAGGED.name):
        fix = "look whether it runs: tocsin run match"
        return not_yet(Stage.MATCH, f"{meets}, and waits to be read", fix=fix)
    return stopped(
        Stage.MATCH,
        f"{meets}; it did not when it was matched, or that is more than 7 days ago: mentions are kept so long",
        fix="hold it against the watch again: tocsin retag --since 7d",
    )


def _with_mention(trail: Trail, article: Article | None, mention: Mention | None) -> Iterator[Step]:
    """That it was tagged and met the watch."""
    about = mention or ring_of_any(trail)
    if article is not None:
        yield text_of(article, len(trail.articles))
    elif about is not None and about.article is not None:
        summary = about.article
        yield passed(Stage.SOURCE, f"read from {summary.source.id} at {summary.seen_at:%Y-%m-%d %H:%M} UTC")
        yield passed(Stage.ARTICLE, "its text is no longer stored: articles are kept for 30 days with their tags")
    if about is not None:
        yield from met(about)
    else:
        yield passed(Stage.MATCH, "it met the watch; its mention is no longer stored: they are kept for 7 days")


def _decided(trail: Trail, desk: Desk, known: Known, mention: Mention | None, now: datetime) -> Iterator[Step]:
    article_id = trail.id
    step = decided(article_id, mention, known, trail.letters_of(MENTIONS.name), is_read=trail.is_read(MENTIONS.name))
    ring = ring_of(article_id, trail.alerts)
    if ring is None:
        if (update := update_of(article_id, trail.alerts)) is not None and update.tells:
            letters = trail.letters_of_alert(update)
            step = replace(step, evidence=(*step.evidence, *ways(update, trail.sent, letters, now)))
        yield step
        return
    yield step
    queues = [queue for key in trail.memory.queues() if (queue := trail.memory.queue(*key)) is not None]
    is_told = known.story is not None and known.story.told
    telling = told(ring, trail.alerts, desk.watch, desk.silences, queues, trail.written, is_told=is_told)
    yield telling.step
    yield delivered(telling.by, trail.sent, trail.letters_of_alert(telling.by), now)


def _known(trail: Trail) -> Known:
    """What `decide` remembers, of whichever id the article has."""
    id_ = trail.id
    found = trail.memory.story_of(trail.watch, id_)
    return Known(trail.memory.article(trail.watch, id_), found[1] if found is not None else None, trail.alerts)


def _summary(trail: Trail) -> Article | ArticleSummary | None:
    if trail.article is not None:
        return trail.article
    if (mention := _newest(trail)) is not None:
        return mention.article
    ring = ring_of_any(trail)
    return ring.article if ring is not None else None


def ring_of_any(trail: Trail) -> Alert | None:
    """An alert that is about the article itself."""
    found = (alert for alert in trail.alerts if alert.article is not None and not alert.items)
    return next((alert for alert in found if alert.article is not None and alert.article.id == trail.id), None)


def title_of(trail: Trail) -> str:
    """The article's title."""
    about = _summary(trail)
    return about.title if about is not None else ""


def _newest(trail: Trail) -> Mention | None:
    return max(trail.mentions, key=lambda mention: mention.met_at, default=None)


def _set_aside(stage: Stage, error: str) -> Step:
    return stopped(stage, f"it was set aside: {error}", fix="mend that, then: tocsin dead-letters replay")
