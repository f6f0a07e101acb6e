"""What came of one poll of one source, as far as it decides when to poll next and how the source fares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.state import Trouble
from services.ingestion.polling.asked import NOTHING_ASKED, Bounds


@dataclass(frozen=True, slots=True)
class Read:
    """The source answered."""

    entries: int = 0
    """What it holds now. Without meaning where it is unchanged."""
    new: int = 0
    """Those that were published for the first time."""
    unchanged: bool = False
    """It is what it was: there was nothing to read."""
    undated: int = 0
    """Entries without a date that can be true."""
    dates: Sequence[datetime] = ()
    """Of the entries that have one: the habit of a source that was never read before begins with them."""
    asked: Bounds = NOTHING_ASKED
    """How long the answer asks not to be asked again."""
    moved_to: str | None = None
    """Where the address that was asked redirects to for good."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The poll gave nothing."""

    trouble: Trouble
    error: str
    """The exception's class."""
    message: str = ""
    asked: Bounds = NOTHING_ASKED


Outcome = Read | Failed
