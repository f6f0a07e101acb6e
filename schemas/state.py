"""`ingestion.state` and `alerting.state`: what a process must remember. Private to the process that writes it."""

from typing import ClassVar

from pydantic import ConfigDict, Field

from schemas.event import Event, Identifier, UtcDatetime


class SourceState(Event):
    """What was fetched from one source."""

    ce_type: ClassVar[str] = "tocsin.source-state.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source_id": "example-news",
                    "url": "https://news.example/rss.xml",
                    "etag": '"5f2c"',
                    "last_modified": None,
                    "revisions": {"art-0b2f6c1de5a74c35a1f0b1c2d3e4f506": "6f1c0a9be2d34d10"},
                    "polled_at": "2026-11-24T05:04:12Z",
                }
            ]
        }
    )

    source_id: Identifier
    """The source's id in `sources/*.yaml`."""
    url: str = ""
    """The address that was polled; `etag` and `last_modified` mean nothing at another."""
    etag: str | None = None
    """As the server gave it, for the next conditional request (RFC 9110, section 13.1.2)."""
    last_modified: str | None = None
    """As the server gave it (RFC 9110, section 13.1.3)."""
    revisions: dict[str, str] = Field(default_factory=dict)
    """Article id to the revision that was published; the oldest first, bounded in number."""
    polled_at: UtcDatetime
    """When this state was reached."""

    @property
    def event_id(self) -> str:
        return f"{self.source_id}.{int(self.polled_at.timestamp() * 1000)}"

    @property
    def key(self) -> str:
        return self.source_id


class RungState(Event):
    """That one watch rang for one article."""

    ce_type: ClassVar[str] = "tocsin.rung-state.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "watch_id": "kabul-desk",
                    "article_id": "art-0b2f6c1de5a74c35a1f0b1c2d3e4f506",
                    "alert_id": "alr-1f3a5c7e9b0d4f2a8c6e0a1b2c3d4e5f",
                    "matched": ["kabul"],
                    "rang_at": "2026-11-24T05:04:13Z",
                }
            ]
        }
    )

    watch_id: Identifier
    """The watch."""
    article_id: str
    """What it rang for."""
    alert_id: str
    """The alert that told of it."""
    matched: tuple[str, ...]
    """What had been met when it rang."""
    rang_at: UtcDatetime
    """`Alert.rang_at`; the state is forgotten a fixed time after it."""

    @property
    def event_id(self) -> str:
        return f"{self.alert_id}.state"

    @property
    def key(self) -> str:
        return f"{self.watch_id}/{self.article_id}"
