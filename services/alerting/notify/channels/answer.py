"""What a channel says to one attempt. Whether to try again belongs to the answer, not to the caller."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What an answer means for the message."""

    TAKEN = "taken"
    """The channel has it."""
    LATER = "later"
    """Not taken; waiting may help."""
    NEVER = "never"
    """Not taken; waiting will not help."""
    DISABLE = "disable"
    """Not taken, and nothing else will be: the channel wants nothing any more (HTTP 410)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one attempt."""

    verdict: Verdict
    detail: str
    wait_seconds: float | None = None
    """How long the channel asks to be left alone."""
    is_the_channel: bool = True
    """Of a failure: whether it speaks of the channel as a whole (no connection, 5xx, 429), not of this message alone
    (400, 413, 422). Only the former make the loop leave the channel alone for a while."""
