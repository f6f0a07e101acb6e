"""What a backup says of itself: `manifest.json` first, `cut.json` once its moment is known, `contents.json` last."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

FORMAT: Final = 1

Numbers = Mapping[int, int]
"""By partition."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Place(NamedTuple):
    """A partition."""

    topic: str
    number: int


class TopicTaken(_Said):
    """A topic in a backup."""

    partitions: int
    part: Literal["whole", "open"]
    """`open`: from where the first of its readers has committed."""


class Manifest(_Said):
    """What a backup is of."""

    format: int = FORMAT
    tocsin: str
    """The release that took it."""
    deployment: str
    taken_at: datetime
    topics: Mapping[str, TopicTaken]
    left_out: tuple[str, ...] = ()
    """Files of the configuration that hold secrets, and folders outside that it names."""


class Cut(_Said):
    """The moment that a backup is of."""

    groups: Mapping[str, Mapping[str, Numbers]]
    """How far each group has committed, by topic."""
    ends: Mapping[str, Numbers]
    """The offset behind the last record of each partition."""
    letters: Mapping[str, Mapping[int, tuple[int, ...]]] = {}
    """Where the records stood that are set aside."""


class Contents(_Said):
    """What must have been read before."""

    files: int
    records: Mapping[str, Numbers]

    @property
    def total(self) -> int:
        """Records in all."""
        return sum(sum(numbers.values()) for numbers in self.records.values())
