"""What stood there already when a source was first read: marked, so that nobody is rung out of bed for old news. Pure.

- A source that was never read with success makes its first pass; so does one whose state was lost, for it is not known
  any more what was published of it.
- The pass lasts until a reading was whole: all parts of a sitemap's index, a folder to its end. How long it lasts is
  remembered in the state beside what was published, so a crash in its midst repeats some of it, as old as before, and
  makes no news of the rest. A feed that is never whole ends it after a day.
- What then waits still, for its page or for the broker, stays old (`Known` without a revision).
- What was published after the pass began is news, and so is what was published within `ring_last` before. What has no
  date is old.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas import Article
from schemas.article import Mark
from schemas.state import SourceState
from services.ingestion.identity.known import first_reading
from services.ingestion.identity.withdraw import WITHDRAWN
from services.ingestion.sources import Source

LONGEST: Final = timedelta(days=1)
FIRST_PASS: Final[Mark] = "first-pass"  # noqa: S105 - no password


def began(state: SourceState | None, now: datetime) -> datetime | None:
    """When the first pass of a source began, which may be now; None where it is over.

    Args:
        state: what was reached with the source.
        now: of the visit.
    """
    if state is None or (state.last_success_at is None and not state.known and not state.revisions):
        return now
    since = first_reading(state.known)
    return since if since is not None and now - since < LONGEST else None


@dataclass(frozen=True, slots=True)
class FirstPass:
    """How the articles of one visit are marked."""

    source: Source
    began: datetime | None
    """None: it is over, and only what waited since then is old."""
    now: datetime

    def marked(self, article: Article, *, waited: bool) -> Article:
        """The article, with the mark if it was there already.

        Args:
            article: as it is to be published.
            waited: it stood there at the first reading, and could not be published yet.
        """
        since = self.began or (self.now if waited else None)
        if since is None or WITHDRAWN in article.marks or self._is_news(article.published_at, since):
            return article
        return article.model_copy(update={"marks": (*article.marks, FIRST_PASS)})

    def _is_news(self, published: datetime | None, since: datetime) -> bool:
        """A date ahead, of an outlet whose clock is wrong, counts as now."""
        return published is not None and min(published, self.now) > since - self.source.ring_last
