"""Whether an article was read, and all of it: what sources and their state say, and the marks of the article. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from schemas import Article
from schemas.ids import article_id, article_id_from_elsewhere
from schemas.state import SourceState
from services.cli.why.step import Stage, Step, passed, stopped
from services.ingestion.identity.address_key import address_key
from services.ingestion.identity.canonical_url import canonical_url
from services.ingestion.identity.known import unpack
from services.ingestion.identity.site import site_of, speaks_for
from services.ingestion.polling.health import Status, health
from services.ingestion.polling.incidents import spoken
from services.ingestion.sources import Source

_UNREAD: Final = frozenset({Status.GONE, Status.BLOCKED, Status.FAILING, Status.UNREADABLE, Status.NEVER_POLLED})

_WORTH_SAYING: Final = 120
"""Seconds between publication and reading."""
_LOST: Final[Mapping[str, tuple[str, str]]] = {
    "paywall": (
        "its page shows a paywall, so only what the feed says was read",
        "give source {source} the headers of a subscription, or watch the story elsewhere",
    ),
    "consent": (
        "its page asks for consent, so only what the feed says was read",
        "give source {source} a header that says yes, or watch the story elsewhere",
    ),
    "page-failed": (
        "its page gave no text, so only what the feed says was read",
        "look at what the page answers: tocsin source test {source}; keep the page and try tocsin source extract on it",
    ),
    "teaser": (
        "only a teaser was read: what else the article has stands on its page",
        "write full_text: true for source {source}, so that pages are read",
    ),
}
"""Marks of an article by which text was lost, the most telling first: what happened, and what to do."""


def ids_of(url: str, sources: Collection[Source]) -> tuple[str, ...]:
    """The ids that the article at an address can have: its outlet's, then those of sources that pass it on."""
    address = canonical_url(url)
    if address is None:
        return ()
    key = address_key(address)
    return (article_id(key), *(article_id_from_elsewhere(source.id, key) for source in sources))


def never_read(url: str, sources: Sequence[Source], states: Mapping[str, SourceState], now: datetime) -> Step:
    """Why nothing is stored of the article at this address.

    Args:
        url: as a person gives it.
        sources: all of the configuration.
        states: of the sources, as far as they were polled.
        now: the time of the answer.
    """
    host = urlsplit(url).hostname or url
    own = [source for source in sources if speaks_for(source.site, host)]
    if not own:
        return stopped(
            Stage.SOURCE,
            f"never fetched: no source speaks for {host}",
            fix=f"tocsin source add {urlsplit(url).scheme or 'https'}://{site_of(host)}/",
        )
    ids = ids_of(url, sources)
    found = [_unread(source, states.get(source.id), ids, now) for source in own]
    what, fix = min(found, key=lambda one: one[2])[:2]
    evidence = [f"{source.id}: {one[0]}" for source, one in zip(own, found, strict=True)] if len(found) > 1 else []
    return stopped(Stage.SOURCE, what, *evidence, fix=fix)


def _unread(source: Source, state: SourceState | None, ids: Collection[str], now: datetime) -> tuple[str, str, int]:
    """Why a source did not bring it, what to do, and how much that explains: the less, the more."""
    if state is not None and any(row.revision and row.id in ids for row in unpack(state.known)):
        what = f"source {source.id} published it, and it is no longer stored"
        return what, "articles are kept for 7 days, with their tags for 30; nothing can be told of it any more", 0
    fare = health(source.id, source.url, source.enabled, state, now)
    if not source.enabled:
        return f"never fetched: source {source.id} is switched off", fare.fix, 1
    if source.kind == "push":
        return f"never received: source {source.id} is sent to us, and this was not", "look at who sends it", 3
    if fare.status in _UNREAD:
        return f"never fetched: source {source.id} {fare.reason}", fare.fix, 1
    polled = f", last {spoken(max(0.0, (now - state.polled_at).total_seconds()))} ago" if state is not None else ""
    what = f"never fetched: source {source.id} is read{polled}, and never listed this address"
    fix = f"see what it lists: tocsin source test {source.id}; what its feed leaves out a sitemap may have"
    return what, fix, 2


def was_read(article: Article) -> Step:
    """That an article was read, where and when."""
    source = article.source
    at = f"{article.seen_at:%Y-%m-%d %H:%M} UTC"
    age = (article.seen_at - article.published_at).total_seconds() if article.published_at is not None else 0
    after = f", {spoken(age)} after publication" if age >= _WORTH_SAYING else ""
    where = ", ".join([f"tier {source.tier}", *([source.country] if source.country else [])])
    return passed(Stage.SOURCE, f"read from {source.id} ({source.name}; {where}) at {at}{after}")


def text_of(article: Article, revisions: int) -> Step:
    """What was read of it. Text that was lost shows in the evidence; whether that matters, the tags tell."""
    size = f"{len(article.text)} characters"
    language = article.language or "no known language"
    of_it = f"{article.id}, revision {article.revision}" + (f", the newest of {revisions}" if revisions > 1 else "")
    return passed(Stage.ARTICLE, f"{size} of text, {language}", of_it, *_marks(article))


def lost(article: Article) -> tuple[str, str] | None:
    """How text of it was lost, and what to do; None where it was read whole."""
    for mark, (what, fix) in _LOST.items():
        if mark in article.marks:
            return f"{what} ({len(article.text)} characters)", fix.format(source=article.source.id)
    if article.truncated:
        return f"it is longer than an article may be, and was cut after {len(article.text)} characters", ""
    return None


def _marks(article: Article) -> Iterator[str]:
    if (how := lost(article)) is not None:
        yield how[0]
    if "withdrawn" in article.marks:
        yield "its publisher took it back"
    if "first-pass" in article.marks:
        yield "it was there already when its source was read for the first time"
    if article.published_at is None:
        yield "it has no date that can be true"
