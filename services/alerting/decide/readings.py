"""Revisions of one article at one source: which are stale, and which read differently where it matters. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from schemas import ArticleRevised, ArticleSummary, Mention
from schemas.material import material
from schemas.remembered import Reading
from services.alerting.decide.figures import Numbers
from services.alerting.match.passages import MOST_PASSAGES

MOST_TOLD_AWAY: Final = 2
"""Times that one article's withdrawal at one source is told, and its return: a page that flickers is not told on."""
MOST_EARLIER: Final = 12
MOST_SOURCES: Final = 100
"""Feeds that give one article, the ones that gave it last."""
WITHDRAWN: Final = "withdrawn"
RETURNED: Final = "returned"

_LETTERS: Final = 8
"""Of the digest of one sentence."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A revision held against the one before."""

    reading: Reading
    """What is remembered of it."""
    is_corrected: bool
    """Whether it reads differently where the alert rests on it, and that was not told before."""
    own_last: Numbers
    """The figures that its source takes back if they are others now."""


def compare(mention: Mention, figures: Numbers, before: Reading | None) -> Compared:
    """Hold the revision that a mention is of against the one that its source gave before."""
    now = Reading(
        revision=mention.article.revision,
        seen_at=mention.article.seen_at,
        passages=" ".join(map(_material_digest, _words(mention))),
        figures=dict(figures),
    )
    if before is None:
        return Compared(now, False, {})
    is_repeated = _wording(now) in before.earlier
    is_corrected = not is_repeated and _reads_differently(now, before)
    now = now.model_copy(update={"earlier": _earlier(before, _wording(before))})
    if not before.met and now.earlier.count(RETURNED) < MOST_TOLD_AWAY:
        now = now.model_copy(update={"earlier": _earlier(now, RETURNED)})
        is_corrected = True
    return Compared(now, is_corrected, {} if is_repeated else before.figures)


def latest(by_source: Mapping[str, Reading]) -> dict[str, Reading]:
    """The readings of an article that are remembered, by source."""
    if len(by_source) <= MOST_SOURCES:
        return dict(by_source)
    kept = sorted(by_source, key=lambda source: (by_source[source].seen_at, source))[-MOST_SOURCES:]
    return {source: by_source[source] for source in kept}


def is_stale(article: ArticleSummary, before: Reading) -> bool:
    """Whether the revision is the one that was decided last, or an older one. What came back after it was withdrawn
    may have the words that it had."""
    return article.seen_at <= before.seen_at or (before.met and article.revision == before.revision)


def _reads_differently(now: Reading, before: Reading) -> bool:
    """Whether the title is another one, or a sentence that was shown reads differently or is gone.

    A new sentence beside the old ones is no correction, and neither is that one pushes another out of the few that are
    shown.
    """
    title, *sentences = now.passages.split()
    old_title, *old = before.passages.split()
    kept = [place for place, sentence in enumerate(sentences) if sentence in old]
    missing = len(set(old) - set(sentences))
    if title != old_title or not missing or len(sentences) < MOST_PASSAGES - 1:
        return title != old_title or missing > 0
    pushed_in = kept[-1] + 1 - len(kept) if kept else 0
    return missing > pushed_in


def is_older(revised: ArticleRevised, before: Reading) -> bool:
    """Whether what takes a passage away was decided already. An article that is taken back has no words of its own, so
    it may be of the same moment as its last revision."""
    seen_at = revised.article.seen_at
    return seen_at < before.seen_at or (seen_at == before.seen_at and not revised.withdrawn)


def withdrawn(article: ArticleSummary, before: Reading) -> tuple[Reading, bool]:
    """The reading of a revision that was taken back, or does not meet the watch, and whether that is told."""
    is_told = before.earlier.count(WITHDRAWN) < MOST_TOLD_AWAY
    changes = {"revision": article.revision, "seen_at": article.seen_at, "met": False}
    now = before.model_copy(update=changes)
    return now.model_copy(update={"earlier": _earlier(now, WITHDRAWN)}) if is_told else now, is_told


def _earlier(reading: Reading, more: str) -> tuple[str, ...]:
    """What it had before, and this. Of wordings the oldest go first."""
    kept = [one for one in reading.earlier if one != more or one in (WITHDRAWN, RETURNED)] + [more]
    while len(kept) > MOST_EARLIER:
        kept.remove(next(one for one in kept if one not in (WITHDRAWN, RETURNED)))
    return tuple(kept)


def _wording(reading: Reading) -> str:
    """The passages and figures of a revision, as one word."""
    return _digest([reading.passages, *(f"{kind} {number}" for kind, number in sorted(reading.figures.items()))])


def _words(mention: Mention) -> list[str]:
    """The title, and the sentences that are shown."""
    return [mention.article.title, *(shown.sentence for shown in mention.passages if shown.field == "text")]


@lru_cache(maxsize=4_096)
def _material_digest(words: str) -> str:
    """Of what is material of a sentence; several watches meet one article."""
    return _digest([material(words)])


def _digest(texts: Iterable[str]) -> str:
    return sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:_LETTERS]
