"""Ingestion, as receiving sees it: who knows the sources, and takes what others send."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from schemas import Article
from schemas.state import WebSubLease
from services.ingestion.sources import Source


class Receiver(Protocol):
    """What stands behind the endpoints. A call that returns has been acknowledged by the broker."""

    def sources(self) -> Mapping[str, Source]:
        """All enabled sources by id, whichever process polls them; the same object until the configuration changes."""
        ...

    async def publish(self, source: Source, articles: Sequence[Article]) -> None:
        """Publish these, in this order.

        Raises:
            RecordError: one of them is too large for the broker.
        """
        ...

    async def content(self, source: Source, body: bytes, url: str, content_type: str | None) -> None:
        """Read this document as if it had been fetched from `url`, and publish what is new in it.

        Raises:
            FeedUnreadable: it is no feed.
        """
        ...

    def lease(self, source_id: str) -> WebSubLease | None:
        """What is known of the hub of a source that this process polls; None for any other source."""
        ...

    async def keep_lease(self, source_id: str, lease: WebSubLease | None) -> None:
        """Remember this of the hub of a source that this process polls."""
        ...
