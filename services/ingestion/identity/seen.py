"""Which revisions were published already. Pure.

A source's memory is what stands in its feed now and, beside that, the newest of what stood there before: feeds are
served from several copies of different age, so an article that is gone comes back for a while.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from schemas import Article
from schemas.state import SourceState

KEPT_BESIDE_THE_FEED = 500


def unseen(articles: Iterable[Article], state: SourceState | None) -> list[Article]:
    """Those whose revision was not published yet, in their order; of each article the first."""
    published = state.revisions if state is not None else {}
    first: dict[str, Article] = {}
    for article in articles:
        first.setdefault(article.id, article)
    return [article for article in first.values() if published.get(article.id) != article.revision]


def remember(
    articles: Sequence[Article],
    state: SourceState | None,
    source_id: str,
    url: str,
    etag: str | None,
    last_modified: str | None,
    now: datetime,
) -> SourceState:
    """The state once all of these articles, the whole feed as it stands now, are published."""
    current = {article.id: article.revision for article in reversed(articles)}
    before = [(id_, rev) for id_, rev in (state.revisions.items() if state is not None else ()) if id_ not in current]
    return SourceState(
        source_id=source_id,
        url=url,
        etag=etag,
        last_modified=last_modified,
        revisions=dict(before[-KEPT_BESIDE_THE_FEED:]) | current,
        polled_at=now,
    )


def differs(new: SourceState, old: SourceState | None) -> bool:
    """Whether there is anything to write down."""
    return old is None or new.model_copy(update={"polled_at": old.polled_at}) != old
