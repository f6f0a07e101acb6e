"""`alerts` and `alerts.<name>`: what rang. These topics are the product's public face."""

from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict

from schemas.event import Event, UtcDatetime
from schemas.mention import EXAMPLE_BODY, ArticleSummary, Match, Passage, TopicSummary, WatchSummary


class Reason(StrEnum):
    """Why a mention rang, or why it did not. The same word stands in the alert, the log and the metric."""

    FIRST_MENTION = "first-mention"
    """The watch had not rung for this article: it rings."""
    SAME_ARTICLE = "same-article"
    """The watch has rung for this article already: silent."""


class Alert(Event):
    """A watch rang: someone whom it names is newly in the news."""

    ce_type: ClassVar[str] = "tocsin.alert.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "reason": "first-mention",
                    "rang_at": "2026-11-24T05:04:13Z",
                    **EXAMPLE_BODY,
                }
            ]
        }
    )

    id: str
    """Deterministic: from the watch and what rang. Use it as the idempotency key."""
    watch: WatchSummary
    """The watch that rang."""
    article: ArticleSummary
    """The article it rang for."""
    reason: Reason
    """Why it rang."""
    matches: tuple[Match, ...]
    """What the watch asked for and the article has."""
    topics: tuple[TopicSummary, ...]
    """What the article is about."""
    passages: tuple[Passage, ...]
    """The sentences to show, with the words to highlight."""
    rang_at: UtcDatetime
    """When the watch was met."""
    config_digest: str
    """Digest of the watches that were in force."""

    @property
    def event_id(self) -> str:
        return self.id

    @property
    def key(self) -> str:
        return self.watch.id
