"""How old an article is, as metrics: since it was read here, and since its publisher published it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Protocol, Self

from schemas import Alert
from services.backbone.canary import script_of
from services.backbone.telemetry import ARTICLE_AGE_SECONDS, CANARY_AGE_SECONDS, CANARY_LAST

NOT_NEWS: Final = frozenset({"first-pass", "withdrawn"})
"""Marks of what was there before anybody looked, and of what comes again when it is taken back."""


class Dated(Protocol):
    """An article, or what an alert says of one."""

    @property
    def id(self) -> str: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def updated_at(self) -> datetime | None: ...
    @property
    def seen_at(self) -> datetime: ...
    @property
    def marks(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Since:
    """From which moments an article's age counts."""

    seen_at: datetime
    published_at: datetime | None
    """None where it is not known, or not to be believed."""
    script: str | None = None
    """Of a canary, which counts by itself."""

    @classmethod
    def of(cls, article: Dated, *, revised: bool = False) -> Self:
        """Of an article.

        Args:
            article: as it was read.
            revised: whether it was published here before: its own date is older than what is new in it.
        """
        return cls(article.seen_at, _published(article, revised), script_of(article.id))

    @classmethod
    def of_alert(cls, alert: Alert) -> Self | None:
        """Of an alert that tells at once of one article; None of any other: how old it is says nothing of the line."""
        is_at_once = alert.action == "ring" and alert.sequence == 0 and alert.tells and not alert.items
        return cls.of(alert.article) if is_at_once and alert.article is not None else None

    def observe(self, stage: str, now: datetime) -> None:
        """A stage is done with it."""
        if self.script is not None:
            CANARY_AGE_SECONDS.labels(stage, self.script).observe(max(0.0, (now - self.seen_at).total_seconds()))
            CANARY_LAST.labels(stage, self.script).set(self.seen_at.timestamp())
            return
        _observe(stage, "seen", now - self.seen_at)
        if self.published_at is not None:
            _observe(stage, "published", now - self.published_at)


def _published(article: Dated, revised: bool) -> datetime | None:
    """When what is new in it was published. Midnight sharp stands for a day; a date behind our reading is a guess."""
    stated = [article.updated_at] if revised else [article.published_at, article.updated_at]
    moments = [moment for moment in stated if moment is not None]
    if not moments or not NOT_NEWS.isdisjoint(article.marks):
        return None
    moment = max(moments)
    return None if moment > article.seen_at or moment.time() == time() else moment


def _observe(stage: str, since: str, age: timedelta) -> None:
    ARTICLE_AGE_SECONDS.labels(stage, since).observe(max(0.0, age.total_seconds()))
