"""What a channel says to one attempt. Whether to try again belongs to the answer, not to the caller."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What an answer means for the alert."""

    TAKEN = "taken"
    """The channel has it."""
    LATER = "later"
    """Not taken; waiting may help."""
    NEVER = "never"
    """Not taken; waiting will not help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one attempt."""

    verdict: Verdict
    detail: str
    wait_seconds: float | None = None
    """How long the channel asks to be left alone."""
