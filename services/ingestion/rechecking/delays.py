"""When the page of an article that rang is asked for again: 1, 6, 24 and 72 hours after. Pure.

At any moment an alert is waited for by one delay only: what could not be asked in time, because nobody ran or a host
rested, is left to the next one, and after a week to none. So a start, or a new installation beside old alerts, asks for
no page twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from schemas import Alert, ArticleSummary
from services.backbone.durations import show_duration
from services.ingestion.identity.withdraw import WITHDRAWN

HOURS: Final = (1, 6, 24, 72)
LAST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Delay:
    """One of the times at which a page is asked for."""

    after: timedelta
    """Since the alert."""
    before: timedelta
    """By then it is too late for it."""

    @property
    def name(self) -> str:
        """As in the name of its consumer group: recheck-6h."""
        return show_duration(self.after)

    def wait(self, rang_at: datetime, now: datetime) -> timedelta:
        """How long an alert is still to wait; zero or less where it is due."""
        return rang_at + self.after - now

    def is_over(self, rang_at: datetime, now: datetime) -> bool:
        """Whether an alert is not this delay's to ask about any more."""
        return now - rang_at >= self.before


def _delays() -> Iterator[Delay]:
    for after, before in pairwise([*(timedelta(hours=hours) for hours in HOURS), LAST]):
        yield Delay(after, before)


DELAYS: Final = tuple(_delays())


def article_to_ask(alert: Alert) -> ArticleSummary | None:
    """The article whose page is to be asked for again; None where people were told of none that has one."""
    article = alert.article
    if alert.action != "ring" or not alert.tells or alert.items or article is None or not article.url:
        return None
    return None if WITHDRAWN in article.marks else article
