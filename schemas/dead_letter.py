"""`dead-letters`: a record that could not be handled, with its origin and the reason."""

from typing import Annotated, ClassVar

from pydantic import Base64Bytes, ConfigDict, Field

from schemas.event import Event, UtcDatetime

MAX_KEPT_BYTES = 256 * 1024
"""Larger originals are kept by reference: their head only, and the place where they stand."""


class DeadLetter(Event):
    """A record set aside. `tocsin dead-letters replay` sends it to its topic again."""

    ce_type: ClassVar[str] = "tocsin.dead-letter.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "stage": "tagging",
                    "origin_topic": "articles",
                    "origin_partition": 0,
                    "origin_offset": 41,
                    "origin_key": "YXJ0LTE=",
                    "origin_value": "bm90IGpzb24=",
                    "origin_size_bytes": 8,
                    "error": "not JSON: expected value at line 1 column 1",
                    "fix": "mend what writes to articles, then: tocsin dead-letters replay",
                    "failed_at": "2026-11-24T05:04:12Z",
                    "replays": 0,
                }
            ]
        }
    )

    stage: str
    """The process that could not handle it."""
    origin_topic: str
    """Where it stood."""
    origin_partition: Annotated[int, Field(ge=0)]
    """Where it stood."""
    origin_offset: Annotated[int, Field(ge=0)]
    """Where it stood."""
    origin_key: Base64Bytes | None = None
    """The record's key, in Base64; only its head where it is longer than 256 KiB."""
    origin_value: Base64Bytes | None = None
    """The record's value, in Base64; only its head where it is longer than 256 KiB."""
    origin_size_bytes: Annotated[int, Field(ge=0)]
    """Of the whole value."""
    error: str
    """What is wrong, and where."""
    fix: str
    """What to do."""
    failed_at: UtcDatetime
    """When it was set aside."""
    replays: Annotated[int, Field(ge=0)] = 0
    """How often it had been replayed before it failed this time."""

    @property
    def whole(self) -> bool:
        """Whether key and value are all of the original."""
        return len(self.origin_value or b"") == self.origin_size_bytes and len(self.origin_key or b"") < MAX_KEPT_BYTES

    @property
    def event_id(self) -> str:
        return f"{self.origin_topic}.{self.origin_partition}.{self.origin_offset}"

    @property
    def key(self) -> str:
        return self.event_id
