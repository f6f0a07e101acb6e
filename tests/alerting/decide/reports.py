"""Reports of outlets as mentions, for the tests of what is new, in words of our own."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

from schemas import (
    Alert,
    ArticleRevised,
    ArticleSummary,
    Evidence,
    Figure,
    Match,
    Mention,
    Passage,
    Reason,
    Source,
    WatchSummary,
)
from schemas.ids import article_id, mention_id, revision
from services.alerting.decide.judge import Verdict, judge
from services.alerting.decide.memory import Memory
from services.matching.sketch import sketch
from tests.alerting.examples import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TITLE: Final = "Two groups are named after the raid"
SENTENCE: Final = "Officials named the group."
_SYLLABLES: Final = ["ba", "da", "fo", "gu", "ke", "li", "mo", "na", "pe", "ri", "so", "tu", "va", "wi", "ze"]


def text_about(subject: str, words: int = 120) -> str:
    """A text: the same for the same subject, and nothing like that of another."""
    chance = Random(subject)
    return " ".join("".join(chance.choices(_SYLLABLES, k=3)) for _ in range(words))


WIRE: Final = text_about("the wire")
LATER: Final = NOON + HOUR


def reworded(text: str, share: float) -> str:
    """The text with other words from some place on: this share of it stays."""
    words = text.split()
    kept = int(share * len(words))
    return " ".join(words[:kept] + text_about("other words", len(words) - kept).split())


def report(
    slug: str = "one",
    source: str = "herald",
    *,
    names: Sequence[str] = ("actor/ttp",),
    text: str | None = None,
    title: str = TITLE,
    sentences: Sequence[str] = (SENTENCE,),
    figures: Mapping[str, int] | None = None,
    agency: str | None = None,
    at: datetime = NOON,
    seen_at: datetime | None = None,
    watch: str = "kabul-desk",
) -> Mention:
    """What an outlet reports.

    Args:
        slug: the article's address; its text is about this unless `text` says otherwise.
        source: the outlet's id.
        names: labels of what the watch met.
        text: the words that make its sketch and, with the title, its revision.
        title: as published.
        sentences: those that are shown.
        figures: kind to number.
        agency: that it credits.
        at: when the watch was met.
        seen_at: when the revision was read; by default when the watch was met.
        watch: the watch's id.
    """
    words = text_about(slug) if text is None else text
    article = _summary(slug, source, title, words, agency, at if seen_at is None else seen_at)
    return Mention(
        id=mention_id(watch, article.id, article.revision, names),
        watch=WatchSummary(id=watch, name=watch.title()),
        article=article,
        matches=tuple(map(_match, names)),
        topics=(),
        passages=tuple(
            Passage(field="text", start=n, sentence=sentence, highlights=()) for n, sentence in enumerate(sentences)
        ),
        figures=tuple(_figure(kind, number) for kind, number in (figures or {}).items()),
        met_at=at,
        config_digest="d1ge57",
    )


def revised(
    slug: str = "one",
    source: str = "herald",
    *,
    met: Sequence[str] = (),
    is_withdrawn: bool = False,
    text: str = "",
    at: datetime = NOON,
    seen_at: datetime | None = None,
) -> ArticleRevised:
    """That an outlet's article was revised, and which watches it still meets."""
    article = _summary(slug, source, TITLE, text or text_about(slug), None, at if seen_at is None else seen_at)
    return ArticleRevised(article=article, replaces="r0", withdrawn=is_withdrawn, met=tuple(met), revised_at=at)


def decided(*mentions: Mention, memory: Memory | None = None) -> list[Verdict]:
    """What becomes of these, one after the other."""
    memory = Memory() if memory is None else memory
    return [judge(mention, memory) for mention in mentions]


def reasons(*mentions: Mention) -> list[Reason]:
    """Why each of these rang, or did not."""
    return [verdict.reason for verdict in decided(*mentions)]


def last(*mentions: Mention) -> Alert:
    """What the last of these gives, which must be something."""
    alert = decided(*mentions)[-1].alert
    assert alert is not None
    return alert


def _summary(slug: str, source: str, title: str, text: str, agency: str | None, seen_at: datetime) -> ArticleSummary:
    url = f"https://news.example/{slug}"
    return ArticleSummary(
        id=article_id(url),
        revision=revision(title, text),
        url=url,
        title=title,
        source=Source(id=source, name=source.title()),
        language="en",
        seen_at=seen_at,
        agency=agency,
        sketch=sketch(text),
    )


def _match(label: str) -> Match:
    kind, _, name = label.partition("/")
    return Match.model_validate(
        {"id": name, "name": name, "kind": "armed-group" if kind == "actor" else kind, "confidence": 1, "evidence": ()}
    )


def _figure(kind: str, number: int) -> Figure:
    evidence = Evidence(field="text", start=0, end=3, words="few", fired="few")
    return Figure(kind=kind, least=number, most=number, evidence=evidence)
