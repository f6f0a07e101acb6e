"""An article that its publisher took back, as one more revision of it. Pure.

Its revision is made of the article's id alone: whoever notices (a tombstone in the feed, a push, a page that is gone),
and however often, it is the same revision, and readers drop the repeats.
"""

from datetime import datetime
from typing import Any

from schemas import Article
from schemas import Source as Outlet
from schemas.article import Mark
from schemas.ids import revision
from services.ingestion.identity.known import Known

WITHDRAWN: Mark = "withdrawn"


def withdrawn_revision(article_id: str) -> str:
    """The revision in which an article is withdrawn."""
    return revision(WITHDRAWN, article_id)


def withdrawn(article_id: str, outlet: Outlet, replaces: str | None, now: datetime, **at_hand: Any) -> Article:
    """The article, taken back.

    Args:
        article_id: its id.
        outlet: who takes it back; it counts for what the same outlet published.
        replaces: the revision that stood until then, where that is known.
        now: when it was noticed.
        at_hand: what else is known of the article: address, words, dates. What is remembered of a feed are digests, so
            of what a tombstone withdraws there are no words.
    """
    values = {"url": "", "title": "", "text": ""} | at_hand
    marks = tuple(dict.fromkeys((WITHDRAWN, *values.pop("marks", ()))))
    return Article(
        id=article_id,
        revision=withdrawn_revision(article_id),
        replaces=replaces,
        source=outlet,
        seen_at=now,
        marks=marks,
        **values,
    )


def is_withdrawn(row: Known) -> bool:
    """Whether the article was taken back, and did not come again."""
    return row.revision == withdrawn_revision(row.id)
