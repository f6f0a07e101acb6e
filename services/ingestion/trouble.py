"""What went wrong in a poll, as the source's state tells it."""

from datetime import datetime
from typing import Final

from schemas.state import Trouble
from services.backbone.errors import TocsinError
from services.ingestion.fetching.failures import (
    AddressRefused,
    AnswerBroken,
    AnswerTooLarge,
    BadRedirect,
    Blocked,
    FetchFailed,
    Gone,
    HostUnreachable,
    NotFound,
    StatusRefused,
    TooManyRequests,
    TooSlow,
)
from services.ingestion.polling.asked import bounds
from services.ingestion.polling.outcome import Failed
from services.ingestion.reading.entry import FeedUnreadable
from services.ingestion.reading.folder import FolderUnreadable
from services.ingestion.workers import WorkerKilled

_TROUBLES: Final[tuple[tuple[type[TocsinError], Trouble], ...]] = (
    (Gone, "gone"),
    (NotFound, "not-found"),
    (Blocked, "blocked"),
    (TooManyRequests, "throttled"),
    (StatusRefused, "refused"),
    (TooSlow, "slow"),
    (AddressRefused, "broken"),
    (HostUnreachable, "unreachable"),
    (AnswerTooLarge, "broken"),
    (AnswerBroken, "broken"),
    (BadRedirect, "broken"),
    (FeedUnreadable, "unreadable"),
    (FolderUnreadable, "not-found"),
    (WorkerKilled, "unreadable"),
)
"""The first that fits counts."""


def failed(error: Exception, now: datetime) -> Failed:
    """A poll that ended in this; what is none of ours is a defect."""
    trouble: Trouble = next((trouble for kind, trouble in _TROUBLES if isinstance(error, kind)), "defect")
    asked = bounds(now, retry_after=error.retry_after if isinstance(error, FetchFailed) else None)
    return Failed(trouble, type(error).__name__, str(error) if isinstance(error, TocsinError) else "", asked)
